"""`manage.py rotate_field_keys`: everything encrypted goes under the newest key of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.kit.rotation import Outcome, rotate_keys


class Command(BaseCommand):
    help = (
        "Re-encrypts what is not under the newest key of FIELD_KEYS and rebuilds blind indexes. May be stopped and "
        "started again at any moment, beside a running service. Exit status 1: something could not be brought over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        told = self._progress if options["verbosity"] > 1 else None
        outcomes = rotate_keys(dry_run=options["dry_run"], progress=told)
        for outcome in outcomes:
            self.stdout.write(_sentence(outcome, options["dry_run"]))
        refused = [reason for outcome in outcomes for reason in outcome.refused]
        for reason in refused:
            self.stderr.write(f"NOT BROUGHT OVER {reason}")
        if refused:
            raise SystemExit(1)
        # Looked at again, because somebody may have written under an older key meanwhile.
        left = sum(outcome.stale for outcome in (outcomes if options["dry_run"] else rotate_keys(dry_run=True)))
        if left and not options["dry_run"]:
            self.stderr.write(
                f"{left} were written meanwhile by a process with an older FIELD_KEYS: restart it, run again"
            )
            raise SystemExit(1)
        self.stdout.write(f"{left} to be brought over" if left else "everything is under the newest key")

    def _progress(self, outcome: Outcome) -> None:
        self.stdout.write(f"… {_sentence(outcome, False)}")


def _sentence(outcome: Outcome, dry_run: bool) -> str:
    done = f"{outcome.stale} to change" if dry_run else f"{outcome.changed} changed"
    return f"{outcome.column}: {outcome.seen} seen, {done}"
