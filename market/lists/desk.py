"""What is read from the shop for some rows of its list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from core.files.models import Photo
from core.imports.sheet.columns import CellRefused, Values
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer
from core.places.models import Unit
from market.goods.models import Category, GoodsRule
from market.goods.queries import offered_categories, rules_in_force
from market.listings.counting import MovedSince, moved_since
from market.listings.models import Listing, ListingPhoto
from market.lists import cells
from market.lists.archive import Entry, Index, name_key
from market.lists.cells import picture_names
from market.lists.models import SheetPicture
from market.shops.models import Shop

SKU_MAXIMUM = 20


@dataclass
class GoodsDesk:
    """The shop, those of its listings that rows name by SKU, what else it has by (folded name, size), the categories by code,
    the archive beside the sheet and which of its pictures are photos already, and how the stock of each listing moved since
    the sheet went out; `rules` are the law of the day."""

    shop: Shop
    viewer: Viewer
    archive: Index
    listings: dict[str, Listing] = field(default_factory=dict)
    namesakes: dict[tuple[str, str], list[Listing]] = field(default_factory=lambda: defaultdict(list))
    categories: dict[str, Category] = field(default_factory=dict)
    pictures: dict[str, SheetPicture] = field(default_factory=dict)
    names_of_photos: dict[tuple[object, str], Photo] = field(default_factory=dict)
    rules: list[GoodsRule] = field(default_factory=list)
    origins: dict[str, Unit | str] = field(default_factory=dict)
    moved: dict[int, MovedSince] = field(default_factory=dict)

    def unit_by_id(self, unit_id: int) -> Unit:
        """A commune that was written."""
        return Unit.objects.select_related("parent").get(pk=unit_id)


def sku_in(values: Values, name: str = "sku") -> str:
    """The SKU in a cell, as SKUs are written."""
    return (values[name] or "").strip().upper()


def move_seen_in(values: Values) -> int | None:
    """The id of the last move when the sheet went out; None where it does not say. Raises CellRefused."""
    written = values["move_seen"]
    return cells.move(written) if written else None


def new_key(name: str, variant_name: str) -> tuple[str, str]:
    """What makes two listings of a shop namesakes."""
    return fold_words(name), fold_words(variant_name)


def archive_names(cell: str, archive: Collection[str]) -> list[str]:
    """The file names of a cell. Where one with a comma is no picture of the archive, the comma stood between two."""
    names = []
    for name in picture_names(cell):
        parts = [part.strip() for part in name.split(",")]
        names += [part for part in parts if part] if len(parts) > 1 and name_key(name) not in archive else [name]
    return list(dict.fromkeys(names))


def open_goods_desk(*, shop: Shop, viewer: Viewer, archive: Index, rows: Sequence[Values], locked: bool) -> GoodsDesk:
    """Read all that these rows may touch, in a fixed number of queries. Locked: the listings that may change, with
    their main ones and sizes, in the order of their keys."""
    desk = GoodsDesk(shop, viewer, archive)
    desk.rules = rules_in_force(clock.today())
    desk.categories = {each.code: each for each in offered_categories()}
    _read_listings(desk, rows, locked=locked)
    desk.moved = moved_since(_moves_seen(desk, rows))
    digests = {
        entry.digest for row in rows for name in archive_names(row["pictures"] or "", archive)
        if (entry := archive.get(name_key(name))) is not None
    }  # fmt: skip
    photos = [shown.photo_id for listing in _all_of(desk) for shown in listing.photos.all()]
    known = SheetPicture.objects.filter(Q(digest__in=digests) | Q(photo__in=photos), shop=shop).select_related("photo")
    for picture in known:
        desk.pictures[picture.digest] = picture
        if picture.photo is not None:
            desk.names_of_photos[picture.photo.pk, name_key(picture.name)] = picture.photo
    return desk


def entries_to_make(rows: Sequence[Values], archive: Index, known: Collection[str]) -> dict[str, tuple[str, Entry]]:
    """Of the pictures that these rows name, those that are no photo yet, by digest: (name, entry)."""
    found: dict[str, tuple[str, Entry]] = {}
    for row in rows:
        for name in archive_names(row["pictures"] or "", archive):
            entry = archive.get(name_key(name))
            if entry is not None and not entry.problem and entry.digest not in known:
                found.setdefault(entry.digest, (name, entry))
    return found


def _moves_seen(desk: GoodsDesk, rows: Sequence[Values]) -> dict[int, int]:
    found = {}
    for row in rows:
        listing = desk.listings.get(sku_in(row))
        try:
            seen = move_seen_in(row) if row["stock"] else None
        except CellRefused:
            continue  # its row says so
        if listing is not None and seen is not None:
            found[listing.pk] = seen
    return found


def _all_of(desk: GoodsDesk) -> list[Listing]:
    return [*desk.listings.values(), *(each for found in desk.namesakes.values() for each in found)]


def _read_listings(desk: GoodsDesk, rows: Sequence[Values], *, locked: bool) -> None:
    named = {sku for row in rows for name in ("sku", "main") if (sku := sku_in(row, name)[: SKU_MAXIMUM + 1])}
    wanted, new = Q(sku__in=named), set[tuple[str, str]]()
    if any(not sku_in(row) for row in rows):
        # Compared here: SQLite folds no Vietnamese.
        here = list(Listing.objects.filter(shop=desk.shop).values_list("pk", "sku", "name", "variant_name"))
        names = {sku: name for _, sku, name, _ in here}
        new = {
            new_key(names.get(sku_in(row, "main")) or row["name"] or "", row["variant_name"] or "")
            for row in rows if not sku_in(row)
        }  # fmt: skip
        wanted |= Q(pk__in=[pk for pk, _, name, variant in here if new_key(name, variant) in new])
    if locked:
        # Writing a size holds its main one as well, and writing a main one all its sizes.
        mains = Listing.objects.filter(sku__in=named, main__isnull=False).values("main_id")
        wanted |= Q(pk__in=mains) | Q(main__in=Listing.objects.filter(sku__in=named))
    found = Listing.objects.filter(wanted, shop=desk.shop).order_by("pk")
    if locked:
        found = found.select_for_update(of=("self",))
    photos = Prefetch("photos", ListingPhoto.objects.select_related("photo"))
    related = ("category", "origin", "origin__parent", "main", "maker")
    for listing in found.select_related(*related).prefetch_related(photos, "papers"):
        listing.shop = desk.shop
        if listing.sku in named:
            desk.listings[listing.sku] = listing
        if (key := new_key(listing.name, listing.variant_name)) in new:
            desk.namesakes[key].append(listing)
