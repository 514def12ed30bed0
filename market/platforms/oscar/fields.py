"""What oscarapi writes in a way of its own: amounts as decimals, and addresses instead of numbers. Raises ContractBroken. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from market.platforms.contract import ContractBroken
from market.platforms.foreign_json import text_in

NUMBER_MOST = 10**12


def money_in(value: Mapping[str, Any], name: str) -> Decimal:
    """The amount under this name, written as a decimal. Raises ContractBroken."""
    try:
        amount = Decimal(text_in(value, name))
    except InvalidOperation as error:
        raise ContractBroken(f"{name} is no amount") from error
    if not amount.is_finite() or not 0 <= amount <= NUMBER_MOST:
        raise ContractBroken(f"{name} {amount}")
    return amount


def whole_dong(amount: Decimal) -> int:
    """In whole đồng: there is nothing smaller."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def path_of(address: str) -> str:
    """The path within the API of an address that the shop names: its host is whatever it thinks it is called. Raises ContractBroken."""
    found = re.search(r"/api(/[\w/-]+/)$", address)
    if found is None:
        raise ContractBroken(f"address {address[:80]!r}")
    return "/api" + found[1]


def number_of(address: str) -> int:
    """The number at the end of an address. Raises ContractBroken."""
    found = re.search(r"/([0-9]{1,15})/$", address)
    if found is None:
        raise ContractBroken(f"address {address[:80]!r}")
    return int(found[1])
