"""Encrypted values that are shown masked, and who may see each in full. Upper slices register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.people.queries import Viewer


@dataclass(frozen=True)
class Revealed:
    """A value in full, ready to be read. `title` says whose it is, `object_label` and `unit_code` go into the trail."""

    text: str
    title: str
    object_label: str
    unit_code: str = ""


@dataclass(frozen=True)
class Revealable:
    """`find` returns the value of the row with this number if this viewer may see it in full, None otherwise: unknown
    rows, rows of other areas and empty values look the same. `is_phone` adds a link to call."""

    label: str
    find: Callable[[Viewer, int], Revealed | None]
    is_phone: bool = True


_fields: dict[str, Revealable] = {}


def register_revealable(code: str, field: Revealable) -> None:
    """Add a value under a short code ("household-phone"); called from `ready()`."""
    _fields[code] = field


def revealable(code: str) -> Revealable | None:
    """What is registered under this code; None for an unknown one, which nobody may see."""
    return _fields.get(code)
