"""The photo pipeline on a 12-megapixel photo: time and peak memory, beside Pillow alone making one JPEG.

Every measurement is a process of its own, because a peak only grows: `python -m benchmarks.photos WHAT FILE TIMES`.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image, ImageFilter

from benchmarks.figure import Figure
from config import env
from core.files.pipeline import LARGE_EDGE, render

NAME = "photos"
DATABASE = False
TARGET_MILLISECONDS, TARGET_MEGABYTES = 1500, 250
_SIZE = (4000, 3000)


@dataclass(frozen=True)
class Measured:
    """Median milliseconds of one photo, and the largest resident memory of the process in MB."""

    milliseconds: float
    megabytes: float


def run(full: bool) -> list[Figure]:
    """JPEG and HEIC from a phone; `full` adds PNG and WebP and repeats more often."""
    times = 15 if full else 5
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("JPEG", "HEIF", "PNG", "WEBP") if full else ("JPEG", "HEIF"):
            file = Path(folder) / f"photo.{kind.lower()}"
            picture().save(file, kind, quality=90)
            figures += _beside_pillow(kind, file, times)
    return figures


def picture() -> Image.Image:
    """12 megapixels that are as hard to encode as a photo: soft shapes under fine noise."""
    shapes = [Image.effect_noise((80, 60), 90).resize(_SIZE, Image.Resampling.BICUBIC) for _ in range(3)]
    grain = Image.effect_noise(_SIZE, 12).filter(ImageFilter.GaussianBlur(0.6))
    return Image.merge("RGB", [Image.blend(shape, grain, 0.25) for shape in shapes])


def _beside_pillow(kind: str, file: Path, times: int) -> list[Figure]:
    bare = _measured("nothing", file, 1)
    alone = _measured("alone", file, times)
    ours = _measured("ours", file, times)
    size = f"{file.stat().st_size / 1e6:.1f} MB"
    return [
        Figure(
            f"four renditions of a 12-megapixel {kind}, {size}",
            ours.milliseconds,
            "ms",
            f"Pillow alone, one JPEG: {alone.milliseconds:.0f} ms",
            ours.milliseconds / alone.milliseconds,
            f"< {TARGET_MILLISECONDS}",
        ),
        Figure(
            f"peak memory of that process, {kind}",
            ours.megabytes,
            "MB",
            f"Pillow alone: {alone.megabytes:.0f} MB",
            ours.megabytes / alone.megabytes,
            f"< {TARGET_MEGABYTES}",
        ),
        Figure(
            f"… of which the photo's, {kind}",
            ours.megabytes - bare.megabytes,
            "MB",
            f"Pillow alone: {alone.megabytes - bare.megabytes:.0f} MB",
        ),
    ]


def _measured(what: str, file: Path, times: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.photos", what, str(file), str(times)]
    done = subprocess.run(command, cwd=env.ROOT, check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stdout))


def _alone(raw: bytes) -> None:
    """What a page without a pipeline does: open, shrink, save one JPEG."""
    shown = Image.open(BytesIO(raw))
    shown.thumbnail((LARGE_EDGE, LARGE_EDGE), Image.Resampling.LANCZOS)
    shown.convert("RGB").save(BytesIO(), "JPEG", quality=82)


def _peak_megabytes() -> float:
    """Of this program only: `ru_maxrss` starts with what the parent process had, so it stands in only elsewhere."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(what: str, file: str, times: str) -> int:
    """Do it so often in this process, and print what it took."""
    work = {"ours": render, "alone": _alone, "nothing": len}[what]
    pillow_heif.register_heif_opener()
    raw = Path(file).read_bytes()
    took = []
    for _ in range(int(times)):
        started = time.perf_counter()
        work(raw)
        took.append((time.perf_counter() - started) * 1000)
    print(json.dumps({"milliseconds": statistics.median(took), "megabytes": _peak_megabytes()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
