"""Draw the rows of a re-check once more and say whether the same come out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ocop.rechecks.models import RecheckDraw
from ocop.rechecks.queries import redraw


class Command(BaseCommand):
    """Ends with an error when other rows come out."""

    help = "Draw re-check PK again from its seed and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        draw = RecheckDraw.objects.select_related("snapshot").filter(pk=options["pk"]).first()
        if draw is None:
            raise CommandError(f"there is no re-check {options['pk']}")
        again = redraw(draw)
        self.stdout.write(f"{draw.indicator} of {draw.snapshot.number}, drawn {draw.drawn_at:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(f"seed {draw.seed}")
        self.stdout.write(f"then {draw.size} of {draw.population} rows {draw.rows_sha256}")
        self.stdout.write(f"now  {len(again.rows)} of {again.population} rows {again.rows_sha256}")
        for row in again.rows:
            self.stdout.write(row)
        if not again.is_same:
            raise CommandError("NOT the same rows: the draw or the snapshot was changed")
        self.stdout.write("the same rows")
