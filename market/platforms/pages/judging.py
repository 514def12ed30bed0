"""What one look at a page proves (pure). A robot concludes little: live is only our goods under their own name and price, and
that a page is gone no single look tells (`actions.note_look` asks for a second one, hours later)."""

from __future__ import annotations

from dataclasses import dataclass

from market.platforms.pages.reading import find_product, read_page
from onboarding.accounts.models import Observation

Result, Reason = Observation.Result, Observation.Reason
_REASONS = {401: Reason.LOGIN, 403: Reason.FORBIDDEN, 404: Reason.MISSING, 410: Reason.MISSING}


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


def judge(
    status: int, content_type: str, body: bytes, *, title: str, price: int | None, was_sent_on: bool = False
) -> Verdict:
    """The verdict on an answer, where a product of this title at this price (whole đồng) should be. `was_sent_on`: the
    platform led to another address than the one we know; then, and where no price is known to us (None), only a page that calls
    itself by that title is it."""
    if status != 200:
        return unclear(_REASONS.get(status, Reason.ANSWER))
    if content_type.partition(";")[0].strip().casefold() not in {"text/html", "application/xhtml+xml"}:
        return unclear(Reason.NOT_HTML)
    page = read_page(body, content_type)
    if page.says_no_goods(title):
        return unclear(Reason.NO_GOODS)
    found = find_product(page, title, price, own_name_only=was_sent_on or price is None)
    if not found.title:
        if page.asks_password:
            return unclear(Reason.LOGIN)
        if page.is_undrawn:
            return unclear(Reason.SCRIPT)
        return unclear(Reason.MOVED if was_sent_on else Reason.TITLE)
    if price is not None and found.price != price:
        return unclear(Reason.PRICE, found.title, found.price)
    return Verdict(Result.LIVE, "", found.title, found.price)
