"""The photo pipeline on a 12-megapixel photo: time and peak memory, beside Pillow alone making one JPEG.

Every measurement is a process of its own, because a peak only grows: `python -m benchmarks.photos WHAT FILE TIMES`.
"""

from __future__ import annotations

import json
import os
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
from core.files import apart, decoding
from core.files.headers import MAX_PIXELS, Kind, checked_kind
from core.files.pipeline import LARGE_EDGE, render

NAME = "photos"
DATABASE = False
TARGET_MILLISECONDS, TARGET_MEGABYTES = 1500, 250
_SIZE = (4000, 3000)
# Files of the weight that phones write: about 4 MB of JPEG, 2 MB of HEIC.
_QUALITY = {"JPEG": 93, "HEIF": 62, "PNG": 100, "WEBP": 85}


@dataclass(frozen=True)
class Measured:
    """Median milliseconds of one photo, those of the processor's time, and the largest resident memory in MB, the
    decoder's process included."""

    milliseconds: float
    processor: float
    megabytes: float


def run(full: bool) -> list[Figure]:
    """JPEG and HEIC from a phone; `full` adds PNG and WebP and repeats more often."""
    times = 15 if full else 5
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("JPEG", "HEIF", "PNG", "WEBP") if full else ("JPEG", "HEIF"):
            file = Path(folder) / f"photo.{kind.lower()}"
            shown = picture() if kind != "PNG" else picture().quantize(64).convert("RGB")  # else it weighs over 15 MB
            how = (
                {"tile_size": 512, "enc_params": {"preset": "ultrafast"}} if kind == "HEIF" else {}
            )  # in tiles, as phones
            shown.save(file, kind, quality=_QUALITY[kind], **how)
            figures += _beside_pillow(kind, file, times)
    return figures


def picture() -> Image.Image:
    """12 megapixels that are as hard to encode as a photo: soft shapes under fine noise."""
    shapes = [Image.effect_noise((80, 60), 90).resize(_SIZE, Image.Resampling.BICUBIC) for _ in range(3)]
    grain = Image.effect_noise(_SIZE, 12).filter(ImageFilter.GaussianBlur(0.6))
    return Image.merge("RGB", [Image.blend(shape, grain, 0.3) for shape in shapes])


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
            f"… in processor time, {kind}",
            ours.processor,
            "ms",
            f"Pillow alone: {alone.processor:.0f} ms",
            ours.processor / alone.processor,
        ),
        Figure(
            f"peak memory, the process that decodes included, {kind}",
            ours.megabytes,
            "MB",
            f"Pillow alone: {alone.megabytes:.0f} MB",
            ours.megabytes / alone.megabytes,
            # The target is about what phones send.
            f"< {TARGET_MEGABYTES}" if kind in {"JPEG", "HEIF"} else "",
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
    done = subprocess.run(command, cwd=env.ROOT, check=True, stdout=subprocess.PIPE, text=True)
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
    took, busy = [], []
    for _ in range(int(times)):
        started, busy_before = time.perf_counter(), _processor_seconds()
        work(raw)
        took.append((time.perf_counter() - started) * 1000)
        busy.append((_processor_seconds() - busy_before) * 1000)
    peak = _peak_megabytes() + (_decoder_megabytes(raw) if what == "ours" else 0)
    measured = {"milliseconds": statistics.median(took), "processor": statistics.median(busy), "megabytes": peak}
    print(json.dumps(measured))
    return 0


def _processor_seconds() -> float:
    """What a busy machine does not lengthen; of this process and of those it waited for."""
    return sum(os.times()[:4])


def _decoder_megabytes(raw: bytes) -> float:
    """Peak of the process that decodes for us, measured from a small one; 0 for a JPEG, which is decoded here. Both are
    there at the same time, so it is added."""
    kind = checked_kind(raw)
    if kind == Kind.JPEG:
        return 0
    program = [sys.executable, "-I", apart.__file__, *map(str, (decoding.CPU_SECONDS, decoding.MEMORY_BYTES))]
    program += [decoding.__file__, kind, str(MAX_PIXELS)]
    watch = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", watch, *program], input=raw, check=True, capture_output=True
    )
    return int(done.stdout) / 1024


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
