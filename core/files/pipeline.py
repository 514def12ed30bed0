"""Any phone picture in, safe bounded renditions out: bytes to bytes, nothing stored.

Upright, in sRGB, then stripped of all metadata (GPS is sensitive personal data, Decree 356/2025), re-encoded as JPEG and
WebP in two sizes. What is no picture, or a bomb, is refused with a sentence for people.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageStat

from core.files import decoding
from core.files.apart import OutOfBounds, run_apart
from core.files.headers import MAX_PIXELS, HeaderRefused, Kind, check_size, checked_kind
from core.files.uploads import SENTENCES, UploadRefused

MAX_BYTES = 15_000_000
LARGE_EDGE = 1600
SMALL_EDGE = 480
MEASURED_EDGE = 800
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_SENTENCES = SENTENCES | {
    "empty": "Tệp này trống. Hãy chụp lại hoặc chọn ảnh khác.",
    "too_heavy": "Ảnh này nặng quá 15 MB. Hãy chụp lại hoặc chọn ảnh khác.",
    "no_photo": "Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC.",
    "unreadable": "Ảnh này không mở được. Hãy chụp lại hoặc chọn ảnh khác.",
    "too_many_points": "Ảnh này quá lớn (trên 50 triệu điểm ảnh). Hãy chọn ảnh nhỏ hơn.",
    "too_many_webp_points": "Ảnh WebP này quá lớn (trên 24 triệu điểm ảnh). Hãy chọn ảnh nhỏ hơn hoặc ảnh JPEG.",
    "too_often": "Hôm nay bạn đã gửi hơn 1.000 ảnh. Hãy gửi tiếp vào ngày mai.",
    "too_small": "Ảnh này quá nhỏ nên không nhìn rõ. Hãy chụp lại hoặc chọn ảnh lớn hơn.",
    "too_much_work": "Ảnh này mất quá nhiều thời gian để mở. Hãy chụp lại hoặc chọn ảnh khác.",
}


class PhotoRefused(UploadRefused):
    """The file cannot become a photo; the message says why and what to do, in Vietnamese. `code` is stable: empty,
    too_heavy, no_photo, unreadable, too_many_points, too_many_webp_points, too_small, too_much_work, too_many,
    too_often, no_room."""

    def __init__(self, code: str) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code


@dataclass(frozen=True)
class Renditions:
    """The four encoded files and the large one's size in pixels; `sha256` is of `large`, `look` says how it looks, `sharpness`
    and `brightness` how well it was taken (see `sharpness_of`)."""

    large: bytes
    small: bytes
    large_webp: bytes
    small_webp: bytes
    width: int
    height: int
    sha256: str
    look: int
    sharpness: int
    brightness: int


def render(raw: bytes) -> Renditions:
    """Renditions of an uploaded file. Raises PhotoRefused."""
    if len(raw) > MAX_BYTES:
        raise PhotoRefused("too_heavy")
    try:
        kind = checked_kind(raw)
        picture = _here(raw) if kind == Kind.JPEG else _apart(raw, kind)
    except HeaderRefused as refused:
        raise PhotoRefused(refused.code) from refused
    return _renditions(picture)


def turned(large: bytes, quarters: int) -> Renditions:
    """Renditions of one of our own large JPEG files, turned clockwise by so many quarters. Raises PhotoRefused when the
    file is damaged."""
    turns = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
    try:
        picture = _here(large)
    except HeaderRefused as refused:
        raise PhotoRefused(refused.code) from refused
    return _renditions(picture.transpose(turns[quarters % 4]) if quarters % 4 else picture)


def _renditions(picture: Image.Image) -> Renditions:
    large = _fit(picture, LARGE_EDGE)
    small = _fit(large, SMALL_EDGE)
    large_jpeg = _encode(large, "JPEG")
    return Renditions(
        large=large_jpeg,
        small=_encode(small, "JPEG"),
        large_webp=_encode(large, "WEBP"),
        small_webp=_encode(small, "WEBP"),
        width=large.width,
        height=large.height,
        sha256=hashlib.sha256(large_jpeg).hexdigest(),
        look=look_of(small),
        sharpness=sharpness_of(large),
        brightness=round(ImageStat.Stat(small.convert("L")).mean[0]),
    )


def sharpness_of(picture: Image.Image) -> int:
    """0 (nothing but soft or plain) to 100: the variance of the picture's Laplacian at 800 pixels of its longer edge, cut at
    100. A picture in focus has many steep changes from one pixel to the next, a blurred one few (J. L. Pech-Pacheco
    and others, 2000, "Diatom autofocusing in brightfield microscopy")."""
    grey = picture.convert("L")
    grey.thumbnail((MEASURED_EDGE, MEASURED_EDGE), Image.Resampling.BOX)
    if min(grey.size) < 3:
        return 0
    # The filter leaves the outermost pixels as they were: they are no part of the measure.
    edges = grey.filter(_LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))
    return min(100, round(ImageStat.Stat(edges).var[0]))


def look_of(picture: Image.Image) -> int:
    """How a picture looks in 64 bits, signed: whether each of 8 × 8 places is darker than the one to its right. Pictures
    that look alike differ in few bits, whatever their size or encoding (the difference hash of N. Krawetz, 2013)."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = "".join("01"[grey[row * 9 + column] < grey[row * 9 + column + 1]] for row in range(8) for column in range(8))
    return int.from_bytes(int(bits, 2).to_bytes(8, "big"), "big", signed=True)


def _here(raw: bytes) -> Image.Image:
    try:
        return decoding.decoded(raw, Kind.JPEG, MAX_PIXELS)
    except Image.DecompressionBombError as error:
        raise HeaderRefused("too_many_points") from error
    except Exception as error:  # Pillow promises no list of what a damaged file may raise
        raise HeaderRefused("unreadable") from error


def _apart(raw: bytes, kind: Kind) -> Image.Image:
    """Opened by another process, with its own time and memory."""
    bounds = {"cpu_seconds": decoding.CPU_SECONDS, "memory_bytes": decoding.MEMORY_BYTES}
    try:
        done = run_apart(decoding.__file__, (kind, str(MAX_PIXELS)), raw, **bounds)
    except OutOfBounds as error:
        raise HeaderRefused("too_much_work") from error
    if done.code == 4:
        raise HeaderRefused("too_many_points")
    if done.code:
        raise HeaderRefused("unreadable")
    size, _, points = done.output.partition(b"\n")
    width, height = (int(number) for number in size.split())
    if kind == Kind.HEIF:
        check_size(width, height)
    return Image.frombuffer("RGB", (width, height), points, "raw", "RGB", 0, 1)


def _fit(picture: Image.Image, edge: int) -> Image.Image:
    copy = picture.copy()
    copy.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    copy.info.clear()
    return copy


def _encode(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=82 if kind == "JPEG" else 78, method=4, optimize=kind == "JPEG")
    return out.getvalue()
