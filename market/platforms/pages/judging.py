"""What a look at a page proves (pure). A robot concludes little: gone is only what the platform itself says is gone."""

from __future__ import annotations

from dataclasses import dataclass

from market.platforms.pages.reading import find_product, read_page
from onboarding.accounts.models import Observation

Result, Reason = Observation.Result, Observation.Reason
_GONE = {404, 410}
_REASONS = {401: Reason.LOGIN, 403: Reason.FORBIDDEN}


@dataclass(frozen=True)
class Verdict:
    """One result of `Observation.Result`, why nothing was concluded, and the title and price (đồng) that were seen."""

    result: str
    reason: str = ""
    title: str = ""
    price: int | None = None


def unclear(reason: str, title: str = "", price: int | None = None) -> Verdict:
    """Nothing can be concluded, for this reason."""
    return Verdict(Result.UNCHECKABLE, reason, title, price)


def judge(status: int, content_type: str, body: bytes, *, title: str, price: int) -> Verdict:
    """The verdict on an answer, where a product of this title at this price (whole đồng) should be."""
    if status in _GONE:
        return Verdict(Result.GONE)
    if status != 200:
        return unclear(_REASONS.get(status, Reason.ANSWER))
    if content_type.partition(";")[0].strip().casefold() not in {"text/html", "application/xhtml+xml"}:
        return unclear(Reason.NOT_HTML)
    page = read_page(body, content_type)
    found = find_product(page, title, price)
    if not found.title:
        if page.asks_password:
            return unclear(Reason.LOGIN)
        return unclear(Reason.SCRIPT if page.is_undrawn else Reason.TITLE)
    if found.price != price:
        return unclear(Reason.PRICE, found.title, found.price)
    return Verdict(Result.LIVE, "", found.title, price)
