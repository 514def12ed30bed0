"""Any phone picture in, safe bounded renditions out. Pure: bytes to bytes.

Upright by its EXIF orientation, then stripped of all metadata (GPS is sensitive personal data, Decree 356/2025),
re-encoded as JPEG and WebP in two sizes. What is no picture, or a bomb, is refused with a sentence for people.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

pillow_heif.register_heif_opener()

MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
LARGE_EDGE = 1600
SMALL_EDGE = 480
ACCEPTED = {"JPEG", "MPO", "PNG", "WEBP", "HEIF"}


class PhotoRefused(Exception):
    """The file cannot become a photo; the message says why and what to do, in Vietnamese."""


@dataclass(frozen=True)
class Renditions:
    """The four encoded files and the large one's size in pixels; `sha256` is of `large`."""

    large: bytes
    small: bytes
    large_webp: bytes
    small_webp: bytes
    width: int
    height: int
    sha256: str


def render(raw: bytes) -> Renditions:
    """Renditions of an uploaded file. Raises PhotoRefused."""
    if len(raw) > MAX_BYTES:
        raise PhotoRefused("Ảnh này nặng quá 15 MB. Hãy chụp lại hoặc chọn ảnh khác.")
    picture = _open(raw)
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
    )


def _open(raw: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = Image.open(io.BytesIO(raw))
            # The header is read, no pixel is: a bomb is refused before it unpacks.
            if found.format not in ACCEPTED:
                raise PhotoRefused("Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC.")
            if found.width * found.height > MAX_PIXELS:
                raise PhotoRefused("Ảnh này quá lớn (trên 50 triệu điểm ảnh). Hãy chọn ảnh nhỏ hơn.")
            if found.format in {"JPEG", "MPO"}:
                found.draft("RGB", (LARGE_EDGE, LARGE_EDGE))  # decode near the wanted size: less time and memory
            found.load()
            upright = ImageOps.exif_transpose(found)
            return _flat(upright)
    except PhotoRefused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise PhotoRefused("Ảnh này không mở được. Hãy chụp lại hoặc chọn ảnh khác.") from error


def _flat(picture: Image.Image) -> Image.Image:
    """RGB on white, first frame only, nothing of the original's metadata."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    return picture.convert("RGB")


def _fit(picture: Image.Image, edge: int) -> Image.Image:
    copy = picture.copy()
    copy.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    copy.info.clear()
    return copy


def _encode(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=82 if kind == "JPEG" else 78, method=4, optimize=kind == "JPEG")
    return out.getvalue()
