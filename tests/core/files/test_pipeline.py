"""Any picture a phone sends in, safe and small pictures out; everything else is refused in words."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest
from PIL import Image, ImageDraw

from core.files import decoding, pipeline
from core.files.actions import store_photo
from core.files.headers import MAX_PIXELS, HeaderRefused, Kind
from core.files.models import Photo
from core.files.pipeline import MAX_BYTES, PhotoRefused, Renditions, render
from core.people.queries import viewer_for
from tests.people import People, jpeg

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(mode: str = "RGB", size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Left half red, right half blue."""
    made = Image.new("RGB", size, RED)
    ImageDraw.Draw(made).rectangle((size[0] // 2, 0, size[0], size[1]), fill=BLUE)
    return made.convert(mode)


def encoded(made: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


def near(pixel: Any, colour: tuple[int, int, int], by: int = 40) -> bool:
    return all(abs(one - other) <= by for one, other in zip(pixel[:3], colour, strict=True))


def files_of(made: Renditions) -> list[bytes]:
    return [made.large, made.small, made.large_webp, made.small_webp]


def assert_red_then_blue(made: Renditions) -> None:
    """Left red, right blue in all four files."""
    for raw in files_of(made):
        shown = opened(raw).convert("RGB")
        middle = shown.height // 2
        left, right = (shown.getpixel((at * shown.width // 8, middle)) for at in (1, 7))
        assert near(left, RED) and near(right, BLUE), (left, right)


def test_four_renditions_of_a_jpeg() -> None:
    made = render(encoded(picture(size=(2400, 1200)), "JPEG"))
    kinds = [(opened(raw).format, opened(raw).size, opened(raw).mode) for raw in files_of(made)]
    assert kinds == [
        ("JPEG", (1600, 800), "RGB"),
        ("JPEG", (480, 240), "RGB"),
        ("WEBP", (1600, 800), "RGB"),
        ("WEBP", (480, 240), "RGB"),
    ]
    assert (made.width, made.height) == (1600, 800)
    assert_red_then_blue(made)


def test_a_small_picture_is_not_blown_up() -> None:
    made = render(encoded(picture(), "JPEG"))
    assert {opened(raw).size for raw in files_of(made)} == {(80, 40)}


@pytest.mark.parametrize(
    ("orientation", "before"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_90),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_pictures_stand_upright(orientation: int, before: Image.Transpose | None) -> None:
    sideways = picture() if before is None else picture().transpose(before)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = render(encoded(sideways, "JPEG", exif=exif))
    assert (made.width, made.height) == (80, 40)
    assert_red_then_blue(made)


SECRET = "12/34 Hẻm Bí Mật".encode()


def with_position(kind: str) -> bytes:
    """A picture that says where and by whom it was taken, in every way its format knows."""
    exif = Image.Exif()
    exif[0x010E] = "HEM-BI-MAT"  # description
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (11.0, 6.0, 30.25)
    gps[3], gps[4] = "E", (107.0, 38.0, 12.5)
    xmp = b"<x:xmpmeta><rdf:li>HEM-BI-MAT</rdf:li></x:xmpmeta>"
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"HEM-BI-MAT" * 20}
    if kind == "JPEG":
        options |= {"comment": SECRET, "xmp": xmp}
    if kind == "WEBP":
        options |= {"xmp": xmp}
    if kind == "HEIF":
        options = {"exif": exif.tobytes(), "xmp": xmp}
    return encoded(picture(), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_tells_where_or_by_whom_it_was_taken(kind: str) -> None:
    raw = with_position(kind)
    assert b"HEM-BI-MAT" in raw and opened(raw).getexif().get_ifd(0x8825)  # it could leak
    made = render(raw)
    for rendition in files_of(made):
        found = opened(rendition)
        assert dict(found.getexif()) == {}
        assert set(found.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "loop",
            "background",
            "duration",
        }
        assert not any(mark in rendition for mark in (b"HEM-BI-MAT", SECRET, b"Exif", b"xmpmeta", b"ICC_PROFILE"))
    assert_red_then_blue(made)


def test_heic_from_a_phone() -> None:
    assert_red_then_blue(render(encoded(picture(size=(400, 200)), "HEIF")))


def test_cmyk_jpeg_keeps_its_colours() -> None:
    assert_red_then_blue(render(encoded(picture("CMYK"), "JPEG")))


def test_palette_and_grey_png() -> None:
    assert_red_then_blue(render(encoded(picture("P"), "PNG")))
    for mode in ("L", "1", "I;16"):
        grey = Image.new(mode, (20, 20), 0) if mode == "I;16" else picture(mode)
        assert opened(render(encoded(grey, "PNG")).large).mode == "RGB"


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    clear = picture("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    for raw in files_of(render(encoded(clear.convert(mode), "PNG"))):
        assert near(opened(raw).convert("RGB").getpixel((5, 5)), (255, 255, 255), by=4)


def test_a_transparent_palette_colour_becomes_white() -> None:
    flat = picture("RGB").quantize(4)
    clear = flat.getpixel((2, 2))
    shown = opened(render(encoded(flat, "PNG", transparency=clear)).large)
    assert near(shown.getpixel((5, 5)), (255, 255, 255), by=8) and near(shown.getpixel((75, 20)), BLUE)


def test_of_an_animated_webp_the_first_picture() -> None:
    raw = encoded(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (80, 40), "green")], duration=100)
    assert getattr(opened(raw), "n_frames", 1) == 2
    made = render(raw)
    assert_red_then_blue(made)
    assert {getattr(opened(raw), "n_frames", 1) for raw in files_of(made)} == {1}


def bomb() -> bytes:
    """A few bytes of PNG that say 60,000 × 60,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "html behind a jpeg's first bytes": lambda: b"\xff\xd8\xff\xe0<script>alert(1)</script>",
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3",
    "animated gif": lambda: encoded(picture("P"), "GIF", save_all=True, append_images=[picture("P")]),
    "tiff": lambda: encoded(picture(), "TIFF"),
    "bmp": lambda: encoded(picture(), "BMP"),
    "truncated jpeg": lambda: jpeg()[: len(jpeg()) // 2],
    "truncated png": lambda: encoded(picture(size=(300, 300)), "PNG")[:-200],
    "truncated webp": lambda: encoded(picture(size=(300, 300)), "WEBP")[:-60],
    "truncated heic": lambda: encoded(picture(size=(300, 300)), "HEIF")[:-60],
    "bomb": bomb,
    "too heavy": lambda: jpeg() + b"\0" * MAX_BYTES,
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_is_refused_with_a_sentence(what: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        render(REFUSED[what]())
    assert str(refused.value).endswith(".") and "Hãy" in str(refused.value)


def test_fifty_million_points_are_the_bound() -> None:
    raw = encoded(Image.new("L", (10_000, 5_000), 128), "JPEG", quality=10)
    made = render(raw)
    assert (made.width, made.height) == (1600, 800)
    over = encoded(Image.new("1", (10_000, 5_001)), "PNG")
    with pytest.raises(PhotoRefused, match="50 triệu"):
        render(over)


def test_damaged_files_are_refused_and_nothing_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes changed at random: a picture or a refusal, never another error. (All in this process, to be quick.)"""

    def here(raw: bytes, kind: Kind) -> Image.Image:
        try:
            return decoding.decoded(raw, kind, MAX_PIXELS)
        except Exception as error:
            raise HeaderRefused("unreadable") from error

    monkeypatch.setattr(pipeline, "_apart", here)
    chance = random.Random(20260501)
    samples = [with_position(kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")]
    outcomes = {"picture": 0, "refused": 0}
    for _ in range(150):
        raw = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            render(bytes(raw))
            outcomes["picture"] += 1
        except PhotoRefused:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 10, outcomes


def test_one_picture_of_one_person_is_stored_once(people: People) -> None:
    an, dung = people.viewer("an"), viewer_for(people.users["dung"])
    first = store_photo(render(jpeg()), by=an)
    assert store_photo(render(jpeg()), by=an) == first
    other = store_photo(render(jpeg(colour="#102030")), by=an)
    theirs = store_photo(render(jpeg()), by=dung)
    assert Photo.objects.count() == 3 and len({first.pk, other.pk, theirs.pk}) == 3
    stored = render(jpeg())
    names = ("large", "small", "large_webp", "small_webp")
    assert [getattr(first, name).read() for name in names] == list(astuple(stored)[:4])
    assert (first.width, first.height, first.sha256) == (640, 480, stored.sha256)


def test_the_stored_name_is_ours(people: People) -> None:
    photo = store_photo(render(jpeg()), by=people.viewer("an"))
    assert photo.large.name == f"photos/{photo.pk}-l.jpg"
    assert photo.small_webp.name == f"photos/{photo.pk}-s.webp"
