"""The facts of a household as plain data: what the field app, an import and the desk all hand to the same actions.

Whoever builds them has parsed them: phones are E.164, a personal ID twelve digits, areas square metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.places.models import Hamlet


@dataclass(frozen=True, order=True)
class ProductionFacts:
    """One line of production; `area_m2` square metres, `heads` animals; None: not said. `scale` only when said in words."""

    kind: str
    goods: str = ""
    area_m2: int | None = None
    heads: int | None = None
    season: str = ""
    scale: str = ""


@dataclass(frozen=True)
class HouseholdFacts:
    """Everything the register holds about a household. `personal_id` is twelve digits or "" and is stored as a hash only;
    None means never asked."""

    head_name: str
    hamlet: Hamlet
    phone: str = ""
    phone_owner: str = "unknown"
    production: tuple[ProductionFacts, ...] = ()
    has_business_registration: bool | None = None
    personal_id: str = ""
    tax_code: str = ""
    bank_bin: str = ""
    bank_account: str = ""
    sex: str = ""
    birth_year: int | None = None
    has_bank_account: bool | None = None
    has_e_wallet: bool | None = None
    has_e_identity: bool | None = None
    has_payment_qr: bool | None = None


FACTS = tuple(each.name for each in fields(HouseholdFacts))
# What a verifier looked at: a change of one of these ends the verification.
VERIFIED_FACTS = frozenset({"head_name", "hamlet", "phone", "phone_owner", "production", "personal_id"})
# Never written into the trail; a change is noted as "changed".
HIDDEN_FACTS = frozenset({"phone", "personal_id", "tax_code", "bank_account"})

Changes = Mapping[str, Any]  # fact name → new value, as in HouseholdFacts
