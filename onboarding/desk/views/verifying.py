"""The worklist of verification, and single verifications from the card."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.people.queries import users_named, viewer_of
from core.people.views import for_roles
from onboarding.checks.actions.verifying import take_back_verification, verify_household, verify_households
from onboarding.checks.queries import households_to_verify, waiting_by_hamlet
from onboarding.checks.rules import VERIFIERS, can_take_back
from onboarding.desk.forms.steps import ReasonForm, VerifyForm
from onboarding.desk.queries.households import production_words_of
from onboarding.desk.queries.unverified import lost_verifications
from onboarding.desk.views.households import card_step, desk_page, household_of_desk

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(*VERIFIERS)
def worklist(request: HttpRequest) -> HttpResponse:
    """Households that wait for this person, oldest first; the ticked ones are verified together, each for itself."""
    viewer = viewer_of(request)
    form = VerifyForm(request.POST if request.method == "POST" else None)
    seen = _seen(request.POST.getlist("row")) if request.method == "POST" else {}
    outcomes = None
    if request.method == "POST" and form.is_valid():
        if seen:
            outcomes = verify_households(seen=seen, how=form.cleaned_data["how"], by=viewer)
            form = VerifyForm()
        else:
            form.add_error(None, _("Hãy đánh dấu ít nhất một hộ."))
    hamlets = waiting_by_hamlet(viewer)
    chosen = request.GET.get("thon", "")
    rows = households_to_verify(viewer).prefetch_related("production_lines")
    if chosen in {str(hamlet.hamlet_id) for hamlet in hamlets}:
        rows = rows.filter(hamlet=int(chosen))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lost = lost_verifications([row.pk for row in page])
    writers = (pk for row in page for pk in (row.registered_by_id, row.last_written_by_id))
    enders = (pk for each in lost.values() for pk in (each.verified_by, each.changed_by))
    context = {
        "form": form,
        "outcomes": outcomes,
        "done": sum(1 for each in outcomes or () if not each.refusal),
        "refused": [each for each in outcomes or () if each.refusal],
        "hamlets": hamlets,
        "chosen": chosen,
        "page_obj": page,
        "rows": [
            {
                "household": row,
                "production": production_words_of(row),
                "ticked": row.pk in seen,
                "lost": lost.get(row.pk),
            }
            for row in page
        ],
        "people": users_named(pk for pk in (*writers, *enders) if pk),
    }
    return render(request, "onboarding/desk/verify.html", context)


@require_POST
@desk_page
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify the household of this card, as it was shown."""
    found = household_of_desk(viewer_of(request), pk)
    unclear = _("Hãy chọn bạn đã kiểm tra bằng cách nào.")
    seen = _seen([f"{pk}:{request.POST.get('version', '')}"])
    if not seen:
        messages.error(request, unclear)
        return redirect("commune_household", pk)
    action = partial(verify_household, seen_version=seen[pk])
    done = _("Đã xác minh. Tên bạn và cách kiểm tra được lưu lại.")
    return card_step(request, found, VerifyForm(request.POST), action, done=done, unclear=unclear)


@require_POST
@desk_page
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A verification does not hold."""
    viewer = viewer_of(request)
    found = household_of_desk(viewer, pk)
    if not can_take_back(viewer, found):
        raise Http404
    done = _("Đã bỏ xác minh. Hộ này lại chờ người khác xác minh.")
    return card_step(
        request, found, ReasonForm(request.POST), take_back_verification, done=done,
        unclear=_("Hãy ghi vì sao bỏ xác minh."),
    )  # fmt: skip


def _seen(written: list[str]) -> dict[int, int]:
    """ "12:3" for household 12 as it was at version 3; what is no such pair is passed over."""
    pairs = (each.split(":") for each in written[:PER_PAGE])
    return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and all(map(_is_key, pair))}


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
