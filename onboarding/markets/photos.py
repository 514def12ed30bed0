"""A photo of a stall's codes on its way in: read, and let go. Pure: bytes to texts, nothing stored.

The photo is not kept: a stall's photo shows people and papers, and everything that counts stands in the code itself.
"""

from __future__ import annotations

import json

from core.files.apart import OutOfBounds, run_apart
from core.files.pipeline import PhotoRefused, render
from core.files.uploads import UploadRefused
from onboarding.markets import code_reader


class NoCode(UploadRefused):
    """There is no code in the photo that can be read; `str()` says what to do, in Vietnamese."""

    def __init__(self) -> None:
        super().__init__(
            "Không thấy mã QR nào trong ảnh. Hãy chụp lại gần hơn, đủ sáng, thẳng trước mã, không bị bóng loáng; "
            "hoặc mở mã bằng máy ảnh điện thoại rồi dán chữ trong mã vào ô bên dưới."
        )


def codes_in_photo(raw: bytes) -> list[str]:
    """The texts of the QR codes in a photo as a phone sends it, nearest to the middle first. Any picture in, drawn anew by the
    pipeline of all photos before anything looks for codes in it. Raises PhotoRefused, NoCode."""
    picture = render(raw).large
    bounds = {"cpu_seconds": code_reader.CPU_SECONDS, "memory_bytes": code_reader.MEMORY_BYTES}
    try:
        done = run_apart(code_reader.__file__, (), picture, **bounds)
    except OutOfBounds as error:
        raise PhotoRefused("too_much_work") from error
    if done.code:
        raise PhotoRefused("unreadable")
    texts = [str(each) for each in json.loads(done.output)]
    if not texts:
        raise NoCode
    return texts
