"""The rate of a frame: the slice that knows what counts says it, so that a frame's page shows the old rate beside the new."""

from __future__ import annotations

from collections.abc import Callable

from ocop.frames.models import Frame

# A frame → numerator and denominator of the rate measured against it today.
Rate = Callable[[Frame], tuple[int, int]]
_rates: list[tuple[str, Rate]] = []


def register_rate(label: str, rate: Rate) -> None:
    """Say what the rate is called and how it is measured; called from `ready()`."""
    if (label, rate) not in _rates:
        _rates.append((label, rate))


def rates_of(frame: Frame) -> list[tuple[str, int, int]]:
    """Every rate of a frame: label, numerator, denominator."""
    return [(label, *rate(frame)) for label, rate in _rates]
