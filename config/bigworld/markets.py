"""A digital market in every other commune: stalls, holders, payment codes, what was found at them and told of the month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from config.bigworld.fates import OTHERS_CODES, READ_CODES, RIGHT_CODES, is_used
from config.bigworld.ground import noon
from config.bigworld.names import HOW_MANY
from config.bigworld.names import people as names_of
from config.bigworld.plan import Commune, World
from config.bigworld.rows import copy_lines, line
from core.kit.encryption import blind_index, encrypt
from core.kit.text import fold
from onboarding.markets.models import CodeCheck, Market, MonthUse, PaymentCode, Stall, Stallholder
from onboarding.markets.notices import CURRENT

_BANK = "970436"


def make_markets(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """The markets of these communes; a market has the number of its commune's place, what belongs to a stall the stall's."""
    since, names = world.day - timedelta(days=300), names_of(world.seed)
    held = [each for each in chunk if len(each.stalls)]
    stalls = [(number, place, each) for each in held for place, number in enumerate(each.stalls, start=1)]
    name = {number: names[number % HOW_MANY].whole for number, _place, _commune in stalls}
    copy_lines(
        cursor, Market, ("id", "commune_id", "name", "valid_from", "recorded_at"),
        (line(each.index + 1, each.pk, "Chợ trung tâm", since, noon(world, 300)) for each in held),
    )  # fmt: skip
    copy_lines(
        cursor, Stall, ("id", "market_id", "number", "valid_from"),
        (line(number, commune.index + 1, f"A{place}", since) for number, place, commune in stalls),
    )  # fmt: skip
    copy_lines(
        cursor, Stallholder, ("id", "stall_id", "full_name", "notice", "valid_from"),
        (line(number, number, name[number], CURRENT, since) for number in name),
    )  # fmt: skip
    copy_lines(
        cursor, PaymentCode, ("id", "issuer", "bank_bin", "account", "account_index", "name_on_code"), _codes(name)
    )
    copy_lines(
        cursor, CodeCheck, ("id", "stall_id", "holder_id", "code_id", "at", "how", "finding", "crc_is_right", "name_from", "name_match"),
        _checks(world, name),
    )  # fmt: skip
    copy_lines(
        cursor, MonthUse, ("id", "stall_id", "month", "did_use", "payments", "told_by", "at"),
        (line(number, number, world.day.replace(day=1), True, 5 + number % 90, "holder", noon(world, 1)) for number in name if is_used(number)),
    )  # fmt: skip


def _codes(name: dict[int, str]) -> Iterator[str]:
    for number, holder in name.items():
        if number % 10 < OTHERS_CODES:
            account = f"00{number:010d}"
            owner = holder if number % 10 < RIGHT_CODES else "Người Khác"
            yield line(number, "A000000727", _BANK, encrypt(account), blind_index(account, "bank-account"), encrypt(fold(owner).upper()))  # fmt: skip


def _checks(world: World, name: dict[int, str]) -> Iterator[str]:
    for number in name:
        at, which = noon(world, 5 + number % 60), number % 10
        if which < OTHERS_CODES:
            match = "same" if which < RIGHT_CODES else "other"
            yield line(number, number, number, number, at, "camera", "read", True, "code", match)
        elif which < READ_CODES:
            yield line(number, number, number, None, at, "looked", "none", False, "", "unknown")
