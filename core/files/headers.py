"""What a picture file says it is, read by us before any decoder sees it. Pure: bytes to numbers.

The kind is known by the first bytes alone, never by name or content type. Whatever asks a decoder for too much work is
refused here: too many points, and for JPEG too many passes over them (a progressive file of a few kilobytes may ask for
thousands) or segments.
"""

from __future__ import annotations

import enum
import re
import struct
from dataclasses import dataclass

MAX_PIXELS = 50_000_000
# Its decoder holds every point four times, and no phone writes larger ones.
MAX_WEBP_PIXELS = 24_000_000
MIN_EDGE = 8
# A progressive photo has about ten scans. libjpeg takes half a nanosecond per point and empty scan.
MAX_POINT_SCANS = 2_000_000_000
MAX_JPEG_SEGMENTS = 20_000
MAX_PNG_CHUNKS = 50_000
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc", b"hevx", b"msf1"}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0…15 without the tables between them
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")


class Kind(enum.StrEnum):
    """The kinds of pictures we take, by the names Pillow gives them."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"


class HeaderRefused(Exception):
    """`code`: `empty`, `no_photo`, `unreadable`, `too_many_points`, `too_many_webp_points`, `too_small`,
    `too_much_work`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class JpegFrame:
    """Size in points, and how often the decoder will go over them."""

    width: int
    height: int
    scans: int


def checked_kind(raw: bytes) -> Kind:
    """The kind of a picture that may be decoded. Raises HeaderRefused.

    The size of a HEIC is not known here; whoever opens it calls `check_size`.
    """
    kind = _kind(raw)
    try:
        if kind == Kind.JPEG:
            frame = jpeg_frame(raw)
            check_size(frame.width, frame.height)
            if frame.width * frame.height * frame.scans > MAX_POINT_SCANS:
                raise HeaderRefused("too_much_work")
        elif kind == Kind.PNG:
            check_size(*_png_size(raw))
        elif kind == Kind.WEBP:
            width, height = _webp_size(raw)
            check_size(width, height)
            if width * height > MAX_WEBP_PIXELS:
                raise HeaderRefused("too_many_webp_points")
    except (struct.error, IndexError) as error:
        raise HeaderRefused("unreadable") from error
    return kind


def check_size(width: int, height: int) -> None:
    """Raises HeaderRefused when there are too many points or too few."""
    if width * height > MAX_PIXELS:
        raise HeaderRefused("too_many_points")
    if width and height and min(width, height) < MIN_EDGE:
        raise HeaderRefused("too_small")
    if not (width and height):
        raise HeaderRefused("unreadable")


def _kind(raw: bytes) -> Kind:
    if not raw:
        raise HeaderRefused("empty")
    if raw.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return Kind.WEBP
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        return Kind.HEIF
    raise HeaderRefused("no_photo")


def jpeg_frame(raw: bytes) -> JpegFrame:
    """Follow the segments from the start of the file to the end of the picture (ITU-T T.81, annex B)."""
    width = height = scans = 0
    at = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        marker = _MARKER.search(raw, at)
        if marker is None or marker[1] == b"\xd9":
            return JpegFrame(width, height, scans)
        code, at = marker[1][0], marker.end()
        if code in {0x01, 0xD8}:  # they stand alone
            continue
        if code in _FRAMES:
            found_height, found_width = struct.unpack_from(">HH", raw, at + 3)
            width, height = max(width, found_width), max(height, found_height)
        scans += code == 0xDA
        # After a scan's header the search above runs over its coded data.
        at += struct.unpack_from(">H", raw, at)[0]
    raise HeaderRefused("too_much_work")


def _png_size(raw: bytes) -> tuple[int, int]:
    if raw[12:16] != b"IHDR":
        raise HeaderRefused("unreadable")
    at = 8
    for _ in range(MAX_PNG_CHUNKS):
        if at + 8 > len(raw) or raw[at + 4 : at + 8] == b"IEND":
            width, height = struct.unpack_from(">II", raw, 16)
            return width, height
        at += 12 + struct.unpack_from(">I", raw, at)[0]
    raise HeaderRefused("too_much_work")


def _webp_size(raw: bytes) -> tuple[int, int]:
    first = raw[12:16]
    if first == b"VP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if first == b"VP8L":
        bits = struct.unpack_from("<I", raw, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if first == b"VP8 ":
        width, height = struct.unpack_from("<HH", raw, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise HeaderRefused("unreadable")
