"""The gallery and the cover of a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from core.events.registry import emit
from core.files.models import Photo
from core.people.queries import Viewer
from market.shops.actions.shared import held, note
from market.shops.events import ShopChanged
from market.shops.models import Shop, ShopPhoto
from market.shops.rules import MAX_PHOTOS


@dataclass(frozen=True)
class Placed:
    """A photo that stays in the gallery (id of its ShopPhoto), with what is on it."""

    pk: int
    alt: str


class TooManyPhotos(ValueError):
    """A gallery holds MAX_PHOTOS."""


@transaction.atomic
def add_photos(*, shop: Shop, photos: Sequence[Photo], by: Viewer) -> Shop:
    """Put photos behind those that are there; one that is there already stays where it is. The first photo of a shop
    without a cover becomes it. Raises NotYourProducer, TooManyPhotos."""
    shop = held(shop, by)
    there = {row.photo_id: row for row in shop.photos.all()}
    new = [photo for photo in dict.fromkeys(photos) if photo.pk not in there]
    if len(there) + len(new) > MAX_PHOTOS:
        raise TooManyPhotos
    last = max((row.position for row in there.values()), default=0)
    alt = f"Ảnh của gian hàng {shop.name}"[:160]
    ShopPhoto.objects.bulk_create(
        ShopPhoto(shop=shop, photo=photo, position=last + number, alt=alt) for number, photo in enumerate(new, 1)
    )
    if new and shop.cover_id is None:
        shop.cover = new[0]
        shop.save(update_fields=["cover"])
        emit(ShopChanged(shop.pk))
    if new:
        note("shop.photos_changed", shop, by, {"ảnh": (f"{len(there)} ảnh", f"{len(there) + len(new)} ảnh")})
    return shop


@transaction.atomic
def arrange_photos(*, shop: Shop, placed: Sequence[Placed], cover: int | None, by: Viewer) -> Shop:
    """The gallery in this order with these words; what is left out is taken away. `cover` is the id of the ShopPhoto on top
    of the page (None, or one that is left out: the first). Rows of other shops are passed over. Raises NotYourProducer."""
    shop = held(shop, by)
    rows = {row.pk: row for row in shop.photos.all()}
    once = {each.pk: each for each in placed}
    kept = [(rows[pk], each.alt) for pk, each in once.items() if pk in rows]
    order = [row.pk for row, _ in kept]
    chosen = cover if cover in order else next(iter(order), None)
    cover_id = rows[chosen].photo_id if chosen is not None else None
    before = ([(row.pk, row.alt) for row in rows.values()], shop.cover_id)
    if before == ([(row.pk, alt or row.alt) for row, alt in kept], cover_id):
        return shop
    # Rewritten whole: the place of a photo is unique, so that two cannot change places one by one.
    shop.photos.all().delete()
    ShopPhoto.objects.bulk_create(
        ShopPhoto(pk=row.pk, shop=shop, photo_id=row.photo_id, position=number, alt=alt or row.alt)
        for number, (row, alt) in enumerate(kept, 1)
    )
    if shop.cover_id != cover_id:
        shop.cover_id = cover_id
        shop.save(update_fields=["cover"])
        emit(ShopChanged(shop.pk))
    note("shop.photos_changed", shop, by, {"ảnh": (f"{len(rows)} ảnh", f"{len(kept)} ảnh")})
    return shop
