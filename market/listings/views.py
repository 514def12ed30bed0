"""The producer's listings: list, write, publish, pause."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.files.actions import take_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused
from core.files.uploads import shown_name
from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.listings.actions import NotReady, new_sku, pause_listing, photos_by_id, publish_listing, write_listing
from market.listings.forms import ListingForm
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.listings.rules import MAX_PHOTOS
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.queries import shop_of

PAGE_SIZE = 25


@signed_in
def listings(request: HttpRequest) -> HttpResponse:
    """All listings of the producer."""
    viewer = viewer_of(request)
    if shop_of(viewer) is None:
        return redirect("seller_home")
    page = Paginator(listings_of(viewer), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "market/listings/list.html", {"page": page, "space_items": seller_places("seller_listings")})


@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Write a new listing."""
    shop = shop_of(viewer_of(request))
    return _edit(request, shop, None) if shop else redirect("seller_home")


@signed_in
def edit(request: HttpRequest, sku: str) -> HttpResponse:
    """Change a listing; somebody else's is not there."""
    listing = get_object_or_404(listings_of(viewer_of(request)), sku=sku)
    return _edit(request, listing.shop, listing)


@require_POST
@signed_in
def pause(request: HttpRequest, sku: str) -> HttpResponse:
    """Take a listing off sale; the way back is on the same page."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    pause_listing(listing=listing, by=viewer)
    messages.success(
        request, _("Đã tạm ngừng bán %(name)s. Bạn đăng bán lại lúc nào cũng được.") % {"name": listing.name}
    )
    return redirect("seller_listings")


def _edit(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    viewer = viewer_of(request)
    if request.method == "POST":
        form = ListingForm(request.POST, request.FILES)
        if listing is None:
            listing = listings_of(viewer).filter(shop=shop, sku=request.POST.get("sku", "")[:20]).first()
        photos = _photos(request, form, viewer, listing)
        on_sale = listing is not None and listing.state == Listing.State.PUBLISHED
        if on_sale and not photos:
            form.add_error("photos", _("Sản phẩm đang bán cần ít nhất một ảnh."))
        if "publish" in request.POST and not photos and form.errors:
            form.add_error("photos", _("Thêm ít nhất một ảnh chụp sản phẩm."))
        if form.is_valid():
            saved = write_listing(
                shop=shop,
                facts=form.facts(),
                photos=photos,
                by=viewer,
                listing=listing,
                stock_seen=form.cleaned_data["stock_seen"],
                sku=form.cleaned_data["sku"],
            )
            if "publish" not in request.POST:
                messages.success(request, _("Đã lưu. Người mua thấy bản này ngay nếu sản phẩm đang bán."))
                return redirect("seller_listings")
            try:
                publish_listing(listing=saved, by=viewer)
            except NotReady as problem:
                listing = saved
                for item in problem.missing:
                    form.add_error(item.field, item.sentence)
            else:
                messages.success(request, _("Sản phẩm đã được đăng bán."))
                return redirect("seller_on_platforms", sku=saved.sku)
    else:
        form = ListingForm(initial=_initial(listing))
        photos = [row.photo for row in listing.photos.all()] if listing else []
    shown = [{"id": photo.pk, "url": photo.small.url, "alt": _("Ảnh đã chọn")} for photo in photos]
    context = {
        "form": form,
        "listing": listing,
        "photos": shown,
        "kept": ",".join(str(photo.pk) for photo in photos),
        "limit": MAX_PHOTOS,
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/edit.html", context)


def _photos(request: HttpRequest, form: ListingForm, viewer: Viewer, listing: Listing | None) -> list[Photo]:
    """Photos kept from before plus the new ones, which are made safe and stored at once: an error in another field
    does not lose them. Refused files become errors of the field."""
    form.full_clean()
    kept = form.kept_ids()
    usable = {photo.pk: photo for photo in photos_by_id(kept, viewer)}
    if listing is not None:
        usable |= {row.photo_id: row.photo for row in listing.photos.all()}  # a helper keeps what the owner uploaded
    photos = [usable[key] for key in kept if key in usable]
    for upload in form.cleaned_data.get("photos", []):
        if len(photos) >= MAX_PHOTOS:
            form.add_error("photos", _("Mỗi sản phẩm có tối đa %(limit)d ảnh. Hãy bỏ bớt ảnh.") % {"limit": MAX_PHOTOS})
            break
        try:
            photo = take_photo(upload=upload, by=viewer)
        except PhotoRefused as problem:
            form.add_error("photos", f"{shown_name(upload)}: {problem}")
        else:
            if photo not in photos:
                photos.append(photo)
    return photos


def _initial(listing: Listing | None) -> dict[str, object]:
    if listing is None:
        return {"sku": new_sku()}
    names = ("name", "category", "description", "unit", "net_weight", "stock")
    return {name: getattr(listing, name) for name in names} | {
        "price": f"{listing.price:,}".replace(",", "."),
        "stock_seen": listing.stock,
    }
