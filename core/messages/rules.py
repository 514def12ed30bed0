"""When what may be sent to whom. Pure.

Decree 91/2020/NĐ-CP: advertising needs consent given before, carries its label, offers a way out that works at once,
comes between 7:00 and 22:00 and at most three times a day. We are stricter: until 21:00, and once a day.
"""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from core.kit import clock, text
from core.messages.contract import Channel, Purpose
from core.people.models import Role
from core.people.queries import Viewer

DAY_BEGINS, DAY_ENDS = time(7), time(21)  # Asia/Ho_Chi_Minh
CAP_PERIOD = timedelta(days=1)
# Most messages to one person in a day; sign-in has limits of its own, this one only bounds the bill.
CAPS: dict[tuple[str, str], int] = {
    (Channel.SMS, Purpose.ADVERT): 1,
    (Channel.SMS, Purpose.SERVICE): 6,
    (Channel.SMS, Purpose.SIGN_IN): 20,
    (Channel.EMAIL, Purpose.ADVERT): 1,
    (Channel.EMAIL, Purpose.SERVICE): 20,
}
MAX_TRIES = {Purpose.SIGN_IN: 6, Purpose.SERVICE: 8, Purpose.ADVERT: 4}
# Longer than the longest call of any adapter: after it, whoever was sending is dead.
LEASE = timedelta(seconds=60)
REPEATS_DROPPED_FOR = timedelta(hours=23)
KEEP_TEXTS = timedelta(days=90)
_STOP_WORDS = {"tc", "dung", "stop", "tu choi", "huy", "huy dang ky"}


def is_allowed(*, channel: str, purpose: str, choice: bool | None) -> bool:
    """Whether a message may go out. `choice` is the person's newest decision, None when they never made one.

    Codes that somebody asked for always go; what is about a person's own affairs goes until they say no; the inbox always
    takes it, since otherwise it would be told nowhere; advertising only after a yes.
    """
    if purpose == Purpose.SIGN_IN:
        return True
    if purpose == Purpose.SERVICE:
        return channel == Channel.INBOX or choice is not False
    return choice is True


def earliest(now: datetime, *, channel: str, purpose: str, urgent: bool) -> datetime:
    """When a message may leave: now, or at seven in the morning when it is night in Vietnam. An inbox does not ring."""
    if urgent or purpose == Purpose.SIGN_IN or channel == Channel.INBOX:
        return now
    local = now.astimezone(clock.VIETNAM)
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return now
    day = local.date() if local.time() < DAY_BEGINS else local.date() + timedelta(days=1)
    return datetime.combine(day, DAY_BEGINS, clock.VIETNAM)


def pause_before_next(tries: int, *, purpose: str, asked: float | None = None) -> timedelta:
    """How long to wait after this many failed tries: doubling, with jitter; a code cannot wait long. `asked` is the
    provider's own wish in seconds and is kept, up to an hour."""
    first, longest = (3.0, 30.0) if purpose == Purpose.SIGN_IN else (30.0, 3600.0)
    own = min(first * 2 ** max(tries - 1, 0), longest) * random.uniform(0.75, 1.25)
    return timedelta(seconds=max(own, min(asked or 0.0, 3600.0)))


def may_repeat(*, purpose: str, drops_repeats: bool, age: timedelta) -> bool:
    """Whether a message of unknown outcome may be sent again, `age` after it was made.

    Where the provider drops repeats, asking again is looking it up. Elsewhere a code is worth a second SMS while it is
    valid (its expiry is checked by the caller), everything else is said at most once.
    """
    return (drops_repeats and age < REPEATS_DROPPED_FOR) or purpose == Purpose.SIGN_IN


def is_stop_word(written: str) -> bool:
    """Whether an SMS says "no more": TC, DUNG, STOP, Từ chối, Hủy … alone or followed by what is refused."""
    words = text.fold_words(written)
    first = words.split(" ", 1)[0] if words else ""
    return words in _STOP_WORDS or first in {"tc", "stop"}


def may_see_messages(viewer: Viewer) -> bool:
    """The page of what was sent: operators; auditors read."""
    return viewer.is_operator or viewer.has_role(Role.AUDITOR)


def may_send_again(viewer: Viewer) -> bool:
    """Only operators send a stopped message again: it costs money."""
    return viewer.is_operator
