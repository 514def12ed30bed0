"""Writing a listing: one page from the first photo to being on sale, with or without a script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.files.pipeline import PhotoRefused
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.actions import NotReady, WrittenMeanwhile, WrongFacts, new_sku, write_listing
from market.listings.actions.drafts import drop_draft, release_photos, version_of
from market.listings.forms import ListingForm, say
from market.listings.models import Listing
from market.listings.queries import draft_of, listings_of, unfinished_drafts
from market.listings.rules import MAX_PHOTOS
from market.listings.views.asking import say_missing, say_the_rest
from market.listings.views.drafts import keep_refused
from market.listings.views.filling import go_on_from, initial_of, typed_in
from market.listings.views.meanwhile import take_up
from market.listings.views.pictures import PhotoDesk, desk_of
from market.listings.views.saving import after_saving, as_it_stands, beside, complain, is_on_sale
from market.listings.views.sizing import edit_size
from market.shops.models import Shop
from market.shops.queries import shop_of


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
        return edit_size(request, listing.main, listing)
    return _edit(request, listing.shop, listing)


def _edit(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    viewer = viewer_of(request)
    if request.method != "POST":
        return _empty_page(request, shop, listing)
    on_sale = is_on_sale(listing)
    form = ListingForm(request.POST, request.FILES, shop=shop, listing=listing, is_draft=not on_sale)
    desk = desk_of(form, viewer, listing)
    if step := request.POST.get("photo"):
        return _photo_step(request, shop, listing, form, desk, step)
    if on_sale and not desk.photos:
        form.add_error("photos", _("Sản phẩm đang bán cần ít nhất một ảnh."))
    if not form.is_valid():
        if on_sale or "publish" in request.POST:
            say_the_rest(form, form.facts(), desk.photos, listing)
        keep_refused(request, form, desk, shop=shop, listing=listing)
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
        complain(form, problem, Listing.objects.filter(shop=shop, main=None))
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
    if (answer := after_saving(request, form, saved)) is not None:
        return answer
    go_on_from(form, saved)
    if is_draft_gone:
        say(form, draft_seen="")
    return _page(request, form, shop, saved, PhotoDesk(desk.photos))


def _ask(
    request: HttpRequest, form: ListingForm, listing: Listing, desk: PhotoDesk, told: WrittenMeanwhile
) -> HttpResponse:
    """Somebody saved while this page was open: both wordings, and the form goes on from what stands there now."""
    now = as_it_stands(listing)
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
    again = ListingForm(initial=typed_in(request, form), shop=shop, listing=listing, is_draft=not is_on_sale(listing))
    return _page(request, again, shop, listing, desk, refused=refused, at_photos=True)


def _empty_page(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    """The form as it opens: as saved, or with what this person had typed when they ask for that."""
    viewer = viewer_of(request)
    own = draft_of(viewer, listing.sku) if listing else None
    drafts = ([own] if own else []) if listing else unfinished_drafts(viewer, shop)
    wanted = request.GET.get("tiep", "")
    draft = next((each for each in drafts if wanted in ("1", each.sku)), None)
    initial = initial_of(listing)
    desk = PhotoDesk([row.photo for row in listing.photos.all()] if listing else [])
    if draft is None:
        form = ListingForm(initial=initial, shop=shop, listing=listing, is_draft=not is_on_sale(listing))
        offered = [(each, version_of(each)) for each in drafts]
        return _page(
            request, form, shop, listing, desk, drafts=offered, draft_version=version_of(drafts[0] if drafts else None)
        )
    typed = {name: value for name, value in draft.values.items() if name in ListingForm.base_fields}
    if "move_seen" not in typed:
        typed.pop("stock", None)  # nobody knows when this number was true
    held = ListingForm({name: typed.get(name, "") for name in ("kept", "removed", "turned")})
    desk = desk_of(held, viewer, listing)
    sights = {"sku": draft.sku, "draft_seen": version_of(draft)}
    form = ListingForm(initial=initial | typed | sights, shop=shop, listing=listing, is_draft=not is_on_sale(listing))
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
        **beside(listing, form),
        **more,
    }
    return render(request, "market/listings/edit.html", context, status=409 if "both" in more else 200)


def _ids(photos: list[Any]) -> str:
    return ",".join(str(photo.pk) for photo in photos)
