"""Two people for every paper: entering, the list that waits, comparing, giving back, withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.kit.text import sort_key
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Level, Unit, in_force
from ocop.boards.views.asked import board_tabs
from ocop.certificates.actions.deciding import confirm_entry, give_entry_back, withdraw_entry
from ocop.certificates.actions.entering import EntryRefused, enter_paper
from ocop.certificates.entries import FIELD_LABELS, EntryFacts
from ocop.certificates.forms import EntryForm, GiveBackForm
from ocop.certificates.models import Certificate, CertificateEntry, IssuerLevel, Quality
from ocop.certificates.queries import entries_visible_to
from ocop.certificates.rights import can_confirm, can_enter_for
from ocop.register.models import OcopProduct
from ocop.register.queries import products_visible_to

PER_PAGE = 25
ENTERERS = (Role.PROVINCE, Role.COMMUNE)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*ENTERERS)
def new_entry(request: HttpRequest) -> HttpResponse:
    """Enter a paper: of a new product, another one of a product (`san-pham`), or one that puts a paper right (`sua`); `tu` begins with
    what was typed in an earlier entry."""
    viewer = viewer_of(request)
    product, corrects, begun = _asked(request, viewer)
    units = [] if product else _places(viewer)
    form = EntryForm(
        [(unit.code, _place_label(unit)) for unit in units],
        request.POST if request.method == "POST" else None,
        initial=begun,
    )
    if request.method == "POST" and form.is_valid():
        unit = next((each for each in units if each.code == form.cleaned_data.get("unit")), None)
        if not product and unit is None:
            form.add_error("unit", _("Hãy chọn xã, phường của chủ thể; chưa biết xã thì chọn tỉnh."))
        try:
            if product or unit:
                entry = enter_paper(facts=form.facts(), unit=unit, product=product, corrects=corrects, by=viewer)
                messages.success(
                    request, _("Đã giữ giấy này. Giấy được ghi vào sổ khi có người thứ hai so và xác nhận.")
                )
                return redirect("board_entry", entry.pk)
        except PermissionError as error:
            raise Http404 from error
        except EntryRefused as refusal:
            form.add_refusal(refusal)
    context = {"space_items": board_tabs(request), "form": form, "product": product, "corrects": corrects}
    return render(request, "ocop/certificates/entry_new.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def entry_list(request: HttpRequest) -> HttpResponse:
    """The papers that wait in the area, or those that were decided."""
    viewer = viewer_of(request)
    is_done = request.GET.get("xem") == "xong"
    rows = entries_visible_to(viewer)
    waiting = rows.filter(state=CertificateEntry.State.WAITING)
    page = Paginator(rows.exclude(pk__in=waiting.values("pk")) if is_done else waiting, PER_PAGE).get_page(
        request.GET.get("page")
    )
    here = reverse("board_entries")
    context = {
        "space_items": board_tabs(request),
        "page_obj": page,
        "sides": [
            {"label": _("Đang chờ"), "url": here, "current": not is_done},
            {"label": _("Đã xem xong"), "url": f"{here}?xem=xong", "current": is_done},
        ],
        "may_enter": viewer.has_role(*ENTERERS),
        "viewer_id": viewer.user_id,
        "may_confirm": not is_done and (viewer.has_role(Role.PROVINCE) or viewer.is_operator),
    }
    return render(request, "ocop/certificates/entries.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entered paper, with what one may do to it."""
    return _entry_page(request, _entry(request, pk), GiveBackForm())


@require_POST
@for_roles(*STAFF_ROLES)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person states that it is as on the decision."""
    found = _entry(request, pk)
    try:
        paper = confirm_entry(entry=found, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    except EntryRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("board_entry", pk)
    messages.success(request, _("Đã ghi giấy chứng nhận vào sổ và lập bản chụp có mã kiểm tra."))
    return redirect("board_product", paper.product_id)


@require_POST
@for_roles(Role.PROVINCE)
def confirm_many(request: HttpRequest) -> HttpResponse:
    """The second person states that the ticked papers are as on the decision, each by itself: what cannot be confirmed is told and
    stops no other."""
    viewer = viewer_of(request)
    numbers = [int(each) for each in request.POST.getlist("giay")[:PER_PAGE] if each.isdecimal()]
    found = entries_visible_to(viewer).filter(pk__in=numbers, state=CertificateEntry.State.WAITING).order_by("pk")
    done = 0
    for each in found:
        try:
            confirm_entry(entry=each, by=viewer)
            done += 1
        except PermissionError:
            messages.error(request, _("«%(name)s»: bạn không phải người thứ hai của giấy này.") % each.facts)
        except EntryRefused as refusal:
            messages.error(request, f"«{each.facts['name']}»: {refusal}")
    if done:
        messages.success(request, _("Đã xác nhận %(count)s giấy.") % {"count": done})
    elif not found:
        messages.info(request, _("Hãy chọn những giấy bạn đã so với quyết định."))
    return redirect("board_entries")


@require_POST
@for_roles(*STAFF_ROLES)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person says what differs."""
    found = _entry(request, pk)
    if not can_confirm(viewer_of(request), found):
        raise Http404
    form = GiveBackForm(request.POST)
    if form.is_valid():
        try:
            give_entry_back(entry=found, reason=form.cleaned_data["reason"], by=viewer_of(request))
        except PermissionError as error:
            raise Http404 from error
        except EntryRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã trả lại cho người nhập, kèm lý do."))
            return redirect("board_entries")
    return _entry_page(request, found, form)


@require_POST
@for_roles(*STAFF_ROLES)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever entered it takes it back, and may enter it anew."""
    found = _entry(request, pk)
    try:
        withdraw_entry(entry=found, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    except EntryRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã rút giấy này. Những gì đã gõ vẫn còn để nhập lại."))
    return redirect("board_entry", pk)


def _entry(request: HttpRequest, pk: int) -> CertificateEntry:
    return get_object_or_404(entries_visible_to(viewer_of(request)), pk=pk)


def _entry_page(request: HttpRequest, found: CertificateEntry, form: GiveBackForm) -> HttpResponse:
    viewer = viewer_of(request)
    facts = EntryFacts.from_json(found.facts)
    is_waiting = found.state == CertificateEntry.State.WAITING
    is_mine = found.entered_by_id == viewer.user_id
    old = found.certificate if facts.corrects and is_waiting else None
    context = {
        "space_items": board_tabs(request),
        "entry": found,
        "facts": _shown(facts, found),
        "changes": _changes(facts, old) if old else [],
        "form": form,
        "may_confirm": is_waiting and can_confirm(viewer, found),
        "may_withdraw": is_waiting and is_mine,
        "may_begin_anew": is_mine and found.state in {CertificateEntry.State.REFUSED, CertificateEntry.State.WITHDRAWN},
    }
    return render(request, "ocop/certificates/entry.html", context, status=422 if form.errors else 200)


def _shown(facts: EntryFacts, found: CertificateEntry) -> list[dict[str, Any]]:
    texts = facts.as_json() | {
        "unit": capfirst(str(found.unit)) if found.unit else "",
        "stars": _("%(stars)s sao") % {"stars": facts.stars},
        "issuer_level": str(dict(IssuerLevel.choices).get(facts.issuer_level, "")),
        "quality": str(dict(Quality.choices).get(facts.quality, "")),
        "recognised_on": _day(facts),
    }
    shown: list[dict[str, Any]] = [
        {"label": label, "value": texts[name]} for name, label in FIELD_LABELS.items() if texts[name]
    ]
    for each in shown:
        if each["label"] == FIELD_LABELS["source_url"]:
            each["url"] = each["value"]
    return shown


def _changes(facts: EntryFacts, old: Certificate) -> list[dict[str, str]]:
    before = _facts_of(old)
    after = facts.as_json() | {"recognised_on": _day(facts)}
    names = ("name", "producer", "stars", "decision", "recognised_on", "issuer_name", "external_code")
    return [
        {"label": FIELD_LABELS[name], "before": before[name], "after": after[name]}
        for name in names
        if before[name] != after[name]
    ]


def _day(facts: EntryFacts) -> str:
    written = facts.recognised()
    return Certificate(recognised_on=written.first_day, precision=written.precision).written_date() if written else ""


def _facts_of(paper: Certificate) -> dict[str, str]:
    """What a form that corrects a paper begins with."""
    product = paper.product
    return {
        "name": product.name, "producer": product.producer_name, "producer_kind": product.producer_kind,
        "product_group": product.product_group, "stars": str(paper.stars or ""), "decision": paper.decision_number,
        "recognised_on": paper.written_date(), "issuer_level": paper.issuer_level, "issuer_name": paper.issuer_name,
        "quality": paper.quality, "external_code": product.external_code, "source_url": product.source_url, "note": product.note,
    }  # fmt: skip


def _asked(
    request: HttpRequest, viewer: Viewer
) -> tuple[OcopProduct | None, Certificate | None, dict[str, str]]:  # fmt: skip
    """The product, the paper to correct, and what the form begins with. Raises Http404 for what the person may not."""
    product, corrects, begun = None, None, {"quality": Quality.SIGNED.value}
    written = {name: request.GET.get(name, "") for name in ("san-pham", "sua", "tu")}
    if written["tu"].isdigit():
        earlier = get_object_or_404(CertificateEntry, pk=int(written["tu"]), entered_by=viewer.user_id)
        begun = {name: text for name, text in earlier.facts.items() if name != "corrects"}
        product = earlier.product
        corrects = earlier.certificate if earlier.facts.get("corrects") else None
    elif written["sua"].isdigit():
        corrects = get_object_or_404(Certificate.objects.select_related("product"), pk=int(written["sua"]))
        begun, product = _facts_of(corrects), corrects.product
    elif written["san-pham"].isdigit():
        product = get_object_or_404(products_visible_to(viewer), pk=int(written["san-pham"]))
        begun |= {
            name: _product_facts(product)[name] for name in ("name", "producer", "producer_kind", "product_group")
        }
    if product is not None and not can_enter_for(viewer, product):
        raise Http404
    return product, corrects, begun


def _product_facts(product: OcopProduct) -> dict[str, str]:
    return _facts_of(Certificate(product=product, precision=Certificate.DatePrecision.NONE))


def _places(viewer: Viewer) -> list[Unit]:
    """Today's communes and provinces this person may enter for; provinces only for those who see the whole country."""
    units = Unit.objects.filter(viewer.units(*ENTERERS), in_force(clock.today())).select_related("parent")
    if viewer.sees_everything(*ENTERERS):
        units = units.filter(level=Level.PROVINCE)
    else:
        units = units.filter(level__in=[Level.PROVINCE, Level.COMMUNE])
    return sorted(units, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))


def _place_label(unit: Unit) -> str:
    return capfirst(str(unit))
