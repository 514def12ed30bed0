"""A scan on its way in: a photo drawn anew, or a PDF as it is. Pure: bytes to bytes, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from core.files.pipeline import PhotoRefused, render
from core.files.uploads import MAX_FILE_BYTES, RefusedUpload, UploadRefused

PDF, JPEG = "application/pdf", "image/jpeg"
ENDINGS = {PDF: "pdf", JPEG: "jpg"}
_TAIL = 2048
_SENTENCES = {
    "too_heavy": "Tệp này nặng quá 15 MB. Hãy chụp lại từng trang hoặc quét nhẹ hơn.",
    "no_scan": "Tệp này không phải ảnh hay PDF. Hãy chụp ảnh tờ giấy rồi gửi lại.",
    "broken_pdf": "Tệp PDF này bị hỏng hoặc chưa tải hết. Hãy quét lại, hoặc chụp ảnh tờ giấy.",
}


class ScanRefused(UploadRefused):
    """The file is no scan we keep; `str()` says why and what to do, in Vietnamese."""


@dataclass(frozen=True)
class Scan:
    """What is stored; `type` is PDF or JPEG."""

    content: bytes
    type: str


def read_scan(upload: UploadedFile[Any]) -> Scan:
    """The scan in an uploaded file, known by its content and never by its name. A photo is drawn anew, so that no place and
    no device stay in it; a PDF is kept as it came, and only ever handed out to be saved. Raises UploadRefused."""
    if isinstance(upload, RefusedUpload):
        raise PhotoRefused(upload.code)
    raw = upload.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise ScanRefused(_SENTENCES["too_heavy"])
    if raw.startswith(b"%PDF-"):
        if b"%%EOF" not in raw[-_TAIL:]:
            raise ScanRefused(_SENTENCES["broken_pdf"])
        return Scan(raw, PDF)
    try:
        return Scan(render(raw).large, JPEG)
    except PhotoRefused as refused:
        if refused.code == "no_photo":
            raise ScanRefused(_SENTENCES["no_scan"]) from refused
        raise
