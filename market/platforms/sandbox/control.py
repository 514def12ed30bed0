"""The control API for tests and demonstrations: open on the loopback address only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from market.platforms.sandbox.api import body_of, error, shown
from market.platforms.sandbox.faults import PlanRefused
from market.platforms.sandbox.intake import Refused
from market.platforms.sandbox.listing import BLOCKED, ON_SALE, REFUSED
from market.platforms.sandbox.marketplace import Marketplace, marketplace_of
from market.platforms.sandbox.pushes import event, message

DECISIONS = {"approve": ON_SALE, "reject": REFUSED, "suspend": BLOCKED}


def tell(marketplace: Marketplace, kind: str, subject: str) -> None:
    """Send the seller one hint, if there is somewhere to send it."""
    if marketplace.postman.address:
        marketplace.postman.deliver(message(marketplace.key, [event(kind, subject)]))


def control_call(**methods: Callable[[Any, Marketplace], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for whoever runs the test; `methods` take the JSON body (None for GET) and the marketplace."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        marketplace = marketplace_of(request)
        handler = methods.get(request.method or "")
        if handler is None or not marketplace.has_control:
            raise Http404
        try:
            return handler(body_of(request) if request.body else None, marketplace)
        except (Refused, PlanRefused) as refusal:
            return error(422, "invalid", str(refusal))

    return view


def _health(body: Any, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"status": "ok", "simulation": True, "listings": marketplace.store.count()})


def _reset(body: Any, marketplace: Marketplace) -> HttpResponse:
    marketplace.reset()
    return HttpResponse(status=204)


def _listings(body: Any, marketplace: Marketplace) -> HttpResponse:
    found = marketplace.store.listings(size=10_000)
    return JsonResponse({"items": [shown(listing) for listing in found]})


def _load_faults(body: Any, marketplace: Marketplace) -> HttpResponse:
    if not isinstance(body, dict):
        raise PlanRefused("a plan is a JSON object")
    return JsonResponse({"faults": marketplace.faults.load(body)})


def _clear_faults(body: Any, marketplace: Marketplace) -> HttpResponse:
    marketplace.faults.clear()
    return HttpResponse(status=204)


def _calls(body: Any, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"items": list(marketplace.faults.calls)})


def _counts(body: Any, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse(dict(marketplace.faults.counts))


def _habits(body: Any, marketplace: Marketplace) -> HttpResponse:
    try:
        marketplace.habits.change(body or {})
    except (ValueError, AttributeError) as refusal:
        raise PlanRefused(str(refusal)) from refusal
    marketplace.limiter.clear()
    return JsonResponse(asdict(marketplace.habits))


def _tokens(body: Any, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"exchanges": marketplace.tokens.exchanges})


def _expire_tokens(body: Any, marketplace: Marketplace) -> HttpResponse:
    marketplace.tokens.expire()
    return HttpResponse(status=204)


def _review(body: Any, marketplace: Marketplace) -> HttpResponse:
    if not isinstance(body, dict) or body.get("decision") not in DECISIONS:
        return error(422, "invalid", f"decision is one of {', '.join(DECISIONS)}")
    if not isinstance(body.get("id"), int):
        return error(422, "invalid", "id is a number")
    reviewed = marketplace.store.review(body["id"], DECISIONS[body["decision"]], body.get("reasons", []))
    if reviewed is None:
        return error(404, "not_found", "Không có tin này.")
    tell(marketplace, "listing.changed", str(reviewed.id))
    return JsonResponse(shown(reviewed))


health = control_call(GET=_health)
reset = control_call(POST=_reset)
listings = control_call(GET=_listings)
faults = control_call(POST=_load_faults, DELETE=_clear_faults)
calls = control_call(GET=_calls)
counts = control_call(GET=_counts)
habits = control_call(POST=_habits)
tokens = control_call(GET=_tokens, DELETE=_expire_tokens)
review = control_call(POST=_review)
