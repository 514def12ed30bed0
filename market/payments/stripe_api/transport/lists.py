"""Lists: newest first, by pages that begin after or end before an object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet

from market.payments.stripe_api.models import ApiObject
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.params import Between, Page
from market.payments.stripe_api.transport.problems import Problem, missing

M = TypeVar("M", bound=ApiObject)
Shape = dict[str, Any]
_SECOND = timedelta(seconds=1)


def own(caller: Caller, model: type[M]) -> QuerySet[M]:
    """The rows of this application in this mode."""
    return model._default_manager.filter(application_id=caller.application.pk, is_live=caller.is_live)


def found(caller: Caller, model: type[M], public_id: str, *, name: str, param: str = "id", lock: bool = False) -> M:
    """This object of the caller's; locked until the end of the transaction if it is about to change. Raises Problem (404)."""
    rows = own(caller, model)
    if lock:
        rows = rows.select_for_update()
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise missing(name, param, public_id)
    return row


def page_of(
    caller: Caller, rows: QuerySet[M], asked: Page, *, url: str, name: str, shaped: Callable[[Sequence[M]], list[Shape]]
) -> Shape:
    """One page of these rows (of the caller's) as Stripe's list object; `url` is where it stands, `name` what an object of it is
    called. Raises Problem."""
    if not 1 <= asked.limit <= 100:
        raise Problem("Invalid limit: between 1 and 100.", param="limit", code="parameter_invalid_integer")
    if asked.starting_after and asked.ending_before:
        raise Problem(
            "You cannot specify both starting_after and ending_before.",
            param="ending_before",
            code="parameter_invalid_value",
        )
    if asked.created:
        rows = rows.filter(**_between(asked.created))
    if asked.ending_before:
        later = rows.filter(pk__gt=_place(caller, rows.model, asked.ending_before, name, "ending_before")).order_by(
            "pk"
        )
        taken = list(later[: asked.limit + 1])
        shown = taken[: asked.limit][::-1]
    else:
        if asked.starting_after:
            rows = rows.filter(pk__lt=_place(caller, rows.model, asked.starting_after, name, "starting_after"))
        taken = list(rows.order_by("-pk")[: asked.limit + 1])
        shown = taken[: asked.limit]
    return {"object": "list", "url": url, "has_more": len(taken) > asked.limit, "data": shaped(shown)}


def _place(caller: Caller, model: type[M], public_id: str, name: str, param: str) -> int:
    # Among all of the caller's, not only those that fit the filters: an object may have changed since the page before.
    place = own(caller, model).filter(public_id=public_id).values_list("pk", flat=True).first()
    if place is None:
        raise Problem(f"No such {name}: '{public_id[:80]}'", code="resource_missing", param=param)
    return int(place)


def _between(asked: Between) -> dict[str, Any]:
    """Times are kept to the microsecond and told to the second."""
    found: dict[str, Any] = {}
    if asked.gte:
        found["made_at__gte"] = asked.gte
    if asked.gt:
        found["made_at__gte"] = asked.gt.replace(microsecond=0) + _SECOND
    if asked.lte:
        found["made_at__lt"] = asked.lte.replace(microsecond=0) + _SECOND
    if asked.lt:
        found["made_at__lt"] = asked.lt
    return found
