"""The control API's part for what the marketplace does by itself: its tree of goods, its buyers, its messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse

from market.platforms.sandbox.control import control_call, tell
from market.platforms.sandbox.faults import PlanRefused
from market.platforms.sandbox.marketplace import Marketplace
from market.platforms.sandbox.pushes import FAULTS, event, message


def _catalogue(body: Any, marketplace: Marketplace) -> HttpResponse:
    marketplace.catalogue.change(body or {})
    return JsonResponse({"rule_version": marketplace.catalogue.rule_version})


def _order(body: Any, marketplace: Marketplace) -> HttpResponse:
    try:
        placed = marketplace.orders.put(dict(body or {}))
    except (TypeError, ValueError) as refusal:
        raise PlanRefused(str(refusal)) from refusal
    tell(marketplace, "order.changed", placed["id"])
    return JsonResponse(placed)


def _target(body: Any, marketplace: Marketplace) -> HttpResponse:
    address = body.get("url", "") if isinstance(body, dict) else None
    if not isinstance(address, str) or not (address == "" or address.startswith(("http://", "https://"))):
        raise PlanRefused("url is a web address")
    marketplace.postman.address = address
    return HttpResponse(status=204)


def _push(body: Any, marketplace: Marketplace) -> HttpResponse:
    given = body if isinstance(body, dict) else {}
    fault = given.get("fault", "")
    if fault not in FAULTS or not given.get("events"):
        raise PlanRefused(f"events, and a fault of {', '.join(FAULTS)}")
    try:
        events = [
            event(each["kind"], each["subject"], each.get("id", ""), each.get("at", "")) for each in given["events"]
        ]
    except (TypeError, KeyError, AttributeError) as refusal:
        raise PlanRefused(str(refusal)) from refusal
    sent = message(marketplace.key, events, fault)
    for _ in range((2 if fault == "replay" else 1) if given.get("deliver") else 0):
        marketplace.postman.deliver(sent)
    return JsonResponse(sent.shown())


def _answers(body: Any, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"answers": marketplace.postman.answers})


catalogue = control_call(POST=_catalogue)
orders = control_call(POST=_order)
push_target = control_call(POST=_target)
push = control_call(GET=_answers, POST=_push)
