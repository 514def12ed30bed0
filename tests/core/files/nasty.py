"""Files that people, phones and attackers send where a photo is asked for: made here, none stored."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw

RED, BLUE = (200, 30, 30), (30, 30, 200)
SECRET = "HEM-BI-MAT"
SCRIPT = b"<script>alert(document.cookie)</script>"
ORIENTATION = 0x0112


def picture(mode: str = "RGB", size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Left half red, right half blue."""
    made = Image.new("RGB", size, RED)
    ImageDraw.Draw(made).rectangle((size[0] // 2, 0, size[0], size[1]), fill=BLUE)
    return made.convert(mode)


def encoded(made: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def jpeg(**options: Any) -> bytes:
    return encoded(picture(), "JPEG", **options)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def with_chunks(*chunks: bytes) -> bytes:
    """A good PNG with more behind its header."""
    raw = encoded(picture(), "PNG")
    return raw[:33] + b"".join(chunks) + raw[33:]


def deep_png() -> bytes:
    """Sixteen bits per channel, as scanners write; red and blue."""
    row = b"\0" + (struct.pack(">HHH", *(level * 257 for level in RED)) * 40 + struct.pack(">HHH", *(level * 257 for level in BLUE)) * 40)  # fmt: skip
    return png_header(80, 40, 16) + chunk(b"IDAT", zlib.compress(row * 40)) + chunk(b"IEND", b"")


def png_unpacking_to(size: int) -> bytes:
    """Eighty by forty points, and data for a thousand times as many."""
    packer, pieces = zlib.compressobj(9), []
    for _ in range(size // 1_000_000):
        pieces.append(packer.compress(b"\0" * 1_000_000))
    data = b"".join(pieces) + packer.flush()
    return png_header(80, 40) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def packed(size: int) -> bytes:
    return zlib.compress(b"A" * size, 9)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_segments(*segments: bytes) -> bytes:
    """A good JPEG with more behind its first two bytes."""
    return jpeg()[:2] + b"".join(segments) + jpeg()[2:]


def without_adobe() -> bytes:
    """CMYK without Adobe's mark that it is inverted; cameras and printers write both."""
    raw = encoded(picture("CMYK"), "JPEG")
    at = raw.index(b"\xff\xee")
    return raw[:at] + raw[at + 2 + struct.unpack_from(">H", raw, at + 2)[0] :]


def many_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: some kilobytes that go over every point each time."""
    raw = encoded(Image.new("RGB", size), "JPEG", progressive=True)
    last = raw.rindex(b"\xff\xda")
    return raw[:-2] + raw[last:-2] * scans + b"\xff\xd9"


def turned(kind: str, orientation: int) -> bytes:
    """A picture that is upright only when its orientation is obeyed."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    made = picture() if orientation == 1 else picture().transpose(back[orientation])
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    # Given bytes, the encoder of HEIC turns the picture by the file's own box, as phones do.
    return encoded(made, kind, exif=exif.tobytes() if kind == "HEIF" else exif)


def heic_with_lying_exif() -> bytes:
    """Its box turns nothing, so nothing is turned, whatever EXIF says."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    raw = encoded(picture(), "HEIF", exif=exif)
    assert b"irot" not in raw
    return raw


def private(kind: str) -> bytes:
    """A picture that says where and by whom it was taken, in every way its format knows."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x013B] = SECRET
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (11.0, 6.0, 30.25), "E", (107.0, 38.0, 12.5)
    xmp = f"<x:xmpmeta><rdf:li>{SECRET}</rdf:li></x:xmpmeta>".encode()
    options: dict[str, Any] = {"exif": exif, "icc_profile": SECRET.encode() * 20}
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = xmp
    if kind == "JPEG":
        options["comment"] = SECRET.encode()
    if kind == "HEIF":
        options = {"exif": exif.tobytes(), "xmp": xmp}
    return encoded(picture(), kind, **options)


def gif_and_zip() -> bytes:
    """A JPEG at the front, a ZIP with a program at the back: valid as both."""
    out = io.BytesIO(jpeg())
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as pack:
        pack.writestr("Applet.class", b"\xca\xfe\xba\xbe")
    return out.getvalue()


def big_thumbnail() -> bytes:
    """EXIF with a thumbnail of another picture, as an editor leaves behind what was cut away."""
    inside = encoded(Image.new("RGB", (160, 120), "#00ff00"), "JPEG", quality=100)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<I", 14)
    exif += struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(inside)) + struct.pack("<I", 0)  # fmt: skip
    return with_segments(segment(0xE1, exif + inside + b"\0" * 60_000))


def exif_in_a_circle() -> bytes:
    """A directory that says the next one is itself."""
    return with_segments(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)))  # fmt: skip


def tiff_with_many_pages() -> bytes:
    page = Image.new("1", (8, 8))
    return encoded(page, "TIFF", save_all=True, append_images=[page] * 200)


def claims(raw: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame says another size."""
    at = raw.index(b"\xff\xc0")
    return raw[: at + 5] + struct.pack(">HH", height, width) + raw[at + 9 :]


def two_frames() -> bytes:
    """A small frame for who reads the first, a giant one for who reads the last."""
    raw = jpeg()
    at = raw.index(b"\xff\xc0")
    frame = raw[at : at + 2 + struct.unpack_from(">H", raw, at + 2)[0]]
    return raw[:at] + frame + claims(frame, 60_000, 60_000) + raw[at + len(frame) :]


def broken_huffman() -> bytes:
    raw = jpeg()
    at = raw.index(b"\xff\xc4") + 5
    return raw[:at] + b"\xff" * 16 + raw[at + 16 :]


def heic_claiming(width: int, height: int) -> bytes:
    raw = encoded(picture(size=(640, 480)), "HEIF")
    return raw.replace(struct.pack(">II", 640, 480), struct.pack(">II", width, height))


def webp_claiming(width: int, height: int) -> bytes:
    raw = bytearray(encoded(picture(), "WEBP", xmp=b"<x/>"))
    assert raw[12:16] == b"VP8X"
    raw[24:27], raw[27:30] = (width - 1).to_bytes(3, "little"), (height - 1).to_bytes(3, "little")
    return bytes(raw)


def colour_profile(primaries: tuple[tuple[float, float, float], ...]) -> bytes:
    """An ICC profile (version 2) of a screen with these red, green and blue in XYZ of D50, and a curve of 2.2."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    tags = {b"desc": b"desc" + b"\0" * 4 + struct.pack(">I", 5) + b"test\0" + b"\0" * 79, b"cprt": b"text" + b"\0" * 4 + b"none\0\0\0\0"}  # fmt: skip
    tags |= {name: b"XYZ " + b"\0" * 4 + fixed(*xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}  # fmt: skip
    tags[b"wtpt"] = b"XYZ " + b"\0" * 4 + fixed(0.9642, 1.0, 0.8249)
    curve = b"curv" + b"\0" * 4 + struct.pack(">IHH", 1, round(2.2 * 256), 0)
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + b"\0" * 12
    head += b"acsp" + b"\0" * 28 + fixed(0.9642, 1.0, 0.8249) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + body


# The primaries of Display P3 adapted to D50, as Apple's profile states them.
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
