"""Which request does what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.payments.stripe_api.transport.params import Params
from market.payments.stripe_api.transport.problems import Problem

Shape = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """One request of Stripe's reference. `do` runs in one transaction and gives the answer's object; `first`, if there is one,
    before it and outside of any: what has to ask another server."""

    method: str
    path: str
    params: type[Params]
    do: Callable[..., Shape]
    first: Callable[..., None] | None = None

    def ids(self, path: str) -> list[str] | None:
        """What stands for `{id}` in this address; None where it is another one."""
        match = re.fullmatch(self.path.replace("{id}", "([A-Za-z0-9_]{1,120})"), path)
        return None if match is None else list(match.groups())


@dataclass(frozen=True)
class Found:
    """A request's route and the ids in its address."""

    route: Route
    ids: list[str]


def find(routes: list[Route], method: str, path: str) -> Found:
    """Raises Problem: 404 for an address that is none, 405 for another method."""
    allowed = []
    for route in routes:
        ids = route.ids(path)
        if ids is not None and route.method == method:
            return Found(route, ids)
        if ids is not None:
            allowed.append(route.method)
    shown = f"/v1/{path}"[:120]
    if allowed:
        raise Problem(
            f"Invalid method for this URL ({method}: {shown}); it takes {' or '.join(sorted(set(allowed)))}.",
            status=405,
            more={"allowed": sorted(set(allowed))},
        )
    raise Problem(f"Unrecognized request URL ({method}: {shown}).", status=404)
