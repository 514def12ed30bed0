"""Typed reading of oscarapi's JSON: whatever is not as known raises ContractBroken. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from market.platforms.contract import ContractBroken, kept_text

# More than the shop takes of anything: what is longer differs from ours all the same.
TEXT_LIMIT = 200_000
NUMBER_MOST = 10**12


def json_of(body: bytes) -> Any:
    """The JSON in an answer. Raises ContractBroken."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ContractBroken(f"no JSON: {body[:80]!r}") from error


def object_of(value: Any, name: str) -> dict[str, Any]:
    """The object that this is. Raises ContractBroken."""
    if not isinstance(value, dict):
        raise ContractBroken(f"{name} is no object")
    return value


def objects_in(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under this name. Raises ContractBroken."""
    items = value.get(name)
    if not isinstance(items, list):
        raise ContractBroken(f"{name} is no list")
    return [object_of(item, name) for item in items]


def text_in(value: Mapping[str, Any], name: str) -> str:
    """The text under this name, cut far beyond what it may be. Raises ContractBroken."""
    text = value.get(name)
    if not isinstance(text, str):
        raise ContractBroken(f"{name} is no text")
    return kept_text(text, TEXT_LIMIT)


def number_in(value: Mapping[str, Any], name: str) -> int:
    """The whole number under this name. Raises ContractBroken."""
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise ContractBroken(f"{name} is no whole number")
    return number


def moment_in(value: Mapping[str, Any], name: str) -> datetime:
    """The time under this name, in UTC. Raises ContractBroken."""
    try:
        moment = datetime.fromisoformat(text_in(value, name))
        if moment.tzinfo is None:
            raise ContractBroken(f"{name} has no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractBroken(f"{name} is no time") from error


def money_in(value: Mapping[str, Any], name: str) -> Decimal:
    """The amount under this name, written as a decimal. Raises ContractBroken."""
    try:
        amount = Decimal(text_in(value, name))
    except InvalidOperation as error:
        raise ContractBroken(f"{name} is no amount") from error
    if not amount.is_finite() or not 0 <= amount <= NUMBER_MOST:
        raise ContractBroken(f"{name} {amount}")
    return amount


def whole_dong(amount: Decimal) -> int:
    """In whole đồng: there is nothing smaller."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def path_of(address: str) -> str:
    """The path within the API of an address that the shop names: its host is whatever it thinks it is called. Raises ContractBroken."""
    found = re.search(r"/api(/[\w/-]+/)$", address)
    if found is None:
        raise ContractBroken(f"address {address[:80]!r}")
    return "/api" + found[1]


def number_of(address: str) -> int:
    """The number at the end of an address. Raises ContractBroken."""
    found = re.search(r"/([0-9]{1,15})/$", address)
    if found is None:
        raise ContractBroken(f"address {address[:80]!r}")
    return int(found[1])
