"""`manage.py bigworld`: a made-up country, to see how the service stands it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.bigworld.ground import Refused
from config.bigworld.making import Progress, make_bigworld
from config.bigworld.plan import WHOLE_HOUSEHOLDS


class Command(BaseCommand):
    help = "Fills an empty PostgreSQL database with a made-up country; started again after a kill it goes on. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="part of the whole country, e.g. 0.01")
        parser.add_argument("--households", type=int, help="how many households (instead of a scale); the rest follows")
        parser.add_argument("--communes", type=int, help="only the first so many communes")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--processes", type=int, default=2, help="how many write at once")

    def handle(self, *args: Any, **options: Any) -> None:
        households = options["households"]
        if households is None:
            households = round(WHOLE_HOUSEHOLDS * options["scale"])
        if households < 1 or (options["communes"] is not None and options["communes"] < 1) or options["processes"] < 1:
            raise CommandError("Số hộ, số xã và số tiến trình phải từ 1 trở lên.")
        try:
            world = make_bigworld(
                households=households, communes=options["communes"], seed=options["seed"], processes=options["processes"], tell=self._tell
            )  # fmt: skip
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Thế giới lớn đã xong: {world.households} hộ, {len(world.communes)} xã, {world.products} sản phẩm, {world.listings} tin bán.")  # fmt: skip

    def _tell(self, progress: Progress) -> None:
        percent, left = 100 * progress.made / progress.whole, progress.seconds_left
        self.stdout.write(f"{progress.made} / {progress.whole} hộ ({percent:.1f} %), {progress.seconds:.0f} giây, còn chừng {left / 60:.1f} phút")  # fmt: skip
        self.stdout.flush()
