"""Pages that somebody says are there, and the eyes that look."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.people.queries import viewer_of
from market.listings.queries import promotions_ahead
from market.listings.rules import selling_price
from market.platforms.desk.actions import confirm_link, refuse_link
from market.platforms.desk.queries import links_brought, links_to_confirm
from market.platforms.desk.room import confirmer_page
from market.platforms.navigation import desk_tabs
from onboarding.accounts.actions import LinkRefused


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
    rows = list(page.object_list)
    # What buyers pay there today, promotions included: it is what the page must show.
    prefetch_related_objects([row.listing for row in rows], promotions_ahead())
    context = {
        "page": page,
        "rows": [(row, selling_price(row.listing)) for row in rows],
        "brought": 0 if rows else links_brought(viewer),
        "space_items": desk_tabs("platform_confirm", viewer),
    }
    return render(request, "market/platforms/desk/confirm.html", context)
