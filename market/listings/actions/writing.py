"""Writing a listing and its sizes. Each change raises the revision, and tells the storeys above."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from core.files.models import Photo
from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions.facts import OWN, SHARED, ListingFacts
from market.listings.actions.meanwhile import check_meanwhile
from market.listings.actions.promoting import close_forbidden_promotions
from market.listings.actions.selling import NotReady
from market.listings.actions.shared import address_part, bump, check_shop, done
from market.listings.actions.stock import move_stock
from market.listings.counting import moved_since, stock_to_be
from market.listings.models import Listing, ListingPhoto, PriceChange, StockMove
from market.listings.rules import Missing, missing_always, missing_to_stay
from market.shops.models import Shop
from market.shops.queries import makers_of


class WrongFacts(ValueError):
    """A maker or a paper that is not this shop's, two sizes of one name, or a SKU that is taken; the message is the form
    field."""


# What of a listing is worth its old and new value in the trail, as a seller calls it.
_TOLD = {
    "tên": "name",
    "loại hàng": "category",
    "mô tả": "description",
    "giá": "price",
    "đơn vị": "unit",
    "khối lượng tịnh": "net_weight",
    "dung tích": "net_volume",
    "quy cách": "variant_name",
    "số còn": "stock",
    "thành phần": "ingredients",
    "cách giữ": "storage_note",
    "cảnh báo": "warning",
    "hạn dùng": "shelf_life_days",
    "độ cồn": "alcohol",
    "nơi làm ra": "origin",
    "người làm": "maker",
}


@transaction.atomic
def write_listing(
    *,
    shop: Shop,
    facts: ListingFacts,
    photos: Sequence[Photo],
    by: Viewer,
    listing: Listing | None = None,
    main: Listing | None = None,
    move_seen: int | None = None,
    content_seen: str = "",
    sku: str = "",
    is_demo: bool = False,
) -> Listing:
    """Make a draft, or change a listing of this shop. `photos` in their order replace those there; a new listing gets
    a random SKU unless one is given. `move_seen` is the id of the last StockMove when the
    seller saw the stock (0: there was none): what orders took since is taken off the number they wrote, once, however
    often the same words are sent; None: the number is of this moment. `content_seen` is the `stamp_of` the listing that
    they saw ("": whatever stands there is written over).

    With `main` a new listing is another size of it. What sizes share (name, text, category, photos, papers …) is taken
    from the main one whatever `facts` say, and goes through to all sizes when the main one is written.

    A draft may be without category (None) and price (0). What is on sale is not written at all when the change adds
    something that may not be sold (sold out it may be): pause it first. What was missing before, e.g. a paper that has
    ended, keeps no other change back.
    Promotions of what may not be promoted any more end. A new size of goods that were taken down is down as well.

    Raises NotYourShop, NotReady, WrongFacts ("sku" when another listing has it), WrittenMeanwhile; Listing.DoesNotExist
    for a listing of another shop.
    """
    check_shop(shop, by)
    main_id = listing.main_id if listing is not None else main.pk if main is not None else None
    # The main one is locked before its sizes: two writers meet there, and a new size copies what stands.
    held_main = (
        Listing.objects.select_for_update(no_key=True).get(pk=main_id, shop=shop, main=None) if main_id else None
    )
    now = clock.now()
    is_new = listing is None
    if listing is None:
        listing = _fresh(shop, facts, held_main, sku or new_sku(), now, is_demo)
    else:
        listing = Listing.objects.select_for_update(no_key=True).get(pk=listing.pk, shop=shop)
        check_meanwhile(listing, facts, photos, content_seen=content_seen, move_seen=move_seen)
        listing.revision += 1
    before = {} if is_new else _told(listing)
    old_price = 0 if is_new else listing.price
    known = _missing_now(listing)
    _check(shop, facts, listing)
    for name in OWN:
        setattr(listing, name, getattr(facts, name))
    for name in SHARED:
        setattr(listing, name, getattr(held_main or facts, name))
    listing.changed_at = now
    _check_says_enough(listing)
    _save(listing)
    _count(listing, facts.stock, move_seen, is_new, by)
    if listing.price not in (0, old_price):  # 0: not said, and no price
        PriceChange.objects.create(listing=listing, price=listing.price, by_id=by.user_id, at=now)
    if held_main is not None:
        _copy_pictures_and_papers(held_main, listing)
    else:
        _put_photos(listing, photos)
        if facts.papers is not None:
            listing.papers.set(facts.papers)
    _check_on_sale(listing, known)
    done("listing.written", listing, by, {word: (before.get(word, ""), now) for word, now in _told(listing).items()})
    if not is_new:
        close_forbidden_promotions(listing, by)
        if held_main is None:
            _write_through(listing, by)
    return listing


def _fresh(shop: Shop, facts: ListingFacts, main: Listing | None, sku: str, now: datetime, is_demo: bool) -> Listing:
    words = f"{main.name} {facts.variant_name}" if main else facts.name
    slug = address_part(words, sku)
    down = main.taken_down_at if main else None
    return Listing(shop=shop, main=main, sku=sku, slug=slug, stock=0, made_at=now, taken_down_at=down, is_demo=is_demo)


def _save(listing: Listing) -> None:
    """Raises WrongFacts when the SKU of a new listing is taken, also by somebody who is a moment ahead."""
    if listing.pk is not None:
        listing.save()
        return
    if Listing.objects.filter(sku=listing.sku).exists():
        raise WrongFacts("sku")
    try:
        with transaction.atomic():
            listing.save(force_insert=True)
    except IntegrityError as error:
        raise WrongFacts("sku") from error


def _check(shop: Shop, facts: ListingFacts, listing: Listing) -> None:
    """Raises WrongFacts."""
    if listing.main_id:
        sisters = Listing.objects.filter(main_id=listing.main_id).exclude(pk=listing.pk)
        if not facts.variant_name or sisters.filter(variant_name=facts.variant_name).exists():
            raise WrongFacts("variant_name")
        return
    today = {row.producer_id for row in makers_of(shop)}
    # A maker whose period ended stays with what they made, their papers do not.
    if facts.maker is not None and facts.maker.pk not in today | {shop.producer_id, listing.maker_id}:
        raise WrongFacts("maker")
    whose = {shop.producer_id} | (today & {facts.maker.pk} if facts.maker else set())
    if any(paper.producer_id not in whose for paper in facts.papers or ()):
        raise WrongFacts("papers")


def _missing_now(listing: Listing) -> list[Missing]:
    """What is missing of goods on sale before they are changed."""
    return missing_to_stay(listing) if listing.state == Listing.State.PUBLISHED else []


def _check_says_enough(listing: Listing) -> None:
    """Before it is saved: raises NotReady where the database would refuse it."""
    if listing.state == Listing.State.PUBLISHED and (missing := missing_always(listing)):
        raise NotReady(missing)


def _check_on_sale(listing: Listing, known: Sequence[Missing]) -> None:
    """Raises NotReady when what is on sale lacks something now that it did not lack before (`known`)."""
    if listing.state != Listing.State.PUBLISHED:
        return
    if missing := [item for item in missing_to_stay(listing) if item not in known]:
        raise NotReady(missing)


def _write_through(main: Listing, by: Viewer) -> None:
    """What all sizes share goes through to each of them, as a change of its own."""
    for variant in main.variants.select_for_update(of=("self",), no_key=True).order_by("pk"):
        before, known = _told(variant), _missing_now(variant)
        for name in SHARED:
            setattr(variant, name, getattr(main, name))
        _check_says_enough(variant)
        bump(variant, *SHARED)
        _copy_pictures_and_papers(main, variant)
        _check_on_sale(variant, known)
        done("listing.written", variant, by, {word: (before[word], now) for word, now in _told(variant).items()})
        close_forbidden_promotions(variant, by)


def _copy_pictures_and_papers(main: Listing, variant: Listing) -> None:
    _put_photos(variant, [row.photo for row in main.photos.select_related("photo")])
    variant.papers.set(main.papers.all())


def _put_photos(listing: Listing, photos: Sequence[Photo]) -> None:
    listing.photos.all().delete()
    ListingPhoto.objects.bulk_create(
        ListingPhoto(listing=listing, photo=photo, position=position, alt=f"{listing.name}, ảnh {position + 1}")
        for position, photo in enumerate(photos)
    )


def _count(listing: Listing, wanted: int, seen: int | None, is_new: bool, by: Viewer) -> None:
    """The number that the seller wrote, as a move: what orders took after the move they saw is taken off it."""
    since = None if seen is None or is_new else moved_since({listing.pk: seen})[listing.pk]
    target = stock_to_be(listing.stock, wanted, since)
    if target != listing.stock:
        kind = StockMove.Kind.IN if is_new else StockMove.Kind.CORRECTED
        move_stock(listing, kind, change=target - listing.stock, by=by)


def new_sku() -> str:
    """A fresh stock-keeping number, random so that it tells nothing."""
    return f"LS{secrets.randbelow(10**8):08d}"


def photos_by_id(ids: Sequence[uuid.UUID], by: Viewer) -> list[Photo]:
    """The photos this person uploaded, in the given order; others' ids are left out."""
    found = {photo.pk: photo for photo in Photo.objects.filter(pk__in=ids, uploaded_by_id=by.user_id)}
    return [found[key] for key in ids if key in found]


def _told(listing: Listing) -> dict[str, str]:
    values = {word: getattr(listing, name) for word, name in _TOLD.items()}
    return {word: "" if value is None else str(value) for word, value in values.items()}
