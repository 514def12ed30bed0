"""`expand`: objects in place of their ids, each kind of them with one query however many there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from market.payments.stripe_api.resources.loading import (
    charges_by_id,
    customers_by_id,
    intents_by_id,
    lines_by_session,
    methods_by_id,
)
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.problems import Problem

Shape = dict[str, Any]
Loader = Callable[[Caller, Collection[str]], Mapping[str, Shape]]
DEEPEST, MOST = 4, 20
# What a property leads to, and who brings it. A path is checked by this alone, so that it is refused for a null as well.
_LEADS: dict[tuple[str, str], tuple[str, Loader]] = {
    ("payment_intent", "latest_charge"): ("charge", charges_by_id),
    ("payment_intent", "customer"): ("customer", customers_by_id),
    ("payment_intent", "payment_method"): ("payment_method", methods_by_id),
    ("charge", "payment_intent"): ("payment_intent", intents_by_id),
    ("charge", "customer"): ("customer", customers_by_id),
    ("refund", "charge"): ("charge", charges_by_id),
    ("refund", "payment_intent"): ("payment_intent", intents_by_id),
    ("checkout.session", "payment_intent"): ("payment_intent", intents_by_id),
    ("checkout.session", "customer"): ("customer", customers_by_id),
    ("checkout.session", "line_items"): ("list", lines_by_session),
}
# What a list holds, by its address.
_LISTS = {
    "/v1/payment_intents": "payment_intent",
    "/v1/charges": "charge",
    "/v1/refunds": "refund",
    "/v1/checkout/sessions": "checkout.session",
}


def expand(caller: Caller, root: Shape, paths: list[str]) -> Shape:
    """The object with what these paths name in full. Raises Problem."""
    if len(paths) > MOST:
        raise Problem(f"You can expand at most {MOST} properties.", param="expand")
    for place, path in enumerate(paths):
        _expand(caller, root, path, f"expand[{place}]")
    return root


def _expand(caller: Caller, root: Shape, path: str, param: str) -> None:
    parts, nodes, kind = path.split("."), [root], str(root.get("object", ""))
    if kind == "list":
        if parts[0] != "data" or len(parts) == 1:
            raise _cannot(path, param)
        parts, nodes, kind = parts[1:], list(root["data"]), _LISTS.get(root["url"], "")
    if len(parts) > DEEPEST:
        raise Problem("You cannot expand more than 4 levels of a property.", param=param)
    steps = []
    for part in parts:
        if (kind, part) not in _LEADS:
            raise _cannot(path, param)
        kind, loader = _LEADS[kind, part]
        steps.append((part, loader))
    for part, loader in steps:
        nodes = _step(caller, nodes, part, loader)


def _step(caller: Caller, nodes: list[Shape], part: str, loader: Loader) -> list[Shape]:
    by_own_id = part == "line_items"
    wanted = {node["id"] if by_own_id else node[part] for node in nodes if by_own_id or isinstance(node.get(part), str)}
    found = loader(caller, wanted) if wanted else {}
    further = []
    for node in nodes:
        key = node["id"] if by_own_id else node.get(part)
        if isinstance(key, str) and key in found:
            node[part] = dict(found[key])
        if isinstance(node.get(part), dict):
            further.append(node[part])
    return further


def _cannot(path: str, param: str) -> Problem:
    return Problem(f"This property cannot be expanded ({path[:80]}).", param=param)
