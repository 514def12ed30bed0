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
_LOADERS: dict[tuple[str, str], Loader] = {
    ("payment_intent", "latest_charge"): charges_by_id,
    ("payment_intent", "customer"): customers_by_id,
    ("payment_intent", "payment_method"): methods_by_id,
    ("charge", "payment_intent"): intents_by_id,
    ("charge", "customer"): customers_by_id,
    ("refund", "charge"): charges_by_id,
    ("refund", "payment_intent"): intents_by_id,
    ("checkout.session", "payment_intent"): intents_by_id,
    ("checkout.session", "customer"): customers_by_id,
    ("checkout.session", "line_items"): lines_by_session,
}


def expand(caller: Caller, root: Shape, paths: list[str]) -> Shape:
    """The object with what these paths name in full. Raises Problem."""
    if len(paths) > MOST:
        raise Problem(f"You can expand at most {MOST} properties.", param="expand")
    for place, path in enumerate(paths):
        _expand(caller, root, path, f"expand[{place}]")
    return root


def _expand(caller: Caller, root: Shape, path: str, param: str) -> None:
    parts = path.split(".")
    nodes = [root]
    if root.get("object") == "list":
        if parts[0] != "data":
            raise _cannot(path, param)
        parts, nodes = parts[1:], list(root["data"])
        if not parts:
            raise _cannot(path, param)
    if len(parts) > DEEPEST:
        raise Problem("You cannot expand more than 4 levels of a property.", param=param)
    for part in parts:
        nodes = _step(caller, nodes, part, path, param)


def _step(caller: Caller, nodes: list[Shape], part: str, path: str, param: str) -> list[Shape]:
    if not nodes:
        return []
    loader = _LOADERS.get((nodes[0].get("object", ""), part))
    if loader is None:
        raise _cannot(path, param)
    by_own_id = part == "line_items"
    wanted = {node["id"] if by_own_id else node[part] for node in nodes if by_own_id or isinstance(node.get(part), str)}
    found = loader(caller, wanted) if wanted else {}
    further = []
    for node in nodes:
        key = node["id"] if by_own_id else node[part]
        if isinstance(key, str) and key in found:
            node[part] = dict(found[key])
        if isinstance(node.get(part), dict):
            further.append(node[part])
    return further


def _cannot(path: str, param: str) -> Problem:
    return Problem(f"This property cannot be expanded ({path[:80]}).", param=param)
