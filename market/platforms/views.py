"""The producer's view of platforms."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.queries import listings_of, public_address
from market.platforms.actions import send_again
from market.platforms.models import PlatformListing
from market.platforms.queries import states_of
from market.platforms.seller.differences import differences_of
from market.shops.navigation import seller_places
from market.shops.rules import can_agree
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.consent.queries import has_consent


@signed_in
def on_platforms(request: HttpRequest, sku: str) -> HttpResponse:
    """Where one listing is, platform by platform, and what to mend."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    # What has to be mended stands first: a to-do leads here for it.
    states = sorted(states_of(listing), key=lambda state: state.kind != "bad")
    differences = differences_of(listing)
    context = {
        "listing": listing,
        "public_url": public_address(listing),
        "states": states,
        "differences": differences,
        # One pair of buttons for one question: theirs notes the decision.
        "asked_above": {each.drift.row_id for each in differences if each.is_removed},
        "is_to_mend": bool(differences) or any(state.kind == "bad" for state in states),
        "is_nothing_sent": all(state.row is None for state in states),
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
