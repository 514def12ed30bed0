"""The rows behind a number, each with what proves on which side it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ocop.certificates.models import Certificate
from ocop.certificates.queries import speaking_certificate, with_certificates
from ocop.certificates.rules import State
from ocop.certificates.wording import state_kind, state_word, until_words
from ocop.indicators.households import AccountEvidence, accounts_of
from ocop.indicators.queries import sides_of
from ocop.indicators.registry import HOUSEHOLDS, Indicator
from ocop.presence.queries import Seen, seen_on_platforms
from ocop.register.models import OcopProduct
from ocop.register.queries import place_words
from onboarding.households.models import Household


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

    @property
    def place(self) -> str:
        """Hamlet and commune."""
        return f"{self.household.hamlet}, {self.household.commune}"


def product_rows(products: Sequence[OcopProduct], on: date) -> list[ProductRow]:
    """Products (their certificates read along) with their evidence; sides only if they come from `rows_on`."""
    seen = seen_on_platforms([product.pk for product in products], on)
    rows = []
    for product in products:
        paper, state = speaking_certificate(product.certificates.all(), on)
        sides = sides_of(product) if hasattr(product, "in_missing") else []
        rows.append(ProductRow(product, sides, paper, state, seen.get(product.pk, [])))
    return rows


def evidence_rows(indicator: Indicator, rows: Any, on: date) -> list[ProductRow] | list[HouseholdRow]:
    """The rows of a sliced `rows_on` with their evidence, in a fixed number of queries."""
    if indicator.subject is HOUSEHOLDS:
        households = list(rows.select_related("hamlet", "commune"))
        accounts = accounts_of([household.pk for household in households], on)
        return [
            HouseholdRow(each, sides_of(each), accounts.get(each.pk, []), each.is_phone_shared) for each in households
        ]
    products = with_certificates(rows.select_related("unit", "unit__parent"))
    return product_rows(list(products), on)
