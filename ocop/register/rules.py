"""When two rows mean the same product, and when two names mean the same maker. Pure."""

from __future__ import annotations

import hashlib
import re

from core.kit.text import fold_words
from core.places.models import Level
from core.places.queries import strip_kind
from ocop.register.reading import Row

# Ways in which real sheets write the same legal form, folded; typing mistakes met in them included.
_SAME_FORM = (
    (r"\bhop tac xa\b|\bhtxnn\b|\bhtx nn\b|\bhtx nong nghiep\b", "htx"),
    (r"\bho (san xuat kinh doanh|sxkd|kinh doanh|kinh doan)\b", "hkd"),
    (r"\btrach nhiem huu han\b|\bthhh\b", "tnhh"),
    (r"\bcty\b", "cong ty"),
    (r"\bco phan\b", "cp"),
)


def maker_key(name: str) -> str:
    """A producer's name for comparing: folded, legal forms in one spelling. "" for no name."""
    words = fold_words(name)
    for pattern, form in _SAME_FORM:
        words = re.sub(pattern, form, words)
    return words


def row_key(row: Row) -> str:
    """What makes a row of a later file the same product: name, maker and written place.

    A product recognised again is the same product with another paper, so decision and date stay out. Without
    a maker nobody can say that two rows mean one product (a name alone is never a key): then the paper decides.
    """
    maker = maker_key(row.producer)
    parts = [
        fold_words(row.name),
        maker,
        fold_words(row.commune),
        strip_kind(row.district, Level.DISTRICT),
        strip_kind(row.province, Level.PROVINCE),
    ]
    if not maker:
        written = row.recognised
        parts += [fold_words(row.decision), f"{written.first_day}/{written.precision}" if written else ""]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
