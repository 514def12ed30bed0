"""`manage.py snapshot [--unit CODE] [--on DAY]`: freeze the figures of an area as of a day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Level
from core.places.queries import unit_by_code
from ocop.snapshots.actions import SnapshotRefused, freeze

_PROVINCE_DIGITS = 2


class Command(BaseCommand):
    help = "Freezes the figures of an area; may be repeated, also after a kill. Two different people sign it on the boards. The last line is JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--unit", default="", help="code of a province (2 digits) or commune (5); without: the whole country"
        )
        parser.add_argument("--on", type=date.fromisoformat, help="the day, 2026-10-31; without: today in Vietnam")

    def handle(self, *args: Any, **options: Any) -> None:
        code, on = options["unit"], options["on"] or clock.today()
        level = Level.PROVINCE if len(code) == _PROVINCE_DIGITS else Level.COMMUNE
        unit = unit_by_code(level, code, clock.today()) if code else None
        if code and unit is None:
            raise CommandError(f"Không có tỉnh hay xã mang mã {code}. Hãy xem lại mã.")
        try:
            made = freeze(unit=unit, on=on, by=SYSTEM)
        except SnapshotRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        told = {
            "number": made.number,
            "unit": code,
            "on": made.on.isoformat(),
            "rows": made.rows_count,
            "figures": made.figures.count(),
            "rows_sha256": made.rows_sha256,
            "figures_sha256": made.figures_sha256,
            "signed": made.signed_at is not None,
        }
        self.stdout.write(json.dumps(told))
