"""The banks a producer may have an account with, from `data/banks.csv`."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from core.kit.text import sort_key

_FILE = Path(__file__).parent / "data" / "banks.csv"


@dataclass(frozen=True)
class Bank:
    """`bin` is the six-digit number by which VietQR names it."""

    bin: str
    short_name: str
    name: str


@functools.cache
def banks() -> dict[str, Bank]:
    """All banks by BIN, in the order of their short names."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [Bank(**row) for row in csv.DictReader(file)]
    return {bank.bin: bank for bank in sorted(rows, key=lambda bank: sort_key(bank.short_name))}


def bank_name(bin_number: str) -> str:
    """What a bank is called for short; a number no longer in the list stands for itself."""
    found = banks().get(bin_number)
    return found.short_name if found else bin_number
