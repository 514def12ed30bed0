"""What Google and Meta ask for in the same words. Pure but for the site's own address."""

from __future__ import annotations

from datetime import date, datetime, time

from core.kit import clock
from market.feeds.facts import Facts, Reduction
from market.storefront.addresses import absolute

IN_STOCK, OUT_OF_STOCK = "in stock", "out of stock"


def whole(address: str) -> str:
    """The whole address of a path of ours; what lies in a store elsewhere has one already."""
    return address if address.startswith(("https://", "http://")) else absolute(address)


def dong_of(amount: int) -> str:
    """Whole đồng as both write money: there is no smaller coin."""
    return f"{amount} VND"


def period(reduction: Reduction) -> str:
    """From the first minute of the first day to the last of the last, in Vietnam."""
    first = datetime.combine(date.fromisoformat(reduction.starts_on), time.min, clock.VIETNAM)
    last = datetime.combine(date.fromisoformat(reduction.ends_on), time(23, 59), clock.VIETNAM)
    return f"{first.isoformat(timespec='minutes')}/{last.isoformat(timespec='minutes')}"


def kind_of(facts: Facts) -> str:
    """Our own branch of goods, from the top."""
    return " > ".join(each.replace(">", "-") for each in facts.category)
