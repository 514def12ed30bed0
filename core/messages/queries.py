"""Reading messages, choices and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from core.kit import clock
from core.messages import rules
from core.messages.contract import Channel, Purpose
from core.messages.models import Message, MessageChoice
from core.messages.registry import label_of
from core.people.models import User
from core.people.queries import Viewer

State = Message.State


def address_of(user: User, channel: str) -> str:
    """Where a person is reached: E.164 phone, e-mail address, or their number for the inbox; "" when nowhere."""
    if channel == Channel.INBOX:
        return str(user.pk)
    if channel == Channel.EMAIL:
        return user.email.lower()
    phone: str = user.phone
    return phone


def stop_number() -> str:
    """The number that takes refusals by SMS; without one no advert goes by SMS."""
    number: str = settings.SMS["stop_to"]
    return number


def newest_choice(*, user_id: int | None, address: str, channel: str, purpose: str) -> bool | None:
    """The newest decision of the person or of their address about one channel and purpose; None: never decided."""
    whose = Q(pk__in=[])
    if user_id is not None:
        whose |= Q(user_id=user_id)
    if address and channel != Channel.INBOX:
        whose |= Q(address_index__of=address)
    rows = MessageChoice.objects.filter(whose, channel=channel, purpose=purpose).order_by("-at", "-pk")
    return rows.values_list("allowed", flat=True).first()


def is_capped(*, channel: str, purpose: str, address: str) -> bool:
    """Whether this address has had, or will get, as many messages of this sort as a day may bring."""
    cap = rules.CAPS.get((channel, purpose))
    if cap is None:
        return False
    since = clock.now() - rules.CAP_PERIOD
    counted = Message.objects.filter(address_index__of=address, channel=channel, purpose=purpose, made_at__gt=since)
    return counted.exclude(state__in=[State.SUPPRESSED, State.FAILED]).count() >= cap


def inbox_of(viewer: Viewer) -> QuerySet[Message]:
    """The messages in this person's inbox, newest first; nobody else's, whatever the grants."""
    if viewer.user_id is None:
        return Message.objects.none()
    mine = Message.objects.filter(user_id=viewer.user_id, channel=Channel.INBOX, erased_at__isnull=True)
    return mine.exclude(state=State.SUPPRESSED).order_by("-made_at", "-pk")


def unread_count(viewer: Viewer) -> int:
    """How many messages in the inbox were not opened; one query, none for an anonymous person."""
    if viewer.user_id is None:
        return 0
    return inbox_of(viewer).filter(read_at__isnull=True).order_by().count()


@dataclass(frozen=True)
class ChoiceLine:
    """One line of the settings page; `reaches` says whether an address for the channel is known."""

    channel: Channel
    purpose: Purpose
    allowed: bool
    reaches: bool

    @property
    def name(self) -> str:
        """The name of its form field."""
        return f"{self.purpose}_{self.channel}"


CHOOSABLE = [
    (Purpose.SERVICE, Channel.SMS), (Purpose.SERVICE, Channel.EMAIL),
    (Purpose.ADVERT, Channel.INBOX), (Purpose.ADVERT, Channel.SMS), (Purpose.ADVERT, Channel.EMAIL),
]  # fmt: skip


def choices_of(user: User) -> list[ChoiceLine]:
    """What this person may choose, and what holds now."""
    lines = []
    for purpose, channel in CHOOSABLE:
        address = address_of(user, channel)
        choice = newest_choice(user_id=user.pk, address=address, channel=channel, purpose=purpose)
        allowed = rules.is_allowed(channel=channel, purpose=purpose, choice=choice)
        lines.append(ChoiceLine(channel, purpose, allowed, bool(address)))
    return lines


@dataclass(frozen=True)
class Tally:
    """How many messages of one kind are in one state for one reason. `since` is when the oldest was made."""

    kind: str
    channel: str
    state: str
    reason: str
    sentence: str
    count: int
    since: datetime

    @property
    def label(self) -> str:
        """The Vietnamese name of the kind."""
        return label_of(self.kind)

    @property
    def channel_label(self) -> str:
        """The channel in words."""
        return str(Channel(self.channel).label)

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it stopped."""
        return self.state in STOPPED

    @property
    def said(self) -> str:
        """One sentence: the state, and what is known of why."""
        state = str(State(self.state).label)
        return f"{state[:1].upper()}{state[1:]}. {self.sentence}".strip()


OPEN = (State.WAITING, State.SENDING)
STOPPED = (State.FAILED, State.UNKNOWN)


def tallies(viewer: Viewer) -> list[Tally]:
    """What waits and what stopped, by kind, channel, state and reason; the stopped first. Nothing for others."""
    if not rules.may_see_messages(viewer):
        return []
    rows = (
        Message.objects.filter(state__in=OPEN + STOPPED)
        .values("kind", "channel", "state", "reason", "sentence")
        .annotate(count=Count("pk"), since=Min("made_at"))
        .order_by("state", "kind", "channel")
    )
    return sorted((Tally(**row) for row in rows), key=lambda tally: not tally.can_be_sent_again)


def outgoing(viewer: Viewer) -> QuerySet[Message]:
    """Everything that went or shall go outside, newest first, for the staff page; empty for everybody else."""
    if not rules.may_see_messages(viewer):
        return Message.objects.none()
    return Message.objects.exclude(channel=Channel.INBOX).order_by("-made_at", "-pk")
