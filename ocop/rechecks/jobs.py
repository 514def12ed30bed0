"""Background work of the re-check."""

from __future__ import annotations

from datetime import timedelta

from ocop.rechecks.actions.alone import each_alone
from ocop.rechecks.actions.drawing import draw_due
from ocop.rechecks.actions.looking import settle_due

EVERY = timedelta(hours=1)


def go_round() -> int:
    """The periodic job: draw what is due, and take over what was seen; returns how much of both."""
    return each_alone(lambda part: part(), (draw_due, settle_due))
