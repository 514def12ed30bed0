"""The files of reports: made from a row and its snapshot, kept under their digest in the private store. What was handed out once is what
is handed out again, also after the typeface or a library was renewed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from ocop.reports.content import Content, content_of
from ocop.reports.drawing.document import draw
from ocop.reports.models import OfficialReport
from ocop.reports.workbook import written

PDF, XLSX = "pdf", "xlsx"
_MAKERS: dict[str, Callable[[Content], bytes]] = {PDF: draw, XLSX: written}


class FileLost(RuntimeError):
    """The kept file is gone, and what is made anew is not the same."""


def made(report: OfficialReport) -> dict[str, bytes]:
    """Both files by kind, drawn from the row and its snapshot. Writes nothing."""
    content = content_of(report)
    return {kind: make(content) for kind, make in _MAKERS.items()}


def digest(raw: bytes) -> str:
    """SHA-256 (hex) of a file."""
    return hashlib.sha256(raw).hexdigest()


def keep(raw: bytes, kind: str) -> str:
    """Store a file under its digest, which is returned; what is there already stays."""
    found = digest(raw)
    store, name = storages["private"], _name(found, kind)
    if not store.exists(name):
        store.save(name, ContentFile(raw))
    return found


def file_of(report: OfficialReport, kind: str) -> bytes:
    """The file without a digital signature as it was made. Raises FileLost."""
    sha256 = report.pdf_sha256 if kind == PDF else report.xlsx_sha256
    raw = kept(sha256, kind)
    if raw is None:
        raw = _MAKERS[kind](content_of(report))
        if digest(raw) != sha256:
            raise FileLost(f"{kind} of report {report.pk} is not in the store and cannot be made the same")
    return raw


def kept(sha256: str, kind: str) -> bytes | None:
    """A file of the store, if it is there and is what its name says."""
    store, name = storages["private"], _name(sha256, kind)
    if not store.exists(name):
        return None
    with store.open(name) as file:
        raw: bytes = file.read()
    return raw if digest(raw) == sha256 else None


def _name(sha256: str, kind: str) -> str:
    return f"reports/{sha256[:2]}/{sha256}.{kind}"
