"""`manage.py derive_intake`: the register from the raw submissions, again."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.models import Submission


class Command(BaseCommand):
    help = "Reads field submissions anew and writes what now differs, but nothing that people have changed since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--record", type=uuid.UUID, help="only this record")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted: uuid.UUID | None = options["record"]
        rows = Submission.objects.filter(record_id=wanted) if wanted else Submission.objects.all()
        records = list(rows.order_by("record_id").values_list("record_id", flat=True).distinct())
        if wanted and not records:
            raise CommandError(f"There is no record {wanted}.")
        applied = rewritten = kept = failed = 0
        for record_id in records:
            try:
                done = derive_record(record_id=record_id, again=True)
            except Exception as problem:
                failed += 1
                self.stderr.write(f"{record_id}: {problem!r}")
                continue
            applied += done.applied
            rewritten += bool(done.rewritten)
            kept += bool(done.kept)
        self.stdout.write(
            f"{len(records)} records: {applied} submissions newly applied, {rewritten} records rewritten, "
            f"{kept} left where people had changed them, {failed} failed."
        )
        if failed:
            raise CommandError(f"{failed} records failed; they stay as they were.")
