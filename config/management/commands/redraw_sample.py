"""Draw a sample of re-visits once more and say whether the same households come out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onboarding.checks.models import RevisitSample
from onboarding.checks.queries import redraw


class Command(BaseCommand):
    """Ends with an error when the sample is another."""

    help = "Draw sample PK again from its seed and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        sample = RevisitSample.objects.select_related("commune").filter(pk=options["pk"]).first()
        if sample is None:
            raise CommandError(f"there is no sample {options['pk']}")
        again = redraw(sample)
        self.stdout.write(f"seed {sample.seed}, {sample.per_mille} of 1000, drawn {sample.drawn_at:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(f"frame then {sample.frame_size} {sample.frame_hash}")
        self.stdout.write(f"frame kept {again.frame_size} {again.frame_hash}")
        for record_id in again.drawn:
            self.stdout.write(str(record_id))
        if not again.is_same_sample:
            why = (
                "the kept frame is not the one of that day"
                if not again.is_same_frame
                else "the kept sample was changed"
            )
            raise CommandError(f"NOT the same households: {why}")
        self.stdout.write("the same households" + ("" if again.is_same_frame else " (from a frame that has changed)"))
