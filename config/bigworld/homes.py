"""Hamlets and households: names, encrypted phones with their blind indexes, what they have, who has left, phones that are shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from config.bigworld.fates import has_ended
from config.bigworld.ground import noon, people
from config.bigworld.names import HOW_MANY, Name
from config.bigworld.names import people as names_of
from config.bigworld.plan import HOUSEHOLDS_IN_A_HAMLET, Commune, World
from config.bigworld.rows import copy_lines, insert_select, line
from core.kit.encryption import blind_index, encrypt
from core.places.models import Hamlet
from onboarding.households.models import Household, ProductionLine
from onboarding.matching.models import SharedPhone

_COLUMNS = (
    "id", "record_id", "source", "head_name", "folded_name", "near_key", "commune_id", "hamlet_id", "phone", "phone_index", "phone_owner", "sex",
    "birth_year", "has_bank_account", "has_e_wallet", "has_payment_qr", "registered_at", "verified_by_id", "verified_at", "verified_how", "ended_on",
    "end_reason", "changed_at", "is_demo",
)  # fmt: skip
_PHONES = 100_000_000
# All of whose numbers are given to mobile phones.
_MOBILE = ("32", "35", "38", "39", "90", "91", "93", "94", "97", "98")
_LINES_OF = {"trees": "điều", "crops": "lúa", "livestock": "gà", "aquaculture": "cá", "processing": "bánh tráng"}


def make_homes(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """Everything here of these communes."""
    hamlets = (
        line(number, commune.pk, f"Thôn {place}")
        for commune in chunk
        for place, number in enumerate(commune.hamlets, start=1)
    )
    copy_lines(cursor, Hamlet, ("id", "commune_id", "name"), hamlets)
    copy_lines(cursor, Household, _COLUMNS, _households(world, chunk))
    _shared_phones(cursor, world, chunk)
    kinds = " ".join(f"WHEN {at} THEN '{kind}'" for at, kind in enumerate(_LINES_OF))
    goods = " ".join(f"WHEN {at} THEN '{what}'" for at, what in enumerate(_LINES_OF.values()))
    # One of eight has said what it produces.
    insert_select(
        cursor, ProductionLine, "big_home b WHERE mod(b.id, 8) = 0",
        {"id": "b.id", "household_id": "b.id", "kind": f"CASE mod(b.id / 8, 5) {kinds} END", "goods": f"CASE mod(b.id / 8, 5) {goods} END",
         "area_m2": "1000 * (1 + mod(b.id, 40))"},
    )  # fmt: skip


def phone_of(world: World, number: int) -> str:
    """The phone of a household by itself: every number has another."""
    first, rest = divmod((number * 7_654_321 + world.seed * 12_345_677) % _PHONES, _PHONES // len(_MOBILE))
    return f"+84{_MOBILE[first]}{rest:07d}"


def has_phone(world: World, number: int) -> bool:
    """78 of a hundred."""
    return world.draw("phone", number) < 780


@lru_cache(maxsize=1)
def _names(seed: int) -> list[Name]:
    return names_of(seed)


def _households(world: World, chunk: Sequence[Commune]) -> Iterator[str]:
    officer, names = people().officer, _names(world.seed)
    draw, index, day = world.draw, blind_index, world.day
    moments = [str(noon(world, days)) for days in range(200, 500)]
    yes = ("t", "f", r"\N")
    for commune in chunk:
        shared = range(commune.households.first, commune.households.first + 5) if commune.shares_a_phone else range(0)
        for number in commune.households:
            name = names[draw("name", number) * HOW_MANY // 1_000 ^ number & 7]
            year, ready = 1945 + draw("year", number) * 60 // 1_000, draw("ready", number)
            hamlet = commune.hamlets.first + (number - commune.households.first) // HOUSEHOLDS_IN_A_HAMLET
            drawn = draw("phone", number)
            if number in shared:
                phone, owner = phone_of(world, commune.households.first), "relative"
            elif drawn < 780:
                phone, owner = phone_of(world, number), "own" if drawn < 700 else "relative"
            else:
                phone, owner = "", "none"
            at = moments[number % 300]
            verified = f"{officer}\t{at}\tvisit" if ready < 300 else "\\N\t\\N\t"
            ended = f"{day - timedelta(days=10 + number % 100)}\tmoved" if has_ended(world, number) else "\\N\t"
            yield (
                f"{number}\t{world.seed % 2**32:08x}-0000-4000-8000-{number:012x}\timport\t{name.whole}\t{name.folded}\t{name.letters}{year}\t{commune.pk}\t{hamlet}"
                f"\t{encrypt(phone)}\t{index(phone, 'phone')}\t{owner}\t{name.sex}\t{year}\t{yes[ready % 3]}\t{yes[ready // 3 % 3]}\t{yes[ready // 9 % 3]}"
                f"\t{at}\t{verified}\t{ended}\t{at}\tt"
            )


def _shared_phones(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    lines = []
    for commune in chunk:
        if commune.shares_a_phone:
            phone = phone_of(world, commune.households.first)
            lines.append(line(commune.index + 1, encrypt(phone), blind_index(phone, "phone"), 5, noon(world, 100)))
    copy_lines(cursor, SharedPhone, ("id", "phone", "phone_index", "households", "flagged_at"), lines)
