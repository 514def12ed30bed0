"""What two households say differently, in groups that are chosen together: a phone with whose it is, an account with its
bank. Only reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.kit import phones
from onboarding.households.actions import production_of
from onboarding.households.models import Household
from onboarding.households.wording import fact_label, fact_words
from onboarding.matching.rules.likeness import is_same_name

KEEP, OTHER = "keep", "other"

# Groups of columns of Household, in the order of the page. Production has rows of its own.
COLUMNS: dict[str, tuple[str, ...]] = {
    "head_name": ("head_name", "folded_name"),
    "hamlet": ("hamlet_id", "commune_id"),
    "phone": ("phone", "phone_owner"),
    "production": (),
    "birth_year": ("birth_year",),
    "sex": ("sex",),
    "personal_id": ("personal_id_hash", "personal_id_end"),
    "tax_code": ("tax_code",),
    "bank_account": ("bank_bin", "bank_account"),
    "has_business_registration": ("has_business_registration",),
    "has_bank_account": ("has_bank_account",),
    "has_e_wallet": ("has_e_wallet",),
    "has_e_identity": ("has_e_identity",),
    "has_payment_qr": ("has_payment_qr",),
}
# The facts (households.facts) that each group holds.
FACTS_OF: dict[str, tuple[str, ...]] = {name: (name,) for name in COLUMNS} | {
    "phone": ("phone", "phone_owner"),
    "bank_account": ("bank_bin", "bank_account"),
}


@dataclass(frozen=True)
class Compared:
    """One group of facts of two households in words; numbers masked. `first_is_empty`: the first does not say;
    `only_written_otherwise`: one name in two spellings («Hồ Tiến Dũng», «HO TIEN DUNG»)."""

    group: str
    label: str
    first: str
    second: str
    is_same: bool
    first_is_empty: bool = False
    only_written_otherwise: bool = False


def compared(first: Household, second: Household) -> list[Compared]:
    """All groups of facts that at least one of the two says, side by side."""
    apart = set(differing(first, second))
    rows = []
    for group in COLUMNS:
        one, other = group_words(first, group), group_words(second, group)
        if one or other:
            spelling = group == "head_name" and group in apart and is_same_name(one, other)
            empty = _is_empty(first, group)
            rows.append(Compared(group, fact_label(group), one, other, group not in apart, empty, spelling))
    return rows


def differing(first: Household, second: Household) -> list[str]:
    """The groups in which the two differ."""
    return [group for group in COLUMNS if _values(first, group) != _values(second, group)]


def fuller(kept: Household, other: Household, groups: Iterable[str]) -> dict[str, str]:
    """What to propose: the kept one's word, or the other's where the kept one says nothing."""
    return {group: OTHER if _is_empty(kept, group) and not _is_empty(other, group) else KEEP for group in groups}


def _values(household: Household, group: str) -> object:
    if group == "production":
        return production_of(household)
    return tuple(getattr(household, column) for column in COLUMNS[group])


def _is_empty(household: Household, group: str) -> bool:
    if group == "phone":
        return not household.phone
    values = _values(household, group)
    return all(value is None or value == "" for value in values) if isinstance(values, tuple) else False


def group_words(household: Household, group: str) -> str:
    """What a household says there, as the page shows it; "" when nothing. Numbers that point at a person are masked."""
    if group == "phone":
        owner = str(household.get_phone_owner_display())
        return f"{phones.masked(household.phone)}, {owner}" if household.phone else ""
    if group == "personal_id":
        return f"… {household.personal_id_end}" if household.personal_id_hash else ""
    if group in {"tax_code", "bank_account"}:
        number = str(getattr(household, group))
        return f"… {number[-3:]}" if number else ""
    if group == "production":
        return fact_words("production", production_of(household))
    if group == "hamlet":
        return f"{household.hamlet}, {household.commune}"
    return fact_words(group, getattr(household, group))
