"""Writing a listing: one page from the first photo to being on sale, with or without a script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.files.pipeline import PhotoRefused
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.actions import NotReady, WrittenMeanwhile, WrongFacts, new_sku, publish_listing, write_listing
from market.listings.actions.drafts import drop_draft, release_photos, version_of
from market.listings.completeness import places_of
from market.listings.forms import ListingForm, VariantForm, say
from market.listings.hints import hints_for
from market.listings.models import Listing
from market.listings.queries import draft_of, listings_of, sizes_of, unfinished_draft
from market.listings.rules import MAX_PHOTOS
from market.listings.views.asking import say_missing, say_the_rest, without_said
from market.listings.views.filling import go_on_from, initial_of, size_initial_of, typed_in
from market.listings.views.meanwhile import Row, take_up
from market.listings.views.pictures import PhotoDesk, desk_of
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.queries import shop_of

_WRONG = {
    "variant_name": "Quy cách này đã có. Hãy ghi tên khác.",
    "maker": "Người này không còn bán qua gian hàng. Hãy chọn người khác.",
    "papers": "Giấy này không phải của người làm đã chọn. Hãy bỏ dấu ở giấy đó.",
}


@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Write a new listing."""
    viewer = viewer_of(request)
    shop = shop_of(viewer)
    if shop is None:
        return redirect("seller_home")
    # A form sent again finds what its first sending made.
    listing = listings_of(viewer).filter(shop=shop, main=None, sku=request.POST.get("sku", "")[:20]).first()
    return _edit(request, shop, listing)


@signed_in
def edit(request: HttpRequest, sku: str) -> HttpResponse:
    """Change a listing; somebody else's is not there."""
    listing = get_object_or_404(listings_of(viewer_of(request)), sku=sku)
    if listing.main is not None:
        return _edit_size(request, listing.main, listing)
    return _edit(request, listing.shop, listing)


@signed_in
def new_size(request: HttpRequest, sku: str) -> HttpResponse:
    """Write another size or packing of a listing."""
    viewer = viewer_of(request)
    main = get_object_or_404(listings_of(viewer), sku=sku, main=None)
    return _edit_size(request, main, main.variants.filter(sku=request.POST.get("sku", "")[:20]).first())


def _edit(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    viewer = viewer_of(request)
    if request.method != "POST":
        return _empty_page(request, shop, listing)
    on_sale = _is_on_sale(listing)
    form = ListingForm(request.POST, request.FILES, shop=shop, listing=listing, is_draft=not on_sale)
    desk = desk_of(form, viewer, listing)
    if step := request.POST.get("photo"):
        return _photo_step(request, shop, listing, form, desk, step)
    if on_sale and not desk.photos:
        form.add_error("photos", _("Sản phẩm đang bán cần ít nhất một ảnh."))
    if not form.is_valid():
        if on_sale or "publish" in request.POST:
            say_the_rest(form, form.facts(), desk.photos, listing)
        return _page(request, form, shop, listing, desk)
    shown_before = {row.photo_id for row in listing.photos.all()} if listing else set()
    try:
        saved = write_listing(
            shop=shop,
            facts=form.facts(),
            photos=desk.photos,
            by=viewer,
            listing=listing,
            move_seen=form.cleaned_data["move_seen"],
            content_seen=form.cleaned_data["content_seen"],
            sku=form.cleaned_data["sku"],
        )
    except WrongFacts as problem:
        _complain(form, problem, Listing.objects.filter(shop=shop, main=None))
        return _page(request, form, shop, listing, desk)
    except NotReady as problem:
        say_missing(form, problem.missing)
        return _page(request, form, shop, listing, desk)
    except WrittenMeanwhile as told:
        assert listing is not None
        return _ask(request, form, listing, desk, told)
    is_draft_gone = drop_draft(
        sku=saved.sku, by=viewer, seen=form.cleaned_data["draft_seen"], written=typed_in(request, form)
    )
    if not is_draft_gone:
        messages.warning(request, _("Cửa sổ khác còn một bản viết dở của sản phẩm này. Hãy mở lại sản phẩm để xem."))
    dropped = shown_before | {photo.pk for photo in [*desk.removed, *desk.turned]}
    release_photos(photo_ids=dropped - {photo.pk for photo in desk.photos}, shop=shop)
    if (answer := _saved(request, form, saved)) is not None:
        return answer
    go_on_from(form, saved)
    if is_draft_gone:
        say(form, draft_seen="")
    return _page(request, form, shop, saved, PhotoDesk(desk.photos))


def _saved(request: HttpRequest, form: ListingForm | VariantForm, saved: Listing) -> HttpResponse | None:
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


def _complain(form: ListingForm | VariantForm, problem: WrongFacts, alike: QuerySet[Listing]) -> None:
    """Say what is wrong. Where the SKU is taken by none that this page may write (`alike`), the next try gets another."""
    if str(problem) != "sku":
        form.add_error(str(problem), _WRONG[str(problem)])
        return
    form.add_error(None, _("Mã của trang này vừa được dùng nên lần bấm này chưa ghi gì. Hãy bấm lưu lần nữa."))
    if not alike.filter(sku=form.data["sku"]).exists():
        say(form, sku=new_sku())


def _edit_size(request: HttpRequest, main: Listing, listing: Listing | None) -> HttpResponse:
    viewer, both = viewer_of(request), list[Row]()
    on_sale = _is_on_sale(listing)
    if request.method == "POST":
        form = VariantForm(request.POST, is_draft=not on_sale)
    else:
        form = VariantForm(initial=size_initial_of(main, listing), is_draft=not on_sale)
    if form.is_bound and not form.is_valid() and (on_sale or "publish" in request.POST):
        say_the_rest(form, form.facts(main), [row.photo for row in main.photos.all()], listing or main)
    elif form.is_bound and form.is_valid():
        try:
            saved = write_listing(
                shop=main.shop,
                facts=form.facts(main),
                photos=[],
                by=viewer,
                listing=listing,
                main=main,
                move_seen=form.cleaned_data["move_seen"],
                content_seen=form.cleaned_data["content_seen"],
                sku=form.cleaned_data["sku"],
            )
        except WrongFacts as problem:
            _complain(form, problem, main.variants.all())
        except NotReady as problem:
            say_missing(form, problem.missing)
        except WrittenMeanwhile as told:
            assert listing is not None
            listing = _as_it_stands(listing)
            both = take_up(form, told, form.facts(main), now=listing, initial=size_initial_of(main, listing))
            form.full_clean()
        else:
            if (answer := _saved(request, form, saved)) is not None:
                return answer
            go_on_from(form, saved)
            listing = saved
    context = {"form": form, "main": main, "listing": listing, "both": both, **_beside(listing, form)}
    return render(request, "market/listings/size.html", context, status=409 if both else 200)


def _ask(
    request: HttpRequest, form: ListingForm, listing: Listing, desk: PhotoDesk, told: WrittenMeanwhile
) -> HttpResponse:
    """Somebody saved while this page was open: both wordings, and the form goes on from what stands there now."""
    now = _as_it_stands(listing)
    both = take_up(form, told, form.facts(), now=now, initial=initial_of(now), mine=desk.photos)
    if told.changed.get("photos") is False:
        desk = PhotoDesk([row.photo for row in now.photos.select_related("photo")])
    form.full_clean()
    return _page(request, form, listing.shop, now, desk, both=both)


def _photo_step(
    request: HttpRequest, shop: Shop, listing: Listing | None, form: ListingForm, desk: PhotoDesk, step: str
) -> HttpResponse:
    """A button beside a photo, without a script: the same page, nothing saved, nothing complained about but photos."""
    refused = list(form.errors.get("photos", []))
    try:
        desk.step(step, viewer_of(request))
    except PhotoRefused as problem:
        refused.append(str(problem))
    again = ListingForm(initial=typed_in(request, form), shop=shop, listing=listing, is_draft=not _is_on_sale(listing))
    return _page(request, again, shop, listing, desk, refused=refused, at_photos=True)


def _empty_page(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    """The form as it opens: as saved, or with what this person had typed when they ask for that."""
    viewer = viewer_of(request)
    draft = draft_of(viewer, listing.sku) if listing else unfinished_draft(viewer, shop)
    initial = initial_of(listing)
    desk = PhotoDesk([row.photo for row in listing.photos.all()] if listing else [])
    if draft is None or "tiep" not in request.GET:
        form = ListingForm(initial=initial, shop=shop, listing=listing, is_draft=not _is_on_sale(listing))
        return _page(request, form, shop, listing, desk, draft=draft, draft_version=version_of(draft))
    typed = {name: value for name, value in draft.values.items() if name in ListingForm.base_fields}
    if "move_seen" not in typed:
        typed.pop("stock", None)  # nobody knows when this number was true
    held = ListingForm({name: typed.get(name, "") for name in ("kept", "removed", "turned")})
    desk = desk_of(held, viewer, listing)
    own = {"sku": draft.sku, "draft_seen": version_of(draft)}
    form = ListingForm(initial=initial | typed | own, shop=shop, listing=listing, is_draft=not _is_on_sale(listing))
    return _page(request, form, shop, listing, desk)


def _page(
    request: HttpRequest, form: ListingForm, shop: Shop, listing: Listing | None, desk: PhotoDesk, **more: Any
) -> HttpResponse:
    sku = listing.sku if listing else form["sku"].value()
    context = {
        "form": form,
        "listing": listing,
        "sku": sku or new_sku(),
        "desk": desk,
        "kept": _ids(desk.photos),
        "removed": _ids(desk.removed),
        "turned": _ids(desk.turned),
        "limit": MAX_PHOTOS,
        "owner_id": viewer_of(request).user_id,
        **_beside(listing, form),
        **more,
    }
    return render(request, "market/listings/edit.html", context, status=409 if "both" in more else 200)


def _is_on_sale(listing: Listing | None) -> bool:
    return listing is not None and listing.state == Listing.State.PUBLISHED


def _beside(listing: Listing | None, form: ListingForm | VariantForm) -> dict[str, Any]:
    """What stands beside the form of a saved listing: what it still needs (without what the form says already), advice,
    its other sizes."""
    always = {"space_items": seller_places("seller_listings")}
    if listing is None:
        return always
    fresh = _as_it_stands(listing)
    alike = Listing.objects.filter(shop=fresh.shop, category=fresh.category).exclude(pk=fresh.pk)[:50]
    places = without_said(places_of(fresh), form)
    return always | {"shown_at": places, "hints": hints_for(fresh, list(alike)), "sizes": sizes_of(fresh)}


def _as_it_stands(listing: Listing) -> Listing:
    """The listing as it stands now, with what completeness reads."""
    return Listing.objects.select_related("shop__producer__commune__parent", "category", "maker", "origin").get(
        pk=listing.pk
    )


def _ids(photos: list[Any]) -> str:
    return ",".join(str(photo.pk) for photo in photos)
