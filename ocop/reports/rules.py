"""Who makes official reports, from what, and what can be printed in one. Pure reading."""

from __future__ import annotations

import re

from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.reports.models import OfficialReport
from ocop.snapshots.models import Snapshot
from ocop.snapshots.rules import SIGNERS

MAKERS = SIGNERS  # who answers for the figures answers for the report
# The kind and who issues it: "125/BC-SNNMT", "07/BC-UBND-KT".
_NUMBER = re.compile(r"([0-9]{1,5})(/BC(?:-[0-9A-ZĐ.&]{1,12}){1,3})")
# What stands before the title when somebody signs for another (Decree 30/2020, annex I, section II.7).
AUTHORITIES = ("TM.", "Q.", "KT.", "TL.", "TUQ.")
MOST_AUTHORITIES = 4  # lines; the decree knows two, and the sheet has room for the signature below
MOST_DAYS_AHEAD = 31
MOST_LETTERS = 40  # of a number


def numbered(written: str) -> str | None:
    """A report's number in the one spelling it has: a nought before those below ten (Decree 30/2020, annex I, section II.3), none before
    others, so that 7 and 007 are not two. None where it is no number."""
    found = _NUMBER.fullmatch(squeeze(written).upper())
    if found is None or not int(found[1]):
        return None
    number = f"{int(found[1]):02}{found[2]}"
    return number if len(number) <= MOST_LETTERS else None


def can_make(viewer: Viewer, snapshot: Snapshot) -> bool:
    """Whether this person may make a report of this snapshot's area."""
    return viewer.is_signed_in and viewer.covers(snapshot.unit, *MAKERS)


def can_replace(viewer: Viewer, report: OfficialReport) -> bool:
    """Whether this person may put another report in its place."""
    return viewer.is_signed_in and viewer.covers(report.unit, *MAKERS)


def is_restated(snapshot: Snapshot) -> bool:
    """Whether another one stands in its place. Reads `restated_by`."""
    return getattr(snapshot, "restated_by", None) is not None
