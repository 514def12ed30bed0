"""Which words may be kept, and who reads what about the search."""

from __future__ import annotations

import re
import unicodedata
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
# Family names that, with their marks, are hardly anything else; and the two middle names that tell a person from a thing.
_FAMILY = r"nguyễn|trần|phạm|huỳnh|hoàng|đặng|trịnh|trương|đinh|đoàn|phan|dương|lương"
_NAME = re.compile(rf"\b(?:{_FAMILY})\s+\w+\s+\w+")
_OTHER_FAMILY = (
    "nguyen|tran|le|pham|huynh|hoang|vu|vo|dang|bui|do|ho|ngo|ly|phan|duong|dinh|truong|doan|trinh|mai|cao|luong"
)
_NAME_WITH_MIDDLE = re.compile(rf"\b(?:{_OTHER_FAMILY}) (?:thi|van) \w+")


def words_to_keep(text: str) -> str:
    """The folded words of a question that may be kept; empty where they may say who somebody is: numbers of five digits and more,
    addresses of mail, long texts, and what is built as a person's name (some brands go with them)."""
    words = fold_words(text)
    if "@" in text or len(words) > LONGEST or len(words.split()) > MOST_WORDS or _NUMBER.search(text):
        return ""
    if _NAME.search(unicodedata.normalize("NFC", text).lower()) or _NAME_WITH_MIDDLE.search(words):
        return ""
    return words


def can_read_misses(viewer: Viewer) -> bool:
    """Staff: what is asked for and not there is what farms could grow."""
    return viewer.has_role(*READERS)


def can_read_health(viewer: Viewer) -> bool:
    """Operators and auditors, as the queue of jobs."""
    return viewer.has_role(*HEALTH_READERS)
