"""Kinds of messages: this slice owns the contract, the slices that have something to say register their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.messages.contract import Channel, Purpose


@dataclass(frozen=True)
class MessageKind:
    """What can be said.

    `templates` maps channels to Django text templates, in the order of preference: the inbox, when named, always keeps
    a copy; of the other channels the first one that reaches the person and is allowed by them is used.
    Inbox and e-mail templates begin with the title on their first line. `urgent` breaks the night's rest.
    """

    code: str
    label: str
    purpose: Purpose
    templates: Mapping[Channel, str]
    urgent: bool = False


_kinds: dict[str, MessageKind] = {}


def register_message_kind(kind: MessageKind) -> None:
    """Add a kind under its dotted code ("order.paid"); called from `ready()`.

    Raises ValueError for a sign-in code outside SMS: it would stay readable in an inbox.
    """
    if kind.purpose == Purpose.SIGN_IN and set(kind.templates) != {Channel.SMS}:
        raise ValueError("a sign-in code goes by SMS only")
    _kinds[kind.code] = kind


def message_kind(code: str) -> MessageKind:
    """The kind of this code. Raises KeyError."""
    return _kinds[code]


def find_kind(code: str) -> MessageKind | None:
    """The kind of this code; None for one that this version no longer has."""
    return _kinds.get(code)


def message_kinds() -> list[MessageKind]:
    """All kinds, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def label_of(code: str) -> str:
    """The Vietnamese name of a kind; one that is no longer registered keeps its code."""
    found = find_kind(code)
    return found.label if found else code
