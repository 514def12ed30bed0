"""Files on their way in: how much may arrive, counted while it arrives.

The web server gives the request to Django, Django gives every file in pieces to the handler here. What is beyond the
limits is thrown away piece by piece and takes no room on the disk; whoever reads such a file gets the sentence.
"""

from __future__ import annotations

import contextlib
import errno
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from core.kit.text import squeeze

MAX_FILE_BYTES = 15_000_000
MAX_FILES = 20
# Eight photos and the words around them.
MAX_REQUEST_BYTES = 125_000_000
REQUEST_TOO_HEAVY = "Các tệp gửi một lần nặng quá 125 MB. Hãy gửi ít tệp hơn mỗi lần."
SENTENCES = {
    "too_heavy": "Tệp này nặng quá 15 MB. Hãy chọn tệp nhẹ hơn.",
    "too_many": "Bạn gửi quá 20 tệp một lần. Hãy gửi ít tệp hơn.",
    "no_room": "Máy chủ đang hết chỗ chứa nên chưa nhận được tệp. Hãy gửi lại sau ít phút.",
}
NO_ROOM_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UploadRefused(SuspiciousOperation):
    """A file that is not taken; `str()` is the sentence for its sender, in Vietnamese. Where nobody catches it Django
    answers 400."""


class RefusedUpload(UploadedFile):  # type: ignore[type-arg]  # generic for the type checker only
    """Stands in a form for a file that was thrown away. `size` is what was sent; `code` is `too_heavy`, `too_many` or
    `no_room`; reading it raises UploadRefused."""

    def __init__(self, name: str, size: int, code: str) -> None:
        super().__init__(ContentFile(b""), name=name, size=size)
        self.code = code

    def read(self, *_: Any) -> bytes:
        raise UploadRefused(SENTENCES[self.code])

    def chunks(self, *_: Any) -> Any:
        raise UploadRefused(SENTENCES[self.code])

    def open(self, *_: Any) -> Any:
        raise UploadRefused(SENTENCES[self.code])


def shown_name(upload: UploadedFile[Any]) -> str:
    """The file's name for a sentence: one short line, without signs that turn the text around it."""
    return squeeze(upload.name or "")[:60] or "tệp không tên"


# Addresses at which more may arrive at once: the form there has one large file beside the usual ones.
_heavy: dict[str, int] = {}


def allow_heavy_requests(path: str, bytes_maximum: int) -> None:
    """Requests to exactly this path may weigh so much more than MAX_REQUEST_BYTES; called from `ready()`."""
    _heavy[path] = MAX_REQUEST_BYTES + bytes_maximum


def request_bytes_maximum(path: str) -> int:
    """How much a request to this path may weigh."""
    return _heavy.get(path, MAX_REQUEST_BYTES)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Large requests: each file goes to a temporary file, as far as the limits and the disk allow."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._files = 0
        self._refused = ""
        self._limit = MAX_FILE_BYTES

    def limit_of(self, field_name: str) -> int:
        """How much a file of this field may weigh."""
        return MAX_FILE_BYTES

    def new_file(self, *args: Any, **options: Any) -> None:
        self._files += 1
        if hasattr(self, "file"):
            del self.file  # the one before is complete and no longer ours
        self._refused = "too_many" if self._files > MAX_FILES else ""
        self._limit = self.limit_of(str(args[0]) if args else options.get("field_name", ""))
        try:
            super().new_file(*args, **options)
        except OSError as error:
            self._refuse(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self._refused and start + len(raw_data) > self._limit:
            self._refused = "too_heavy"
            self._empty()
        if self._refused:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._refuse(error)

    def file_complete(self, file_size: int) -> Any:
        if not self._refused:
            try:
                return super().file_complete(file_size)
            except OSError as error:  # what was held back is written now
                self._refuse(error)
        return RefusedUpload(self.file_name or "", file_size, self._refused)

    def _refuse(self, error: OSError) -> None:
        if error.errno not in NO_ROOM_ERRORS:
            raise error
        self._refused = "no_room"
        self._empty()

    def _empty(self) -> None:
        """Give back the room at once; the other files of the request may need it."""
        if hasattr(self, "file"):
            with contextlib.suppress(OSError):  # what was held back cannot be written either
                self.file.close()


class AttachmentUploadHandler(LimitedUploadHandler):
    """For a form with one large file beside the usual ones, in the field `attached`."""

    def __init__(self, request: Any, bytes_maximum: int) -> None:
        super().__init__(request)
        self._bytes_maximum = bytes_maximum

    def limit_of(self, field_name: str) -> int:
        return self._bytes_maximum if field_name == "attached" else MAX_FILE_BYTES
