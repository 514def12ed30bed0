"""Households that may be one with others: looking for them, for one or for five hundred at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from core.kit.encryption import blind_index_candidates
from core.kit.text import fold_words
from onboarding.households.facts import HouseholdFacts
from onboarding.households.identity import near_key, personal_id_hash
from onboarding.households.models import Household
from onboarding.matching.models import MAX_HOUSEHOLDS, SharedPhone
from onboarding.matching.rules.likeness import OWN, Keys, Likeness, likeness

SHOWN = 5
_COLUMNS = (
    "pk", "head_name", "folded_name", "near_key", "hamlet_id", "birth_year", "personal_id_hash", "tax_code_index",
    "bank_account_index", "phone_index", "phone_owner",
)  # fmt: skip
_PHONE = _COLUMNS.index("phone_index")


@dataclass(frozen=True)
class Alike:
    """A living household that may be the one asked for. `reasons` are codes, words with `rules.reason_words`."""

    household_id: int
    head_name: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A household of the register as the database has it: one stored form of each value."""

    pk: int
    folded_name: str
    near_key: str
    keys: Keys


def alike(facts: Sequence[HouseholdFacts], *, within: Q) -> list[list[Alike]]:
    """For each of these facts the living households of the filter `within` (over Household) that may be the same, the
    likeliest first, at most five. Eight queries at most, however many facts; meant for chunks of some hundred.

    A household that is in the register already finds itself: leave it out by `within`, or by its id.
    """
    found = candidates([keys_of_facts(each) for each in facts], within=within)
    return [[Alike(row.pk, row.keys.name, how.score, how.reasons) for row, how in rows[:SHOWN]] for rows in found]


def keys_of_facts(facts: HouseholdFacts) -> Keys:
    """The comparable form of facts. The tax code of a person is their personal ID (TT 86/2024/TT-BTC): twelve digits
    given as one are looked for as the other too."""
    own = facts.phone if facts.phone_owner in OWN else ""
    tax_codes = {facts.tax_code, facts.personal_id} - {""}
    persons = {facts.personal_id, facts.tax_code if len(facts.tax_code) == 12 else ""} - {""}
    return Keys(
        facts.head_name,
        facts.hamlet.pk,
        facts.birth_year,
        frozenset(personal_id_hash(each) for each in persons),
        frozenset(index for each in tax_codes for index in blind_index_candidates(each, "tax-code")),
        _under_every_key(facts.bank_account, "bank-account"),
        _under_every_key(own, "phone"),
    )


def keys_of_household(household: Household) -> Keys:
    """The comparable form of a household as it was read, values in plain text."""
    persons = {household.personal_id_hash}
    if len(household.tax_code) == 12:
        persons.add(personal_id_hash(household.tax_code))
    return Keys(
        household.head_name,
        household.hamlet_id,
        household.birth_year,
        frozenset(persons - {""}),
        _under_every_key(household.tax_code, "tax-code"),
        _under_every_key(household.bank_account, "bank-account"),
        _under_every_key(household.phone if household.phone_owner in OWN else "", "phone"),
    )


def full_keys(households: Iterable[Household]) -> dict[int, Keys]:
    """The comparable form of these households by id, without phones that too many share."""
    found = {household.pk: keys_of_household(household) for household in households}
    shared = _shared(index for keys in found.values() for index in keys.phones)
    return {pk: _without(keys, shared) for pk, keys in found.items()}


def _without(keys: Keys, shared: frozenset[str]) -> Keys:
    return keys if keys.phones.isdisjoint(shared) else keys._replace(phones=frozenset())


def _under_every_key(value: str, purpose: str) -> frozenset[str]:
    return frozenset(blind_index_candidates(value, purpose)) if value else frozenset()


def candidates(wanted: Sequence[Keys], *, within: Q) -> list[list[tuple[Row, Likeness]]]:
    """For each of `wanted` every living household that is alike enough, the likeliest first; see `alike`."""
    shared = _shared(index for each in wanted for index in each.phones)
    wanted = [_without(each, shared) for each in wanted]
    by_key = _by_key(_rows(wanted, Household.objects.filter(within, ended_on__isnull=True)))
    found = []
    for each in wanted:
        near = {row.pk: row for key in _lookup_keys(each) for row in by_key.get(key, ())}
        scored = ((row, likeness(each, row.keys)) for row in near.values())
        found.append(
            sorted(((row, how) for row, how in scored if how.is_enough), key=lambda pair: (-pair[1].score, pair[0].pk))
        )
    return found


def _shared(indexes: Iterable[str]) -> frozenset[str]:
    """Those of these phones that more than three households share: they speak neither for nor against anything."""
    asked = set(indexes) - {""}
    flagged = SharedPhone.objects.filter(phone_index__in=asked, households__gt=MAX_HOUSEHOLDS)
    return frozenset(flagged.values_list("phone_index", flat=True)) if asked else frozenset()


def _rows(wanted: Sequence[Keys], households: QuerySet[Household]) -> list[Row]:
    """One query for each kind of key."""
    seen: dict[int, Any] = {}
    for condition in _conditions(wanted):
        seen |= {values[0]: values for values in households.filter(condition).values_list(*_COLUMNS)}
    shared = _shared(values[_PHONE] for values in seen.values())
    return [_row(values, shared) for values in seen.values()]


def _row(values: Any, shared: frozenset[str]) -> Row:
    pk, name, folded, near, hamlet_id, year, person, tax, account, phone, owner = values
    own = phone if owner in OWN and phone not in shared else ""
    return Row(pk, folded, near, Keys(name, hamlet_id, year, _one(person), _one(tax), _one(account), _one(own)))


def _one(value: str) -> frozenset[str]:
    return frozenset((value,)) if value else frozenset()


def _conditions(wanted: Sequence[Keys]) -> Iterable[Q]:
    kinds: tuple[tuple[str, Callable[[Keys], Iterable[str]]], ...] = (
        ("personal_id_hash", lambda each: each.personal_ids),
        ("tax_code_index", lambda each: each.tax_codes),
        ("bank_account_index", lambda each: each.accounts),
        ("phone_index", lambda each: each.phones),
    )
    for column, values_of in kinds:
        values = {value for each in wanted for value in values_of(each)}
        if values:
            yield Q(**{f"{column}__in": values})
    names: defaultdict[int, set[str]] = defaultdict(set)
    near: defaultdict[int, set[str]] = defaultdict(set)
    for each in wanted:
        folded = fold_words(each.name)
        if folded:
            names[each.hamlet_id].add(folded[:120])
        if key := near_key(folded, each.birth_year):
            near[each.hamlet_id].add(key)
    for column, by_hamlet in (("folded_name", names), ("near_key", near)):
        if by_hamlet:
            yield reduce(or_, (Q(**{"hamlet": pk, f"{column}__in": values}) for pk, values in by_hamlet.items()))


def _lookup_keys(keys: Keys) -> Iterable[tuple[object, ...]]:
    folded = fold_words(keys.name)
    yield ("name", keys.hamlet_id, folded[:120])
    if near := near_key(folded, keys.birth_year):
        yield ("near", keys.hamlet_id, near)
    for kind, values in (
        ("person", keys.personal_ids), ("tax", keys.tax_codes), ("account", keys.accounts), ("phone", keys.phones)
    ):  # fmt: skip
        for value in values:
            yield (kind, value)


def _by_key(rows: Iterable[Row]) -> Mapping[tuple[object, ...], list[Row]]:
    found: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found["name", row.keys.hamlet_id, row.folded_name].append(row)
        if row.near_key:
            found["near", row.keys.hamlet_id, row.near_key].append(row)
        for kind, values in (
            ("person", row.keys.personal_ids), ("tax", row.keys.tax_codes), ("account", row.keys.accounts),
            ("phone", row.keys.phones),
        ):  # fmt: skip
            for value in values:
                found[kind, value].append(row)
    return found
