"""Writing the pack: one workbook and the photos, in one zip. The same listings give the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from market.platforms.checks import document_issues, offer_issues, photo_bytes, refuse_blocked
from market.platforms.contract import (
    Artifact,
    Issue,
    ItemOutcome,
    ItemResult,
    ListingDocument,
    PhotoReference,
    Severity,
    SheetLine,
    SheetTask,
    ValidationFailed,
)
from market.platforms.sheets.layout import SheetLayout
from market.platforms.sheets.workbook import FIXED_MOMENT, PHOTO_FOLDER, Row, workbook_bytes

PACK_BYTES_MAXIMUM = 150_000_000
PHOTO_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
PACK_FULL = "pack_full"
_PUT = SheetLine(SheetTask.PUT)


def export_pack(
    layout: SheetLayout,
    documents: Sequence[ListingDocument],
    lines: Mapping[str, SheetLine] | None = None,
    batch: str = "",
) -> Artifact:
    """The zip for these listings, in their order. Listings that cannot go are left out and named,
    so that one bad photo does not hold up the rest."""
    rows: list[Row] = []
    left_out: list[ItemResult] = []
    seen: set[str] = set()
    room = PACK_BYTES_MAXIMUM
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        for document in documents:
            sku = document.reference.sku
            line = (lines or {}).get(sku, _PUT)
            try:
                photos = _checked_photos(layout, document, line.task, seen, room)
            except ValidationFailed as failure:
                left_out.append(ItemResult(sku, ItemOutcome.FAILED, issues=failure.issues, failure=failure))
                continue
            seen.add(sku)
            for name, content in photos:
                room -= len(content)
                # Photos are compressed already; doing it again costs time and saves nothing.
                pack.writestr(zipfile.ZipInfo(f"{PHOTO_FOLDER}/{name}", FIXED_MOMENT), content)
            rows.append(Row(document, tuple(name for name, _ in photos), line))
        sheet = zipfile.ZipInfo(f"{layout.key}-san-pham.xlsx", FIXED_MOMENT)
        pack.writestr(sheet, workbook_bytes(layout, rows, batch))
    return Artifact(
        file_name=f"{layout.key}-{len(rows)}-san-pham.zip",
        content=packed.getvalue(),
        content_type="application/zip",
        count=len(rows),
        left_out=tuple(left_out),
    )


def _checked_photos(
    layout: SheetLayout, document: ListingDocument, task: SheetTask, seen: set[str], room: int
) -> list[tuple[str, bytes]]:
    """The listing's photos under their file names, where the task needs them. Raises ValidationFailed when the listing
    cannot go."""
    if document.reference.sku in seen:
        message = "Mã hàng này có hai lần trong danh sách. Hãy giữ lại một tin."
        raise ValidationFailed([Issue("sku_repeated", "sku", Severity.BLOCK, message)])
    if task is SheetTask.TAKE_DOWN:
        # Whatever became of it here, it must be able to go.
        return []
    if task is SheetTask.OFFER:
        refuse_blocked(offer_issues(layout.capabilities, document.price, document.stock))
        return []
    refuse_blocked(document_issues(layout.capabilities, document))
    photos = [
        (photo_file_name(document.reference.sku, number, photo), photo_bytes(photo, layout.capabilities))
        for number, photo in enumerate(document.photos, start=1)
    ]
    if sum(len(content) for _, content in photos) > room:
        message = "Gói đã đầy. Hãy xuất tin này trong một gói khác."
        raise ValidationFailed([Issue(PACK_FULL, "photos", Severity.BLOCK, message)])
    return photos


def photo_names(document: ListingDocument, task: SheetTask) -> list[str]:
    """The names under which a listing's photos lie in the pack; none where the task needs none."""
    photos = document.photos if task is SheetTask.PUT else ()
    return [photo_file_name(document.reference.sku, number, photo) for number, photo in enumerate(photos, start=1)]


def photo_file_name(sku: str, number: int, photo: PhotoReference) -> str:
    """`<sku>-1.jpg`. A SKU that is no safe file name is rewritten, with a mark that keeps it apart."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", sku).lstrip(".")[:60]
    if safe != sku:
        safe = f"{safe}_{hashlib.sha256(sku.encode('utf-8', 'backslashreplace')).hexdigest()[:6]}"
    return f"{safe}-{number}{PHOTO_ENDINGS[photo.content_type]}"
