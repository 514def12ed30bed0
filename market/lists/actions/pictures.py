"""Pictures of an archive become photos, each once for a shop, outside of the transaction that writes the rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import IO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.files.actions import take_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused
from core.imports.sheet.columns import Values
from core.people.queries import Viewer
from market.lists.archive import Entry, Index, picture_bytes
from market.lists.desk import entries_to_make
from market.lists.models import SheetPicture
from market.shops.models import Shop

# A later try may end otherwise; everything else is of the picture itself.
_PASSING = "too_much_work"


def make_photos(*, shop: Shop, rows: Sequence[Values], archive: Index, file: IO[bytes], by: Viewer) -> int:
    """Make photos of the pictures that these rows name and that the shop has not sent before; returns how many were looked at.

    One picture is in memory at a time. Killed at any line and run again it makes no second photo: the photo store knows
    the rendition, the row here the picture. Raises PhotoRefused when the disk is full.
    """
    named = entries_to_make(rows, archive, ())
    known = set(SheetPicture.objects.filter(shop=shop, digest__in=named).values_list("digest", flat=True))
    wanted = {digest: found for digest, found in named.items() if digest not in known}
    if wanted:
        with zipfile.ZipFile(file) as opened:
            for name, entry in wanted.values():
                _make_photo(shop, name, entry, opened, by)
    return len(wanted)


def _make_photo(shop: Shop, name: str, entry: Entry, opened: zipfile.ZipFile, by: Viewer) -> None:
    photo, refusal = None, ""
    try:
        photo = _photo(name, picture_bytes(opened, entry.number), by)
    except PhotoRefused as refused:
        if refused.code == "no_room":
            raise
        if refused.code == _PASSING:
            return  # its row is refused, and may be sent again
        refusal = refused.code
    with transaction.atomic():
        SheetPicture.objects.get_or_create(
            shop=shop, digest=entry.digest, defaults={"name": name[:200], "photo": photo, "refusal": refusal}
        )


def _photo(name: str, raw: bytes, by: Viewer) -> Photo:
    return take_photo(upload=UploadedFile(io.BytesIO(raw), name, size=len(raw)), by=by)
