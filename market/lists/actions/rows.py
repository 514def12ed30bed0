"""Writing the rows of a list of goods, and taking them back: through the actions of listings, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from core.files.models import Photo
from core.imports.contract import Effect, RowRefused, UndoRefused
from core.people.queries import Viewer
from core.places.models import Unit
from market.goods.models import Category
from market.listings.actions import (
    ListingFacts,
    NotReady,
    OutOfStock,
    WrongFacts,
    pause_listing,
    publish_listing,
    withdraw_listing,
    write_listing,
)
from market.listings.actions.shared import locked_after_main
from market.listings.models import Listing
from market.lists.comparing import STAYS_AS_IT_WAS, Plan, facts_of
from market.shops.models import Shop
from onboarding.producers.models import Producer

CHANGED = "sản phẩm đã được sửa hoặc bán sau khi nhập."
ON_HOLD = "đang có đơn giữ hàng này."
_KEYS = {"category": Category, "maker": Producer, "origin": Unit}
_WRONG = {
    "sku": "Mã mới của dòng này vừa có nơi khác dùng. Hãy gửi lại dòng này.",
    "variant_name": "Quy cách: sản phẩm chính đã có quy cách cùng tên. Hãy ghi tên khác.",
    "maker": "Người làm ra không còn thuộc gian hàng. Hãy chọn lại trên trang sản phẩm rồi gửi lại dòng này.",
}
NOT_WRITTEN = "Dòng này chưa ghi được. Hãy mở sản phẩm trên trang để sửa."


@transaction.atomic
def write_plan(*, shop: Shop, plan: Plan, by: Viewer) -> Effect:
    """Write one row. Returns what undo needs, as JSON. Raises RowRefused."""
    before = _before(plan.listing) if plan.listing is not None else {}
    listing = plan.listing
    if plan.state == Listing.State.PAUSED and listing is not None:
        # First: what is no longer on sale may say what could not be sold.
        pause_listing(listing=listing, by=by)
    if plan.facts is not None:
        listing = _written(shop, plan, plan.facts, by)
    assert listing is not None
    if plan.state is not None:
        _put(listing, plan.state, by)
    listing.refresh_from_db(fields=["revision", "stock"])
    kind = "changed" if plan.listing is not None else "added"
    return {kind: listing.pk, "revision": listing.revision, **before}


def _written(shop: Shop, plan: Plan, facts: ListingFacts, by: Viewer) -> Listing:
    photos = [photo for photo in plan.photos if isinstance(photo, Photo)]
    if len(photos) < len(plan.photos):
        raise RowRefused("Ảnh của dòng này chưa đọc được. Hãy gửi lại dòng này cùng ảnh.")
    try:
        return write_listing(
            shop=shop,
            facts=facts,
            photos=photos,
            by=by,
            listing=plan.listing,
            main=plan.main,
            move_seen=plan.move_seen,
        )
    except WrongFacts as wrong:
        raise RowRefused(_WRONG.get(str(wrong), NOT_WRITTEN)) from wrong
    except NotReady as problem:
        raise RowRefused(STAYS_AS_IT_WAS + _sentences(problem)) from problem


def _put(listing: Listing, state: str, by: Viewer) -> None:
    if state == Listing.State.PAUSED:
        pause_listing(listing=listing, by=by)
        return
    try:
        publish_listing(listing=listing, by=by)
    except NotReady as problem:
        raise RowRefused(_sentences(problem)) from problem


def _sentences(problem: NotReady) -> str:
    return " ".join(item.sentence for item in problem.missing)


def _before(listing: Listing) -> Effect:
    facts = facts_of(listing)
    values = {
        name: getattr(facts, name).pk
        if isinstance(getattr(facts, name), (Category, Producer, Unit))
        else getattr(facts, name)
        for name in ListingFacts.__dataclass_fields__
        if name != "papers"
    }
    photos = [str(shown.photo_id) for shown in listing.photos.all()]
    return {"before": values, "photos": photos, "state": listing.state}


def obstacles_to(effects: Sequence[Effect]) -> list[str]:
    """Why each row can no longer be taken back, "" when it can; one query."""
    keys = [_key(effect) for effect in effects]
    listings = Listing.objects.in_bulk(keys)
    return [_obstacle(effect, listings.get(key)) for effect, key in zip(effects, keys, strict=True)]


def _key(effect: Effect) -> int:
    number: int = effect["added"] if "added" in effect else effect["changed"]
    return number


def _obstacle(effect: Effect, listing: Listing | None) -> str:
    if listing is None or listing.revision != effect["revision"]:
        return CHANGED
    return ON_HOLD if listing.reserved else ""


@transaction.atomic
def take_back(*, effect: Effect, shop: Shop, by: Viewer) -> None:
    """Take one row back: what was added is a draft again with nothing in store (its moves of stock are history and stay),
    what was changed gets its text, price, stock, photos and state back. Raises UndoRefused, and then nothing has changed."""
    listing = locked_after_main(Listing.objects.get(pk=_key(effect), shop=shop))
    if obstacle := obstacles_to([effect])[0]:
        raise UndoRefused(obstacle)
    if "added" in effect:
        withdraw_listing(listing=listing, by=by)
        return
    try:
        _give_back(listing, effect, shop, by)
    except (WrongFacts, NotReady, OutOfStock) as problem:
        raise UndoRefused(CHANGED) from problem


def _give_back(listing: Listing, effect: Effect, shop: Shop, by: Viewer) -> None:
    values: dict[str, Any] = dict(effect["before"])
    for name, model in _KEYS.items():
        if values[name] is not None:
            values[name] = model._default_manager.get(pk=values[name])
    wanted = [uuid.UUID(key) for key in effect["photos"]]
    photos = Photo.objects.in_bulk(wanted)
    facts = ListingFacts(**values)
    if effect["state"] != Listing.State.PUBLISHED:
        _leave_sale(listing, effect["state"], by)
    if facts != facts_of(listing) or wanted != list(listing.photos.values_list("photo_id", flat=True)):
        write_listing(
            shop=shop, facts=facts, photos=[photos[key] for key in wanted if key in photos], by=by, listing=listing
        )
    if effect["state"] == Listing.State.PUBLISHED and listing.state != Listing.State.PUBLISHED:
        publish_listing(listing=listing, by=by)


def _leave_sale(listing: Listing, state: str, by: Viewer) -> None:
    """Before its old text comes back, which may not have been fit for sale."""
    if listing.state == state:
        return
    if state == Listing.State.PAUSED:
        pause_listing(listing=listing, by=by)
    else:
        withdraw_listing(listing=listing, by=by, keeps_stock=True)
