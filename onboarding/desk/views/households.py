"""The households of the desk: list, sheet, card, photos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.desk.trail.rules import READERS
from core.kit import clock
from core.kit.numbers import masked_end
from core.kit.sheets import XLSX
from core.people.queries import Viewer, users_named, viewer_of
from core.people.views import for_roles
from onboarding.checks.actions.verifying import VerificationRefused
from onboarding.checks.rules import can_take_back, refusal_to_verify
from onboarding.consent.models import Purpose
from onboarding.desk.actions import note_sheet
from onboarding.desk.forms.filters import HouseholdFilter
from onboarding.desk.forms.steps import EndForm, ReasonForm, VerifyForm
from onboarding.desk.queries.households import card_of, households_at_desk, narrowed, production_words_of, says_phone
from onboarding.desk.queries.unverified import lost_verifications
from onboarding.desk.sheets import MOST, households_sheet
from onboarding.fieldwork.slips.queries import households_for_slips
from onboarding.households.models import Household
from onboarding.households.pilots.queries import is_pilot
from onboarding.households.rules import DESK_ROLES, can_add, can_end, can_write_numbers
from onboarding.producers.models import READINESS, Producer
from onboarding.visits.models import Topic
from onboarding.visits.registry import follow_ups_for

PER_PAGE = 25
desk_page = for_roles(*DESK_ROLES)


@require_safe
@never_cache
@desk_page
def households(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by the form."""
    viewer = viewer_of(request)
    form = HouseholdFilter(request.GET, viewer=viewer)
    rows = narrowed(households_at_desk(viewer), form.asked()).prefetch_related("production_lines")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "rows": [{"household": row, "production": production_words_of(row)} for row in page],
        "may_add": can_add(viewer),
        "most": MOST,
    }
    return render(request, "onboarding/desk/households.html", context)


@require_POST
@never_cache
@desk_page
def sheet(request: HttpRequest) -> HttpResponse:
    """The same households as a workbook, phones masked. That they were taken away is noted."""
    viewer = viewer_of(request)
    rows = narrowed(households_at_desk(viewer), HouseholdFilter(request.GET, viewer=viewer).asked())
    found = list(rows.prefetch_related("production_lines")[:MOST])
    note_sheet(households=found, by=viewer)
    response = HttpResponse(households_sheet(found), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="ho-{clock.today():%Y-%m-%d}.xlsx"'
    return response


@require_safe
@never_cache
@desk_page
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one household, and what may be done with it."""
    viewer = viewer_of(request)
    found = household_of_desk(viewer, pk)
    return render(request, "onboarding/desk/household.html", card_context(viewer, found))


@require_safe
@never_cache
@desk_page
def photo(request: HttpRequest, pk: int, photo_id: UUID) -> HttpResponseBase:
    """A photo of a household, for those who may see the household; it has no public address."""
    found = household_of_desk(viewer_of(request), pk)
    row = get_object_or_404(found.photos.select_related("photo"), photo=photo_id)
    file = row.photo.large if "lon" in request.GET else row.photo.small
    response = FileResponse(file.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def household_of_desk(viewer: Viewer, pk: int) -> Household:
    """A household of this person's desk. Raises Http404."""
    try:
        return get_object_or_404(households_at_desk(viewer).select_related("merged_into", "commune__parent"), pk=pk)
    except OverflowError as error:  # a number larger than a key
        raise Http404 from error


def card_step(
    request: HttpRequest, found: Household, form: Form, action: Callable[..., object], *, done: str, unclear: str
) -> HttpResponse:
    """A small form of the card: the action with what the form says, then the card again, which says `done`, why the action
    refused, or that the form is `unclear`. Raises Http404 for who may not."""
    if form.is_valid():
        try:
            action(household=found, by=viewer_of(request), **form.cleaned_data)
        except VerificationRefused as refusal:
            messages.error(request, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, done)
    else:
        messages.error(request, unclear)
    return redirect("commune_household", found.pk)


def card_context(viewer: Viewer, found: Household) -> dict[str, Any]:
    """What the card shows."""
    card = card_of(found)
    lost = None if found.verified_at else lost_verifications([found.pk]).get(found.pk)
    refusal = refusal_to_verify(viewer, found, seen_version=found.version)
    return {
        "household": found,
        "people": users_named(
            pk
            for pk in (
                found.registered_by_id,
                found.last_written_by_id,
                found.verified_by_id,
                lost and lost.verified_by,
                lost and lost.changed_by,
            )
            if pk
        ),
        "facts": _facts(found),
        "ready": _readiness(found),
        "may_write": can_write_numbers(viewer, found),
        "numbers": _numbers(found) if can_write_numbers(viewer, found) else [],
        "card": card,
        "lost": lost,
        "producers": [
            {"producer": each, "consents": _consents(each), "ready": _producer_readiness(each)}
            for each in card.producers
        ],
        "visits": [{"visit": each, "taught": _taught(each.taught)} for each in card.visits],
        "marks": follow_ups_for([found.pk]).get(found.pk, []),
        "refusal": refusal,
        "verify_form": VerifyForm(),
        "may_take_back": can_take_back(viewer, found),
        "reason_form": ReasonForm(),
        "may_end": can_end(viewer, found),
        "end_form": EndForm(),
        "may_print_slip": households_for_slips(viewer).filter(pk=found.pk).exists(),
        "reads_trail": viewer.has_role(*READERS),
        "is_pilot": is_pilot(found.commune_id),
    }


def _answer(value: bool | None) -> str:
    return _("chưa hỏi") if value is None else _("có") if value else _("không")


def _facts(found: Household) -> list[dict[str, str]]:
    pairs = [
        (_("Thôn, ấp, khu phố"), found.hamlet.name),
        (_("Nghề và quy mô"), production_words_of(found) or _("chưa ghi")),
        (_("Đăng ký kinh doanh"), _answer(found.has_business_registration)),
        (_("Giới tính chủ hộ"), found.get_sex_display() or _("chưa hỏi")),
        (_("Năm sinh chủ hộ"), str(found.birth_year or _("chưa hỏi"))),
        (_("Ghi từ đâu"), found.get_source_display()),
    ]
    return [{"label": label, "value": value} for label, value in pairs]


def _readiness(found: Household) -> list[dict[str, str]]:
    pairs = [
        (_("Điện thoại"), says_phone(found)),
        (_("Tài khoản ngân hàng"), found.has_bank_account),
        (_("Ví điện tử"), found.has_e_wallet),
        (_("Định danh điện tử mức 2"), found.has_e_identity),
        (_("Mã QR nhận tiền"), found.has_payment_qr),
    ]
    return [{"label": label, "value": _answer(value)} for label, value in pairs]


def _producer_readiness(producer: Producer) -> list[dict[str, str]]:
    return [{"label": label, "value": _answer(getattr(producer, name))} for name, label in READINESS.items()]


def _numbers(found: Household) -> list[dict[str, str]]:
    pairs = [
        (_("Số định danh cá nhân"), masked_end(found.personal_id_end)),
        (_("Mã số thuế"), masked_end(found.tax_code)),
        (_("Ngân hàng"), found.bank_bin),
        (_("Số tài khoản"), masked_end(found.bank_account)),
    ]
    return [{"label": label, "value": value or _("chưa ghi")} for label, value in pairs]


def _consents(producer: Producer) -> list[dict[str, str]]:
    last = {row.purpose: row for row in sorted(producer.consents.all(), key=lambda row: (row.at, row.pk))}
    return [
        {
            "label": str(purpose.label),
            "value": _("chưa hỏi")
            if purpose not in last
            else _("đồng ý")
            if last[purpose].given
            else _("không đồng ý"),
        }
        for purpose in Purpose
        if purpose != Purpose.REGISTER
    ]


def _taught(codes: list[str]) -> str:
    labels = dict(Topic.choices)
    return ", ".join(str(labels[code]) for code in codes if code in labels)
