"""The marketplace as one object, handed to the views with each request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.http import HttpRequest

from market.platforms.sandbox.catalogue import Catalogue
from market.platforms.sandbox.faults import FaultPlan
from market.platforms.sandbox.habits import Habits, Limiter
from market.platforms.sandbox.orders import OrderBook
from market.platforms.sandbox.pushes import Postman
from market.platforms.sandbox.store import Store
from market.platforms.sandbox.tokens import Tokens
from market.platforms.sandbox.whims import Whims

ENVIRON_NAME, WHIMS_NAME = "sandbox.marketplace", "sandbox.whims"


@dataclass
class Marketplace:
    """Its memory (listings and orders), its habits and troubles, the seller's key, and whether the control API is open."""

    store: Store
    orders: OrderBook
    key: str = field(repr=False)
    start: Habits = field(default_factory=Habits)
    faults: FaultPlan = field(default_factory=FaultPlan)
    tokens: Tokens = field(default_factory=Tokens)
    limiter: Limiter = field(default_factory=Limiter)
    catalogue: Catalogue = field(default_factory=Catalogue)
    postman: Postman = field(default_factory=Postman)
    has_control: bool = True

    def __post_init__(self) -> None:
        self.habits = replace(self.start)

    def reset(self) -> None:
        """As on the first day."""
        self.store.reset()
        self.orders.reset()
        self.catalogue.clear()
        self.postman.clear()
        self.faults.clear()
        self.tokens.clear()
        self.limiter.clear()
        self.habits = replace(self.start)


def marketplace_of(request: HttpRequest) -> Marketplace:
    """The marketplace that this request came to."""
    found = request.META[ENVIRON_NAME]
    assert isinstance(found, Marketplace)
    return found


def whims_of(request: HttpRequest) -> Whims:
    """What is at work during this request."""
    found = request.META.get(WHIMS_NAME)
    return found if isinstance(found, Whims) else Whims()
