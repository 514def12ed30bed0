"""The marketplace as one object, handed to the views with each request."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest

from market.platforms.sandbox.faults import FaultPlan
from market.platforms.sandbox.store import Store

ENVIRON_NAME = "sandbox.marketplace"


@dataclass(frozen=True)
class Marketplace:
    """Its memory, its troubles, the seller's key, and whether the control API is open."""

    store: Store
    key: str = field(repr=False)
    faults: FaultPlan = field(default_factory=FaultPlan)
    has_control: bool = True


def marketplace_of(request: HttpRequest) -> Marketplace:
    """The marketplace that this request came to."""
    found = request.META[ENVIRON_NAME]
    assert isinstance(found, Marketplace)
    return found
