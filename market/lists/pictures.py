"""What the cell of pictures makes of a listing's photos. Pure reading of the desk."""

from __future__ import annotations

from dataclasses import dataclass

from core.files.models import Photo
from market.listings.models import Listing
from market.listings.rules import MAX_PHOTOS
from market.lists.archive import name_key, problem_sentence
from market.lists.desk import GoodsDesk, archive_names

SHOWN_IN_NAME = 8


@dataclass(frozen=True)
class PhotoPlan:
    """The photos a listing is to have, in their order. A text is the digest of a picture that is no photo yet. `names` are
    what the cell called them; warnings are about pictures that were not found, reasons about those that cannot be used."""

    photos: tuple[Photo | str, ...]
    names: str = ""
    is_change: bool = False
    warnings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def name_of(listing: Listing, photo: Photo) -> str:
    """What the sheet calls a photo of a listing: its own from the picture itself, so that another order changes none."""
    return f"{listing.sku}-{photo.sha256[:SHOWN_IN_NAME]}.jpg"


def names_of(listing: Listing) -> str:
    """The cell of pictures."""
    return "; ".join(name_of(listing, shown.photo) for shown in listing.photos.all())


def planned_photos(cell: str | None, listing: Listing | None, desk: GoodsDesk) -> PhotoPlan:
    """What the cell means. An empty one changes nothing; where one picture is missing, no photo that is there goes."""
    now = tuple(shown.photo for shown in listing.photos.all()) if listing else ()
    names = archive_names(cell or "", desk.archive)
    if not names:
        return PhotoPlan(now)
    found: list[Photo | str] = []
    missing, reasons = [], []
    for name in names:
        photo, reason = _photo_named(name, listing, now, desk)
        if reason:
            reasons.append(f"Ảnh «{name}»: {reason}")
        elif photo is None:
            missing.append(name)
        elif photo not in found:
            found.append(photo)
    wanted = [*now, *(each for each in found if each not in now)] if missing else found
    if len(wanted) > MAX_PHOTOS:
        reasons.append(f"Ảnh: có {len(wanted)} ảnh, mỗi sản phẩm nhiều nhất {MAX_PHOTOS}. Hãy bỏ bớt.")
    warnings = tuple(
        f"Ảnh «{name}» không có trong tệp zip gửi kèm nên chưa thêm. Ảnh đang có vẫn giữ." for name in missing
    )
    return PhotoPlan(tuple(wanted), "; ".join(names), tuple(wanted) != now, warnings, tuple(reasons))


def _photo_named(
    name: str, listing: Listing | None, now: tuple[Photo, ...], desk: GoodsDesk
) -> tuple[Photo | str | None, str]:
    """The photo, or the digest of a picture that is none yet, or nothing; and why it cannot be used."""
    entry = desk.archive.get(name_key(name))
    if entry is None:
        return _present(name, listing, now, desk), ""
    if entry.problem:
        return None, entry.sentence
    known = desk.pictures.get(entry.digest)
    if known is None:
        return entry.digest, ""
    return (known.photo, "") if known.photo is not None else (None, problem_sentence(known.refusal))


def _present(name: str, listing: Listing | None, now: tuple[Photo, ...], desk: GoodsDesk) -> Photo | None:
    """A photo the listing has already, by the name of the sheet or that of the file it once came in."""
    for photo in now:
        is_ours = listing is not None and name_key(name_of(listing, photo)) == name_key(name)
        if is_ours or (photo.pk, name_key(name)) in desk.names_of_photos:
            return photo
    return None
