"""What the pages of a listing and of its sizes share: where saving leads, what went wrong, what stands beside the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.people.queries import viewer_of
from market.listings.actions import NotReady, WrongFacts, new_sku, publish_listing
from market.listings.completeness import places_of
from market.listings.forms import ListingForm, VariantForm, say
from market.listings.hints import hints_for
from market.listings.models import Listing
from market.listings.queries import public_address, sizes_of
from market.listings.views.asking import say_missing, without_said
from market.shops.navigation import seller_places

_WRONG = {
    "variant_name": "Quy cách này đã có. Hãy ghi tên khác.",
    "maker": "Người này không còn bán qua gian hàng. Hãy chọn người khác.",
    "papers": "Giấy này không phải của người làm đã chọn. Hãy bỏ dấu ở giấy đó.",
}


def after_saving(request: HttpRequest, form: ListingForm | VariantForm, saved: Listing) -> HttpResponse | None:
    """Where to go after saving; None when the listing should be on sale and is not ready: then the form says why."""
    if "preview" in request.POST:
        return redirect("seller_listing_preview", sku=saved.sku)
    if "publish" not in request.POST:
        messages.success(request, _("Đã lưu. Người mua thấy bản này ngay nếu sản phẩm đang bán."))
        return redirect("seller_listings")
    try:
        publish_listing(listing=saved, by=viewer_of(request))
    except NotReady as problem:
        say_missing(form, problem.missing)
        return None
    if saved.taken_down_at is not None:
        messages.warning(request, _("Đã lưu. Hàng này đang bị gỡ xuống, nên người mua chưa thấy."))
        return redirect("seller_listings")
    messages.success(request, _("Sản phẩm đã được đăng bán."))
    return redirect("seller_on_platforms", sku=saved.sku)


def complain(form: ListingForm | VariantForm, problem: WrongFacts, alike: QuerySet[Listing]) -> None:
    """Say what is wrong. Where the SKU is taken by none that this page may write (`alike`), the next try gets another."""
    if str(problem) != "sku":
        form.add_error(str(problem), _WRONG[str(problem)])
        return
    form.add_error(None, _("Mã của trang này vừa được dùng nên lần bấm này chưa ghi gì. Hãy bấm lưu lần nữa."))
    if not alike.filter(sku=form.data["sku"]).exists():
        say(form, sku=new_sku())


def is_on_sale(listing: Listing | None) -> bool:
    """Whether this page changes goods on sale; a new listing is None."""
    return listing is not None and listing.state == Listing.State.PUBLISHED


def beside(listing: Listing | None, form: ListingForm | VariantForm) -> dict[str, Any]:
    """What stands beside the form of a saved listing: what it still needs (without what the form says already), advice,
    its other sizes."""
    always = {"space_items": seller_places("seller_listings")}
    if listing is None:
        return always
    fresh = as_it_stands(listing)
    alike = Listing.objects.filter(shop=fresh.shop, category=fresh.category).exclude(pk=fresh.pk)[:50]
    places = without_said(places_of(fresh), form)
    return always | {
        "shown_at": places,
        "hints": hints_for(fresh, list(alike)),
        "sizes": sizes_of(fresh),
        "public_url": public_address(fresh),
    }


def as_it_stands(listing: Listing) -> Listing:
    """The listing as it stands now, with what completeness reads."""
    return Listing.objects.select_related("shop__producer__commune__parent", "category", "maker", "origin").get(
        pk=listing.pk
    )
