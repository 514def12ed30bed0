"""Every strange file has one expected answer: the size of the picture that is kept, or why it is refused. None takes long."""

from __future__ import annotations

import gzip
import resource
from collections.abc import Callable

import pytest
from PIL import Image

from core.files.pipeline import PhotoRefused, Renditions, render
from tests.core.files import nasty
from tests.core.files.nasty import BLUE, RED, SCRIPT, chunk, encoded, jpeg, picture, segment, with_chunks, with_segments
from tests.core.files.test_pipeline import assert_red_then_blue, files_of, near, opened

CPU_SECONDS = 6  # the worst file that is accepted takes about 2 on a slow machine
AS_SENT = (80, 40)
Make = Callable[[], bytes]

# Red on the left, blue on the right, and as large as it was sent.
KEPT: dict[str, Make] = {
    "cmyk": lambda: encoded(picture("CMYK"), "JPEG"),
    "cmyk without adobe's mark": nasty.without_adobe,
    "progressive": lambda: jpeg(progressive=True),
    "palette": lambda: encoded(picture("P"), "PNG"),
    "sixteen bits a channel": nasty.deep_png,
    "lossless webp": lambda: encoded(picture(), "WEBP", lossless=True),
    "animated webp": lambda: encoded(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (80, 40))], duration=90),
    "animated png": lambda: encoded(picture(), "PNG", save_all=True, append_images=[Image.new("RGB", (80, 40))]),
    "mpo of two eyes": lambda: encoded(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (80, 40))]),
    "heic of several pictures": lambda: encoded(picture(), "HEIF", save_all=True, append_images=[Image.new("RGB", (64, 64))]),
    **{f"jpeg turned {turn}": (lambda turn=turn: nasty.turned("JPEG", turn)) for turn in range(1, 9)},
    "png turned 6": lambda: nasty.turned("PNG", 6),
    "webp turned 5": lambda: nasty.turned("WEBP", 5),
    "heic turned 8": lambda: nasty.turned("HEIF", 8),
    "heic that only exif calls turned": lambda: nasty.heic_with_lying_exif(),
    "turned 9": lambda: with_segments(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0\0\0\0\0")),
    "broken exif": lambda: jpeg(exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xaa" * 300),
    "exif cut off": lambda: with_segments(segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")),
    "exif in a circle": nasty.exif_in_a_circle,
    "exif with a thumbnail of something else": nasty.big_thumbnail,
    "jpeg with gps, xmp, comment": lambda: nasty.private("JPEG"),
    "png with gps": lambda: nasty.private("PNG"),
    "webp with gps, xmp": lambda: nasty.private("WEBP"),
    "heic with gps, xmp": lambda: nasty.private("HEIF"),
    "broken colour profile": lambda: jpeg(icc_profile=b"acsp" * 100),
    "colour profile of 5 MB": lambda: jpeg(icc_profile=b"\0" * 5_000_000),
    "ten thousand comments": lambda: with_segments(*[segment(0xFE, b"x")] * 10_000),
    "a megabyte of filling": lambda: jpeg()[:2] + b"\xff" * 1_000_000 + jpeg()[3:],
    "html in a comment": lambda: jpeg(comment=b"<html>" + SCRIPT),
    "php in exif": lambda: with_segments(segment(0xE1, b"<?php system($_GET[0]); ?>" + SCRIPT)),
    "a zip at the end": nasty.gif_and_zip,
    "html at the end": lambda: jpeg() + SCRIPT,
    "two thousand scans of few points": lambda: nasty_scans(),
    "five thousand texts": lambda: with_chunks(*[chunk(b"tEXt", b"k\0v")] * 5_000),
}  # fmt: skip

SIZED: dict[str, tuple[tuple[int, int], Make]] = {
    "40 megapixels, jpeg": ((1600, 1000), lambda: encoded(Image.new("L", (8000, 5000), 128), "JPEG", quality=10)),
    "40 megapixels, png": ((1600, 1000), lambda: encoded(Image.new("RGB", (8000, 5000)), "PNG")),
    "24 megapixels, webp": ((1600, 1067), lambda: encoded(Image.new("L", (6000, 4000)), "WEBP", method=0)),
    "50 megapixels, the edge": ((1600, 800), lambda: encoded(Image.new("1", (10_000, 5_000)), "PNG")),
    "very long": ((1600, 13), lambda: encoded(Image.new("L", (4000, 32)), "PNG")),
    "data for a thousand pictures": (AS_SENT, lambda: nasty.png_unpacking_to(300_000_000)),
}

REFUSED: dict[str, tuple[str, Make]] = {
    "60 megapixels, jpeg": ("too_many_points", lambda: encoded(Image.new("L", (10_000, 6_000)), "JPEG")),
    "60 megapixels, png": ("too_many_points", lambda: encoded(Image.new("1", (10_000, 6_000)), "PNG")),
    "60 megapixels, heic": ("too_many_points", lambda: nasty.heic_claiming(10_000, 6_000)),
    "60 megapixels, webp": ("too_many_points", lambda: nasty.webp_claiming(10_000, 6_000)),
    "25 megapixels, webp": ("too_many_webp_points", lambda: nasty.webp_claiming(6250, 4000)),
    "a row over the edge": ("too_many_points", lambda: encoded(Image.new("1", (10_000, 5_001)), "PNG")),
    "png that says 60,000 x 60,000": ("too_many_points", lambda: nasty.png_header(60_000, 60_000) + chunk(b"IDAT", nasty.packed(999))),
    "png of two thousand million rows": ("too_many_points", lambda: nasty.png_header(2**31 - 1, 2**31 - 1)),
    "jpeg that says 65,000 x 65,000": ("too_many_points", lambda: nasty.claims(jpeg(), 65_000, 65_000)),
    "a second, giant frame": ("too_many_points", nasty.two_frames),
    "no width": ("unreadable", lambda: nasty.png_header(0, 40) + chunk(b"IEND", b"")),
    "no height": ("unreadable", lambda: nasty.claims(jpeg(), 80, 0)),
    "1 x 1": ("too_small", lambda: encoded(Image.new("RGB", (1, 1)), "PNG")),
    "1 x 50,000": ("too_small", lambda: encoded(Image.new("RGB", (1, 50_000)), "PNG")),
    "1 x 1 heic": ("too_small", lambda: encoded(Image.new("RGB", (1, 1)), "HEIF")),
    "a scan after the other": ("too_much_work", lambda: nasty.many_scans((2_000, 2_000), 2_000)),
    "thirty thousand comments": ("too_much_work", lambda: with_segments(*[segment(0xFE, b"")] * 30_000)),
    "sixty thousand chunks": ("too_much_work", lambda: with_chunks(*[chunk(b"tEXt", b"")] * 60_000)),
    "profile that unpacks to 100 MB": ("unreadable", lambda: with_chunks(chunk(b"iCCP", b"p\0\0" + nasty.packed(100_000_000)))),
    "text that unpacks to 100 MB": ("unreadable", lambda: with_chunks(chunk(b"zTXt", b"k\0\0" + nasty.packed(100_000_000)))),
    "international text that unpacks to 100 MB": ("unreadable", lambda: with_chunks(chunk(b"iTXt", b"k\0\1\0\0\0" + nasty.packed(100_000_000)))),
    "texts that unpack to 30 MB in all": ("unreadable", lambda: with_chunks(*[chunk(b"zTXt", b"k\0\0" + nasty.packed(3_000_000))] * 10)),
    "truncated jpeg": ("unreadable", lambda: jpeg()[: len(jpeg()) // 2]),
    "truncated png": ("unreadable", lambda: encoded(picture(size=(300, 300)), "PNG")[:-200]),
    "truncated webp": ("unreadable", lambda: encoded(picture(size=(300, 300)), "WEBP")[:-60]),
    "truncated heic": ("unreadable", lambda: encoded(picture(size=(300, 300)), "HEIF")[:-60]),
    "only the first bytes": ("unreadable", lambda: b"\xff\xd8\xff"),
    "only png's first bytes": ("unreadable", lambda: b"\x89PNG\r\n\x1a\n"),
    "only webp's first bytes": ("unreadable", lambda: b"RIFF\0\0\0\0WEBP"),
    "broken huffman table": ("unreadable", nasty.broken_huffman),
    "twelve bits": ("unreadable", lambda: jpeg().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c")),
    "wrong checksum": ("unreadable", lambda: encoded(picture(), "PNG").replace(b"IDAT", b"IDAX")),
    "html behind a jpeg's first bytes": ("unreadable", lambda: b"\xff\xd8\xff\xe0" + SCRIPT),
    "avif that says it is heic": ("unreadable", lambda: encoded(picture(), "AVIF").replace(b"ftypavif", b"ftypheic")),
    "empty": ("empty", lambda: b""),
    "over 15 MB": ("too_heavy", lambda: jpeg() + b"\0" * 15_000_000),
    "svg with a script": ("no_photo", lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"),
    "packed svg": ("no_photo", lambda: gzip.compress(b"<svg onload=alert(1)/>")),
    "html": ("no_photo", lambda: b"<!doctype html>" + SCRIPT),
    "mail with a picture": ("no_photo", lambda: b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n" + jpeg()),
    "gif": ("no_photo", lambda: encoded(picture("P"), "GIF")),
    "animated gif": ("no_photo", lambda: encoded(picture("P"), "GIF", save_all=True, append_images=[picture("P")])),
    "gif and zip": ("no_photo", lambda: encoded(picture("P"), "GIF") + nasty.gif_and_zip()),
    "pdf": ("no_photo", lambda: encoded(picture(), "PDF")),
    "tiff of 200 pages": ("no_photo", nasty.tiff_with_many_pages),
    "bmp": ("no_photo", lambda: encoded(picture(), "BMP")),
    "ico": ("no_photo", lambda: encoded(picture(), "ICO")),
    "eps": ("no_photo", lambda: encoded(picture(), "EPS")),
    "postscript": ("no_photo", lambda: b"%!PS\n(/etc/passwd) (r) file\n"),
    "wmf": ("no_photo", lambda: b"\xd7\xcd\xc6\x9a" + b"\0" * 100),
    "psd": ("no_photo", lambda: b"8BPS\0\1" + b"\0" * 100),
    "avif": ("no_photo", lambda: encoded(picture(), "AVIF")),
    "jpeg 2000": ("no_photo", lambda: encoded(picture(), "JPEG2000")),
    "jpeg xl": ("no_photo", lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 50),
    "a film from a phone": ("no_photo", lambda: b"\0\0\0\x14ftypqt  " + b"\0" * 50),
    "windows program": ("no_photo", lambda: b"MZ\x90\0" + b"\0" * 100),
    "sheet": ("no_photo", lambda: b"PK\x03\x04" + b"\0" * 50),
}  # fmt: skip


def nasty_scans() -> bytes:
    """Two thousand more scans over a picture so small that they cost nothing."""
    raw = jpeg(progressive=True)
    last = raw.rindex(b"\xff\xda")
    return raw[:-2] + raw[last:-2] * 2_000 + b"\xff\xd9"


@pytest.fixture(autouse=True)
def takes_no_time() -> object:
    """Of this process and of the one that decodes."""

    def spent() -> float:
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, who))

    started = spent()
    yield
    assert spent() - started < CPU_SECONDS


def test_there_are_enough_of_them() -> None:
    assert len(KEPT) + len(SIZED) + len(REFUSED) >= 60


def clean(made: Renditions) -> None:
    """Nothing but points: no metadata, no script, nothing of what stood beside the picture."""
    for raw in files_of(made):
        found = opened(raw)
        assert dict(found.getexif()) == {} and not {"icc_profile", "exif", "xmp", "comment"} & set(found.info)
        for word in (nasty.SECRET.encode(), b"<script", b"<?php", b"PK\x03\x04", b"Exif"):
            assert word not in raw


@pytest.mark.parametrize("what", KEPT)
def test_kept_as_it_was_meant(what: str) -> None:
    made = render(KEPT[what]())
    assert {opened(raw).size for raw in files_of(made)} == {AS_SENT} == {(made.width, made.height)}
    assert {getattr(opened(raw), "n_frames", 1) for raw in files_of(made)} == {1}
    assert_red_then_blue(made)
    clean(made)


@pytest.mark.parametrize("what", SIZED)
def test_kept_in_bounds(what: str) -> None:
    size, make = SIZED[what]
    made = render(make())
    assert (made.width, made.height) == size == opened(made.large).size
    assert max(opened(made.small).size) <= 480


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_a_sentence(what: str) -> None:
    code, make = REFUSED[what]
    with pytest.raises(PhotoRefused) as refused:
        render(make())
    assert refused.value.code == code
    assert "Hãy" in str(refused.value) and str(refused.value).endswith(".")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    clear = picture("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    made = render(
        encoded(clear.convert(mode if mode != "PA" else "P"), "PNG", transparency=0 if mode == "PA" else None)
    )
    if mode != "PA":
        assert all(near(opened(raw).convert("RGB").getpixel((5, 5)), (255, 255, 255), by=4) for raw in files_of(made))


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped() -> None:
    made = render(encoded(Image.new("I;16", (20, 20), 128 * 256), "PNG"))
    assert near(opened(made.large).getpixel((9, 9)), (128, 128, 128), by=3)


def linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def companded(level: float) -> float:
    level = min(max(level, 0.0), 1.0)
    return level * 12.92 if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055


def p3_in_srgb(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """By the published matrix from Display P3 to sRGB (CSS Color 4), here with a curve of 2.2."""
    red, green, blue = ((level / 255) ** 2.2 for level in colour)
    rows = ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979))
    mixed = (row[0] * red + row[1] * green + row[2] * blue for row in rows)
    return tuple(round(255 * companded(level)) for level in mixed)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), *[(kind, mode) for kind in ("PNG", "WEBP", "HEIF") for mode in ("RGB", "RGBA")]]
)
def test_the_colours_of_an_iphone_are_those_of_the_web(kind: str, mode: str) -> None:
    profile = nasty.colour_profile(nasty.DISPLAY_P3)
    sent = (180, 90, 60)
    expected = p3_in_srgb(sent)
    assert max(abs(one - other) for one, other in zip(sent, expected, strict=True)) > 12  # it can be seen
    made = render(encoded(Image.new("RGB", (64, 64), sent).convert(mode), kind, icc_profile=profile, quality=95))
    for raw in files_of(made):
        assert near(opened(raw).convert("RGB").getpixel((30, 30)), expected, by=5)


def test_red_and_blue_are_what_the_makers_say() -> None:
    assert (RED, BLUE) == ((200, 30, 30), (30, 30, 200))
