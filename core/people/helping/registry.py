"""What else an account opens, besides the work of its grants. Upper slices say so: memberships, orders."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists

from core.people.models import Role
from core.people.queries import Viewer

# Nobody with a smaller area helps a person who holds more than grants.
WIDE = (Role.NATIONAL, Role.PROVINCE)

# A condition on User (OuterRef("pk") is the person): they hold something that this viewer's wide area does not cover.
Beyond = Callable[[Viewer], Exists]

_holdings: dict[str, Beyond] = {}


def register_holding(name: str, beyond: Beyond) -> None:
    """Add a kind of thing that people hold, under its table's name; called from `ready()`."""
    _holdings[name] = beyond


def beyond_reach(viewer: Viewer) -> list[Exists]:
    """The conditions under any of which only an operator may help a person."""
    return [beyond(viewer) for beyond in _holdings.values()]
