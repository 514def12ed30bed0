"""Which words may be kept, and who reads what about the search."""

from __future__ import annotations

import re
from datetime import timedelta

from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer

LONGEST, MOST_WORDS = 60, 8  # longer texts are no names of goods; somebody pasted something
TOLD_FROM = 3  # times: what was asked once or twice may be about one person
KEPT = timedelta(days=90)
MOST_A_DAY = 5_000  # different words; whoever sends more is a machine
READERS = STAFF_ROLES
HEALTH_READERS = (Role.AUDITOR,)
# Phones and papers are written with spaces, dots and hyphens between their digits.
_NUMBER = re.compile(r"\d(?:[\s.,\-–/()+]*\d){4}")


def words_to_keep(text: str) -> str:
    """The folded words of a question that may be kept; empty where they may say who somebody is: numbers of five digits and more,
    addresses of mail, long texts."""
    words = fold_words(text)
    if "@" in text or len(words) > LONGEST or len(words.split()) > MOST_WORDS or _NUMBER.search(text):
        return ""
    return words


def can_read_misses(viewer: Viewer) -> bool:
    """Staff: what is asked for and not there is what farms could grow."""
    return viewer.has_role(*READERS)


def can_read_health(viewer: Viewer) -> bool:
    """Operators and auditors, as the queue of jobs."""
    return viewer.has_role(*HEALTH_READERS)
