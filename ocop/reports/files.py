"""The files of reports: made from a row and its snapshot, kept under their digest in the private store. What was handed out once is what
is handed out again, also after the typeface or a library was renewed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from ocop.reports.content import Content, content_of
from ocop.reports.drawing.document import draw
from ocop.reports.models import OfficialReport
from ocop.reports.workbook import written

PDF, XLSX = "pdf", "xlsx"
_MAKERS: dict[str, Callable[[Content], bytes]] = {PDF: draw, XLSX: written}


class FileLost(RuntimeError):
    """The kept file is gone, and what is made anew is not the same; `str()` is a Vietnamese sentence."""


def made(report: OfficialReport) -> dict[str, bytes]:
    """Both files by kind, drawn from the row and its snapshot. Writes nothing."""
    content = content_of(report)
    return {kind: make(content) for kind, make in _MAKERS.items()}


def digest(raw: bytes) -> str:
    """SHA-256 (hex) of a file."""
    return hashlib.sha256(raw).hexdigest()


def keep(raw: bytes, kind: str) -> str:
    """Store a file under its digest, which is returned. It is there whole or not at all, also when the machine stops in the middle; what is
    there already stays, unless it is something else. Raises OSError where the disk does not take it."""
    found = digest(raw)
    if kept(found, kind) is None:
        _put(_path(found, kind), raw)
    return found


def file_of(report: OfficialReport, kind: str) -> bytes:
    """The file without a digital signature as it was made; a lost one is made and kept again. Raises FileLost."""
    sha256 = report.pdf_sha256 if kind == PDF else report.xlsx_sha256
    raw = kept(sha256, kind)
    if raw is None:
        raw = _MAKERS[kind](content_of(report))
        if digest(raw) != sha256:
            raise FileLost("Tệp này không còn trong kho và không vẽ lại được y như cũ. Hãy báo người quản trị máy chủ.")
        with contextlib.suppress(OSError):  # a full disk keeps nobody from a file that could be made
            keep(raw, kind)
    return raw


def kept(sha256: str, kind: str) -> bytes | None:
    """A file of the store, if it is there and is what its name says."""
    try:
        raw = _path(sha256, kind).read_bytes()
    except OSError:
        return None
    return raw if digest(raw) == sha256 else None


def _put(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # as the store's other files
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # The name is on the disk only with its folder, and a new folder only with the one above it.
    for folder in (path.parent, path.parent.parent):
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def _path(sha256: str, kind: str) -> Path:
    store = storages["private"]
    assert isinstance(store, FileSystemStorage)
    return Path(store.path(f"reports/{sha256[:2]}/{sha256}.{kind}"))
