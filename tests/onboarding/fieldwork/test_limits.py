"""What the app lets through for its size is what the intake takes: read from the app's own file, tried on the parsers."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onboarding.intake.envelope import MOST_BYTES, read_envelope
from onboarding.intake.refusals import Invalid

LIMITS = Path(__file__).resolve().parents[3] / "static" / "field" / "limits.js"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC).isoformat()


def most() -> dict[str, int]:
    body = LIMITS.read_text().partition("export const MOST = {")[2].partition("};")[0]
    return {name: eval(value) for name, value in re.findall(r"(\w+): ([\d *]+),", body)}


def line(number: int, words: int = 0) -> dict[str, Any]:
    return {
        "kind": "trees",
        "goods": f"{number}".ljust(words, "x"),
        "area_m2": None,
        "heads": None,
        "season": "",
        "scale": "",
    }


def household(**changes: Any) -> dict[str, Any]:
    facts = {"head_name": "Hộ Một", "phone_owner": "none", **changes.pop("facts", {})}
    return {"kind": "household", "form": "household/1", "facts": facts, "accounts": [], "photos": [], **changes}


def session(**changes: Any) -> dict[str, Any]:
    return {"kind": "session", "form": "session/1", "held_at": NOW, "topics": [], "households": [], **changes}


def shops(count: int, link: int = 0) -> list[dict[str, str]]:
    return [{"platform": f"san{number}", "link": "x" * link, "seller_id": ""} for number in range(count)]


SIZED: dict[str, Callable[[int], dict[str, Any]]] = {
    "photos": lambda size: household(photos=[f"{number:064x}" for number in range(size)]),
    "lines": lambda size: household(facts={"production": [line(number) for number in range(size)]}),
    "shops": lambda size: household(accounts=shops(size)),
    "attending": lambda size: session(households=[str(uuid.uuid4()) for _ in range(size)], others=1),
    "others": lambda size: session(others=size),
    "name": lambda size: household(facts={"head_name": "ộ" * size}),
    "sellingName": lambda size: household(selling_name="ộ" * size),
    "words": lambda size: household(facts={"production": [line(1, size)]}),
    "link": lambda size: household(accounts=shops(1, size)),
    "note": lambda size: session(others=1, note="ộ" * size),
}


def takes(body: dict[str, Any]) -> bool:
    frame = {
        "v": 1, "submission": str(uuid.uuid4()), "record": str(uuid.uuid4()), "op": "create", "sequence": 1,
        "device": str(uuid.uuid4()), "hamlet": 1, "entered_by": 1, "entered_at": NOW,
    }  # fmt: skip
    try:
        read_envelope(json.dumps(frame | body).encode())
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("what", SIZED)
def test_the_app_stops_exactly_where_the_server_does(what: str) -> None:
    limit = most()[what]
    assert takes(SIZED[what](limit))
    assert not takes(SIZED[what](limit + 1))


def test_every_limit_of_the_app_is_tried() -> None:
    assert set(most()) == {*SIZED, "envelope"}
    assert most()["envelope"] == MOST_BYTES
