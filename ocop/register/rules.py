"""When two rows mean the same product, and when two names mean the same maker. Pure."""

from __future__ import annotations

import hashlib
import re

from core.kit.text import fold_words
from core.places.models import Level
from core.places.queries import strip_kind
from core.places.writing import PROVINCE_ALIASES
from ocop.register.reading import Row

# Ways in which real sheets write the same legal form, folded; typing mistakes met in them included.
_SAME_FORM = (
    # Twice: «nông nghiệp» falls away from both spellings.
    (r"\bhop tac xa\b", "htx"),
    (r"\bhtxnn\b|\bhtx nn\b|\bhtx nong nghiep\b", "htx"),
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
    """What makes a row of a later file the same product: see `product_key`."""
    written = row.recognised
    paper = (row.decision, f"{written.first_day}/{written.precision}" if written else "")
    return product_key(row.name, row.producer, row.commune, row.district, row.province, paper)


def product_key(name: str, producer: str, commune: str, district: str, province: str, paper: tuple[str, str]) -> str:
    """Name, maker and written place as one value.

    A product recognised again is the same product with another paper, so decision and date stay out. Without
    a maker nobody can say that two rows mean one product (a name alone is never a key): then the `paper` (decision, "day/precision")
    decides. A change of this formula needs a migration that writes the keys anew.
    """
    maker = maker_key(producer)
    parts = [
        fold_words(name),
        maker,
        fold_words(commune),
        strip_kind(district, Level.DISTRICT),
        PROVINCE_ALIASES.get(bare := strip_kind(province, Level.PROVINCE), bare),
    ]
    if not maker:
        decision, day = paper
        parts += [fold_words(decision), day]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
