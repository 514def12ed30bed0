"""The producer's view of platforms, and the platform desk."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles, signed_in
from market.listings.queries import listings_of, public_address
from market.platforms.actions import (
    NothingToExport,
    confirm_link,
    export_sheet,
    import_result,
    refuse_link,
    send_again,
)
from market.platforms.contract import ResultFileRefused
from market.platforms.forms import ResultForm
from market.platforms.models import Connection, PlatformListing, SheetBatch
from market.platforms.navigation import desk_tabs
from market.platforms.queries import links_to_confirm, sheet_connections, states_of
from market.platforms.rules import CONFIRMERS
from market.shops.navigation import seller_places
from market.shops.rules import can_agree
from onboarding.accounts.actions import LinkRefused
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.consent.queries import has_consent

operator_page = for_roles(Role.PLATFORM_OPERATOR)
confirmer_page = for_roles(*CONFIRMERS)
SHOWN_PROBLEMS = 20


@signed_in
def on_platforms(request: HttpRequest, sku: str) -> HttpResponse:
    """Where one listing is, platform by platform, and what to mend."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    context = {
        "listing": listing,
        "public_url": public_address(listing),
        "states": states_of(listing),
        "agreed": has_consent(listing.shop.producer, Purpose.PLATFORM),
        "may_agree": can_agree(viewer, listing.shop.producer_id),
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/platforms/on_platforms.html", context)


@require_POST
@signed_in
def agree(request: HttpRequest, sku: str) -> HttpResponse:
    """The producer agrees that their listings go to platforms; everything on sale is queued."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    if not can_agree(viewer, listing.shop.producer_id):
        messages.error(request, _("Việc này chỉ chủ đồng ý được. Chủ không có điện thoại thì ký giấy đồng ý ở xã."))
        return redirect("seller_on_platforms", sku=sku)
    record_consents(
        producer=listing.shop.producer, answers={str(Purpose.PLATFORM): True}, means=Consent.Means.ONLINE, by=viewer
    )
    messages.success(request, _("Cảm ơn bạn. Sản phẩm đang được gửi lên các sàn."))
    return redirect("seller_on_platforms", sku=sku)


@require_POST
@signed_in
def again(request: HttpRequest, sku: str, row_id: int) -> HttpResponse:
    """Send a stopped listing again."""
    viewer = viewer_of(request)
    row = get_object_or_404(PlatformListing, pk=row_id, listing__in=listings_of(viewer).filter(sku=sku))
    send_again(row=row, by=viewer)
    messages.success(request, _("Đang gửi lại."))
    return redirect("seller_on_platforms", sku=sku)


@operator_page
def desk(request: HttpRequest) -> HttpResponse:
    """The platform desk: what waits, files out, results in."""
    context = {
        "connections": sheet_connections(),
        "batches": SheetBatch.objects.select_related("connection__platform", "made_by").order_by("-made_at")[:20],
        "form": ResultForm(),
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk.html", context)


@require_POST
@operator_page
def export(request: HttpRequest, code: str) -> HttpResponse:
    """Make the next upload file of one platform."""
    connection = get_object_or_404(sheet_connections(), platform__code=code)
    try:
        batch = export_sheet(connection=connection, by=viewer_of(request))
    except NothingToExport as problem:
        for item in problem.left_out[:SHOWN_PROBLEMS]:
            messages.warning(request, f"{item.sku}: " + " ".join(issue.message_vi for issue in item.issues))
        messages.info(request, _("Không có tin nào chờ gửi cho %(name)s.") % {"name": connection.platform.name})
        return redirect("platform_desk")
    return redirect("platform_batch", code=code, number=batch.number)


@operator_page
def batch(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Download one upload file."""
    found = get_object_or_404(SheetBatch, connection__platform__code=code, number=number)
    name = PurePosixPath(str(found.file.name)).name
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)


@require_POST
@operator_page
def result(request: HttpRequest, code: str) -> HttpResponse:
    """Take a result file in."""
    connection: Connection = get_object_or_404(sheet_connections(), platform__code=code)
    form = ResultForm(request.POST, request.FILES)
    if not form.is_valid():
        for error in form.errors["file"]:
            messages.error(request, str(error))
        return redirect("platform_desk")
    try:
        report = import_result(connection=connection, raw=form.cleaned_data["file"].read(), by=viewer_of(request))
    except ResultFileRefused as problem:
        messages.error(request, problem.message_vi)
        return redirect("platform_desk")
    words = _(
        "Đã đọc tệp: %(claimed)d tin có liên kết chờ xác nhận, %(rejected)d tin bị từ chối, %(waiting)d tin còn chờ, %(unchanged)d dòng đã biết."
    )
    messages.success(request, words % vars(report))
    for problem_text in report.problems[:SHOWN_PROBLEMS]:
        messages.warning(request, problem_text)
    if len(report.problems) > SHOWN_PROBLEMS:
        messages.warning(
            request, _("Còn %(count)d dòng khác có vấn đề.") % {"count": len(report.problems) - SHOWN_PROBLEMS}
        )
    return redirect("platform_desk")


@confirmer_page
def confirm(request: HttpRequest) -> HttpResponse:
    """Open claimed pages and say what is there."""
    viewer = viewer_of(request)
    if request.method == "POST":
        number = request.POST.get("row", "")
        row = get_object_or_404(links_to_confirm(viewer), pk=int(number) if number.isdecimal() else 0)
        if "seen" in request.POST:
            try:
                confirm_link(row=row, by=viewer)
            except LinkRefused as problem:
                messages.error(request, str(problem))
            else:
                messages.success(
                    request, _("Đã ghi: bạn thấy %(name)s đang bán trên sàn.") % {"name": row.listing.name}
                )
        else:
            refuse_link(row=row, by=viewer)
            messages.info(request, _("Đã ghi: chưa thấy sản phẩm ở liên kết này."))
        return redirect("platform_confirm")
    page = Paginator(links_to_confirm(viewer), 25).get_page(request.GET.get("page"))
    context = {"page": page, "space_items": desk_tabs("platform_confirm", viewer)}
    return render(request, "market/platforms/confirm.html", context)
