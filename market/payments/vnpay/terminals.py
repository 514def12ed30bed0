"""VNPAY's terminals: the one that takes money, and the one for trials of connected applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from market.payments.models import Payment


class NoTerminal(Exception):
    """There is none for this: `VNPAY_TMN_CODE`, or for trials `VNPAY_TEST_TMN_CODE`, is not set."""


@dataclass(frozen=True)
class Terminal:
    """One terminal and where its gateway stands. `allow_private`: only of a double."""

    tmn_code: str
    hash_secret: str
    pay_url: str
    api_url: str
    allow_private: bool


def terminal_of(payment: Payment) -> Terminal:
    """Where this payment is made. Raises NoTerminal."""
    found = _live() if payment.is_live else _test()
    if found is None or not found.tmn_code:
        raise NoTerminal
    return found


def has_test_terminal() -> bool:
    """Whether applications can make trials here."""
    return _test() is not None


def has_live_terminal() -> bool:
    """Whether real money can be taken here."""
    return bool(_live().tmn_code)


def signing_terminals() -> list[Terminal]:
    """Those whose secrets may have signed what arrives: one, where both modes share it (the double)."""
    live, test = _live(), _test()
    return [live] if test is None or test == live else [live, test]


def modes_of(terminal: Terminal) -> tuple[bool, ...]:
    """What it may speak of: live payments (True), trials (False), or both where they share it."""
    return tuple(is_live for is_live, other in ((True, _live()), (False, _test())) if other == terminal)


def _live() -> Terminal:
    return _read(settings.VNPAY)


def _test() -> Terminal | None:
    # Unset means: as the live one, which is right only while that is a double.
    values = settings.VNPAY_TEST or (settings.VNPAY if settings.VNPAY["allow_private"] else None)
    return _read(values) if values else None


def _read(values: Mapping[str, Any]) -> Terminal:
    return Terminal(
        values["tmn_code"], values["hash_secret"], values["pay_url"], values["api_url"], values["allow_private"]
    )
