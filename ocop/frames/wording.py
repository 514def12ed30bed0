"""Frames in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.kit import clock
from core.places.models import Unit
from ocop.frames.models import Frame


@dataclass(frozen=True)
class State:
    """How far a frame is: the kind of `parts/status.html` and a sentence."""

    kind: str
    text: str


@dataclass(frozen=True)
class FrameLine:
    """A commune on the list: its frame in force, the one that waits, and whether the viewer may make the next."""

    unit: Unit
    frame: Frame | None
    waiting: Frame | None
    state: State
    may_make: bool


def frame_state(frame: Frame) -> State:
    """The state of one frame as a sentence."""
    if frame.cancelled_at:
        return State("info", _("Đã rút ngày %(day)s, không ký nữa.") % {"day": _day(frame.cancelled_at)})
    if frame.signed_at is None:
        words = _("%(count)s hộ, %(name)s lập ngày %(day)s, chờ cán bộ tỉnh ký.")
        return State("wait", words % {"count": frame.count, "name": frame.made_by, "day": _day(frame.made_at)})
    if frame.ended_at:
        return State("info", _("Đã được thay ngày %(day)s.") % {"day": _day(frame.ended_at)})
    words = _("Đã chốt %(count)s hộ, %(name)s ký ngày %(day)s.")
    return State("good", words % {"count": frame.count, "name": frame.signed_by, "day": _day(frame.signed_at)})


def line_of(unit: Unit, frames: list[Frame], may_make: bool) -> FrameLine:
    """A commune with its open frames of the year."""
    signed = next((frame for frame in frames if frame.signed_at), None)
    waiting = next((frame for frame in frames if frame.is_waiting), None)
    told = signed or waiting
    state = frame_state(told) if told else State("warn", _("Chưa chốt mẫu số."))
    return FrameLine(unit, signed, waiting, state, may_make and told is None)


def _day(at: datetime) -> str:
    return f"{clock.day_of(at):%d/%m/%Y}"
