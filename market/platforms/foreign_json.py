"""Typed reading of a platform's JSON: whatever is not as documented raises ContractBroken, nothing is guessed. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from market.platforms.contract import ContractBroken, kept_text

# More than any platform takes of anything: what is longer differs from ours all the same.
TEXT_LIMIT = 200_000


def json_of(body: bytes) -> Any:
    """The JSON in an answer. Raises ContractBroken."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ContractBroken(f"no JSON: {body[:80]!r}") from error


def json_if_any(body: bytes) -> Any:
    """The JSON in an answer, None where it holds none: for refusals, which may be anything."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def object_of(value: Any, name: str) -> dict[str, Any]:
    """The object that this is. Raises ContractBroken."""
    if not isinstance(value, dict):
        raise ContractBroken(f"{name} is no object")
    return value


def object_in(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under this name. Raises ContractBroken."""
    return object_of(value.get(name), name)


def objects_in(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under this name. Raises ContractBroken."""
    items = value.get(name)
    if not isinstance(items, list):
        raise ContractBroken(f"{name} is no list")
    return [object_of(item, name) for item in items]


def texts_in(value: Mapping[str, Any], name: str) -> list[str]:
    """The list of texts under this name. Raises ContractBroken."""
    items = value.get(name)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ContractBroken(f"{name} is no list of texts")
    return [kept_text(item, TEXT_LIMIT) for item in items]


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


def number_between(value: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """The whole number under this name, within its bounds. Raises ContractBroken."""
    number = number_in(value, name)
    if not least <= number <= most:
        raise ContractBroken(f"{name} {number}")
    return number


def flag_in(value: Mapping[str, Any], name: str) -> bool:
    """What is true or false under this name. Raises ContractBroken."""
    flag = value.get(name)
    if not isinstance(flag, bool):
        raise ContractBroken(f"{name} is neither true nor false")
    return flag


def moment_in(value: Mapping[str, Any], name: str) -> datetime:
    """The time under this name, in UTC. Raises ContractBroken."""
    try:
        moment = datetime.fromisoformat(text_in(value, name))
        if moment.tzinfo is None:
            raise ContractBroken(f"{name} has no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractBroken(f"{name} is no time") from error
