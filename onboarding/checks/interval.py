"""How sure a share of a sample is, in words. Pure."""

from __future__ import annotations

from core.kit.wilson import wilson


def interval_words(successes: int, total: int) -> str:
    """ "từ 76,2 % đến 99,1 %"; "" for nothing looked at."""
    found = wilson(successes, total)
    if found is None:
        return ""
    low, high = (f"{100 * each:.1f}".replace(".", ",") + "\u00a0%" for each in found)
    return f"từ {low} đến {high}"
