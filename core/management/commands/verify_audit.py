"""`manage.py verify_audit`: is the audit trail as it was sealed?"""

from __future__ import annotations

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.audit.verifying import broken_sentence, verify_chain, waiting_since
from core.kit import clock

DOUBTS = 3  # not 2, which is a wrong call


def position_and_hash(written: str) -> tuple[int, str]:
    """(17, "ab…") of "17:ab…". Raises ArgumentTypeError."""
    if not re.fullmatch(r"[1-9][0-9]*:[0-9a-f]{64}", written):
        raise argparse.ArgumentTypeError("wanted: POSITION:HASH as printed by an earlier run")
    position, _, found = written.partition(":")
    return int(position), found


class Command(BaseCommand):
    help = (
        "Walks the chain of the audit trail; names the first broken entry. Exit status 0: intact, 1: broken, 3: doubts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect", action="append", type=position_and_hash, default=[], metavar="POSITION:HASH",
            help="a head noted outside earlier; proves that nothing before it was rewritten or cut off. May be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--details", action="store_true", help="also check the erasable texts against their digests"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        told = self._progress if options["verbosity"] > 1 else None
        verdict = verify_chain(expected=dict(options["expect"]), with_details=options["details"], progress=told)
        self.stdout.write(f"{verdict.checked} sealed entries intact")
        if options["details"]:
            self.stdout.write(f"{verdict.details_checked} texts fit their digests")
        for sentence in waiting_since(verdict, clock.now()):
            self.stdout.write(sentence)
        if verdict.first_doubt:
            first = broken_sentence(verdict.first_doubt)
            self.stdout.write(f"DOUBTFUL: {verdict.doubts} with a time that does not fit, the first at {first}")
        if verdict.broken:
            self.stdout.write(f"BROKEN at {broken_sentence(verdict.broken)}")
            raise SystemExit(1)
        self.stdout.write(f"head {verdict.head_position}:{verdict.head_hash}")
        if verdict.first_doubt:
            raise SystemExit(DOUBTS)

    def _progress(self, done: int) -> None:
        self.stdout.write(f"… {done}")
