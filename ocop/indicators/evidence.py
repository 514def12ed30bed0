"""The rows behind a number, each with what proves on which side it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.places.models import Hamlet
from ocop.certificates.models import Certificate
from ocop.certificates.queries import speaking_certificate, with_certificates
from ocop.certificates.rules import State
from ocop.certificates.wording import state_kind, state_word, until_words
from ocop.indicators.households import ACTIVE_DAYS, AccountEvidence, accounts_of
from ocop.indicators.queries import sides_of
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, STALLS, Indicator
from ocop.presence.queries import Seen, seen_on_platforms
from ocop.register.models import OcopProduct
from ocop.register.queries import place_words
from onboarding.accounts.doings import Doing, doings_of
from onboarding.households.models import Household
from onboarding.markets.models import Stall
from onboarding.markets.queries.states import StallState, stall_states
from onboarding.teams.queries import assignments_in_force


@dataclass(frozen=True)
class ProductRow:
    """A product with the certificate that speaks for it and what was seen of it on platforms."""

    product: OcopProduct
    sides: list[str]
    certificate: Certificate | None
    state: State
    pages: list[Seen]

    @property
    def place(self) -> str:
        """Where it is made."""
        return place_words(self.product)

    @property
    def state_word(self) -> str:
        """The certificate's state in words."""
        return state_word(self.state)

    @property
    def state_kind(self) -> str:
        """The tone of the state."""
        return state_kind(self.state)

    @property
    def until(self) -> str:
        """Until when the certificate holds, as exactly as known."""
        return until_words(self.certificate) if self.certificate else ""


@dataclass(frozen=True)
class HouseholdRow:
    """A household with its accounts."""

    household: Household
    sides: list[str]
    accounts: list[AccountEvidence]
    is_phone_shared: bool = False
    doings: list[Doing] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Hamlet and commune."""
        return f"{self.household.hamlet}, {self.household.commune}"


@dataclass(frozen=True)
class HamletRow:
    """A hamlet with the team that looks after it ("": none)."""

    hamlet: Hamlet
    sides: list[str]
    team: str
    is_team_active: bool

    @property
    def place(self) -> str:
        """Its commune."""
        return str(self.hamlet.commune)


@dataclass(frozen=True)
class StallRow:
    """A stall with how its code stands and what it told; who holds it is the commune's matter."""

    stall: Stall
    sides: list[str]
    state: StallState

    @property
    def place(self) -> str:
        """Its market and commune."""
        return f"{self.stall.market}, {self.stall.market.commune}"


Row = ProductRow | HouseholdRow | HamletRow | StallRow


def product_rows(products: Sequence[OcopProduct], on: date) -> list[ProductRow]:
    """Products (their certificates read along) with their evidence; sides only if they come from `rows_on`."""
    seen = seen_on_platforms([product.pk for product in products], on)
    rows = []
    for product in products:
        paper, state = speaking_certificate(product.certificates.all(), on)
        sides = sides_of(product) if hasattr(product, "in_missing") else []
        rows.append(ProductRow(product, sides, paper, state, seen.get(product.pk, [])))
    return rows


def evidence_rows(indicator: Indicator, rows: Any, on: date) -> Sequence[Row]:
    """The rows of a sliced `rows_on` with their evidence, in a fixed number of queries."""
    if indicator.subject is HOUSEHOLDS:
        return _household_rows(indicator, rows, on)
    if indicator.subject is HAMLETS:
        return _hamlet_rows(rows, on)
    if indicator.subject is STALLS:
        return _stall_rows(rows, on)
    products = with_certificates(rows.select_related("unit", "unit__parent"))
    return product_rows(list(products), on)


def _household_rows(indicator: Indicator, rows: Any, on: date) -> list[HouseholdRow]:
    households = list(rows.select_related("hamlet", "commune"))
    ids = [household.pk for household in households]
    accounts = accounts_of(ids, on)
    doings = doings_of(ids, on, ACTIVE_DAYS) if indicator.code in {"I1c", "I1d"} else {}
    return [
        HouseholdRow(each, sides_of(each), accounts.get(each.pk, []), each.is_phone_shared, doings.get(each.pk, []))
        for each in households
    ]


def _hamlet_rows(rows: Any, on: date) -> list[HamletRow]:
    hamlets = list(rows.select_related("commune"))
    assigned = assignments_in_force(on).filter(hamlet__in=[each.pk for each in hamlets])
    teams = dict(assigned.values_list("hamlet_id", "team__name"))
    return [HamletRow(each, sides_of(each), teams.get(each.pk, ""), each.has_active_team) for each in hamlets]


def _stall_rows(rows: Any, on: date) -> list[StallRow]:
    stalls = list(rows.select_related("market__commune"))
    states = stall_states([each.pk for each in stalls], on)
    return [StallRow(each, sides_of(each), states[each.pk]) for each in stalls]
