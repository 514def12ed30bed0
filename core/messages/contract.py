"""What a way of sending must do: one message, through one channel, with an answer that says what to do next.

An adapter never raises for troubles of the outside world; it answers. The four answers are all the engine knows:

- accepted: the other side has taken the message over (it may still not reach the person);
- refused: it will never be taken (unknown number, wrong template, our account closed): trying again cannot help;
- later: it was surely not taken, trying again may help;
- unknown: it left, and the answer did not come: the person may have got it, so a repeat may disturb and cost twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.db import models


class Channel(models.TextChoices):
    """The ways to a person."""

    INBOX = "inbox", "hộp thư ở đây"
    SMS = "sms", "tin nhắn SMS"
    EMAIL = "email", "thư điện tử"


class Purpose(models.TextChoices):
    """Why a message is sent; it decides about opt-in, quiet hours and caps (Decree 91/2020/NĐ-CP)."""

    SERVICE = "service", "việc của bạn"
    SIGN_IN = "sign_in", "mã đăng nhập"
    ADVERT = "advert", "giới thiệu, khuyến mại"


class Outcome(StrEnum):
    """What became of one try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SendResult:
    """The answer of one try.

    `sentence` is Vietnamese, for the operator, without number, address or text of the message; `code` is the
    provider's own word for it; `provider_id` its number of the message; `pause` the seconds it asks us to wait.
    """

    outcome: Outcome
    sentence: str
    code: str = ""
    provider_id: str = ""
    pause: float | None = None


@dataclass(frozen=True)
class AdapterFlags:
    """What the engine may count on. `is_local`: delivered by being written here. `drops_repeats`: a second call with
    the same reference within a day reaches nobody, so an unknown outcome may be asked again."""

    is_local: bool = False
    drops_repeats: bool = False


class MessageAdapter(Protocol):
    """One way to send."""

    @property
    def flags(self) -> AdapterFlags:
        """What this way can do."""
        ...

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        """Send once. `to` is an E.164 phone, an e-mail address, or a user's number for the inbox; `reference` is ours,
        the same for every try of one message."""
        ...


_factories: dict[str, Callable[[], MessageAdapter]] = {}
OFF = "off"


def register_message_adapter(code: str, make: Callable[[], MessageAdapter]) -> None:
    """Add an adapter under the word that settings use for it; called from `ready()`."""
    _factories[code] = make


def adapter_for(channel: str) -> MessageAdapter | None:
    """The adapter that settings choose for a channel; None when the channel is switched off."""
    code = settings.MESSAGE_ADAPTERS.get(channel, OFF)
    return None if code == OFF else _factories[code]()
