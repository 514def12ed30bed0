"""From the bytes of a picture to upright sRGB points of bounded size, every trace of its metadata gone.

Also a program: `python -I decoding.py KIND`, bytes in, `width height` and points out; run by `core.files.apart`
with little memory and time to spend. PNG, WebP and HEIC are opened that way: their decoders unpack the whole picture, and a hostile file that makes one of
them spin, swell or crash then takes down nothing but itself. JPEG needs none of it, because its decoder shrinks while
decoding and its work was counted before.

Stands alone: as a program it sees nothing of the product.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

WORK_EDGE = 1600
STRIP_POINTS = 1_000_000
MAX_PROFILE_BYTES = 4_000_000
CPU_SECONDS = 12
MEMORY_BYTES = 1_200_000_000  # address space; the largest pictures allowed take 250 to 420 MB of memory
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def decoded(raw: bytes, kind: str, max_pixels: int) -> Image.Image:
    """RGB on white, first picture only, shrunk by a whole factor to at least WORK_EDGE.

    Raises whatever the decoder raises: every exception means that the file is no picture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "HEIF":
            return _heif(raw, max_pixels)
        # Only this one decoder may try; each other kind of file Pillow knows stays shut.
        with Image.open(io.BytesIO(raw), formats=[kind]) as found:
            if found.width * found.height > max_pixels:
                raise Image.DecompressionBombError
            found.draft("RGB", (WORK_EDGE, WORK_EDGE))  # JPEG only: it shrinks while decoding
            turn = _UPRIGHT.get(_orientation(found))
            profile = found.info.get("icc_profile") or b""
            found.load()
            width = found.width
            shown = _reduced(found.size, lambda top, bottom: found.crop((0, top, width, bottom)))
            shown = _on_white(shown, profile)
    shown.info.clear()
    return shown.transpose(turn) if turn is not None else shown


def _heif(raw: bytes, max_pixels: int) -> Image.Image:
    """By the library itself, because Pillow would hold the points a second time. It turns the picture by the file's own
    box; EXIF's orientation does not count for HEIC (ISO/IEC 23008-12, annex A)."""
    file = pillow_heif.open_heif(raw, convert_hdr_to_8bit=True)
    found = file[file.primary_index]
    if found.size[0] * found.size[1] > max_pixels:
        raise Image.DecompressionBombError
    profile = found.info.get("icc_profile")
    points = memoryview(found.data)
    (width, height), mode, stride = found.size, found.mode, found.stride

    def strip(top: int, bottom: int) -> Image.Image:
        rows = points[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), rows, "raw", mode, stride)

    return _on_white(_reduced((width, height), strip), profile if isinstance(profile, bytes) else b"")


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF is no reason to refuse a good picture
        return 1


def _reduced(size: tuple[int, int], cut: Callable[[int, int], Image.Image]) -> Image.Image:
    """Shrunk by a whole factor strip by strip (`cut` gives the rows from top to bottom), so that no second picture of full
    size is ever in memory. Modes that cannot be averaged become RGB(A) or grey on the way."""
    width, height = size
    factor = max(1, max(size) // WORK_EDGE)
    small: Image.Image | None = None
    step = factor * max(1, STRIP_POINTS // (width * factor))
    for top in range(0, height, step):
        strip = _plain(cut(top, min(top + step, height)))
        strip = strip.reduce(factor) if factor > 1 else strip
        if small is None:
            small = Image.new(strip.mode, (strip.width, -(-height // factor)))
        small.paste(strip, (0, top // factor))
    assert small is not None
    return small


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # sixteen bits: conversion alone would clip, not scale
        return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if "transparency" in picture.info or picture.mode in {"RGBA", "RGBX", "LA", "PA", "La", "RGBa"}:
        return picture.convert("RGBA")
    return picture if picture.mode in {"L", "RGB", "CMYK"} else picture.convert("RGB")


def _on_white(picture: Image.Image, profile: bytes) -> Image.Image:
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = _in_srgb(picture.convert("RGB") if alpha else picture, profile)
    if alpha is None:
        return colours
    flat = Image.new("RGB", colours.size, "white")
    flat.paste(colours, mask=alpha)
    return flat


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """By the picture's own colour profile (iPhones write Display P3), which is then dropped. A profile that cannot be
    used is ignored, as browsers do."""
    if 128 < len(profile) <= MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
            if made is not None:
                return made
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return picture.convert("RGB")


def main(kind: str, max_pixels: str) -> int:
    """The program. Ends with 3 for a picture that cannot be opened, 4 for one with too many points."""
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    # Texts in a PNG are dropped anyway; unpacking them is the only thing they can do here.
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES
    PngImagePlugin.MAX_TEXT_MEMORY = 2 * MAX_PROFILE_BYTES
    raw = sys.stdin.buffer.read()
    try:
        shown = decoded(raw, kind, int(max_pixels))
    except Image.DecompressionBombError:
        return 4
    except Exception:
        return 3
    sys.stdout.buffer.write(b"%d %d\n" % shown.size)
    sys.stdout.buffer.write(shown.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
