"""Certified products: their makers with a page on each platform, papers of the last four years, and where they were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from config.bigworld.fates import (  # fmt: skip
    BOTH,
    GOODS_FATE_OF,
    LONG_AGO,
    MONTHS_OF_A_PAPER,
    ON_POSTMART,
    ON_VOSO,
    UNCLEAR,
    recognised_days_ago,
)
from config.bigworld.ground import noon, platforms
from config.bigworld.names import goods_name, maker_name
from config.bigworld.plan import Commune, World
from config.bigworld.rows import copy_lines, insert_select, line
from config.bigworld.sellers import HASH
from core.kit import clock
from ocop.certificates.models import Certificate
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, PlatformAccount
from onboarding.producers.models import Producer

_STARS = (3, 3, 3, 3, 3, 3, 3, 4, 4, 5)


def make_products(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """The products of these communes. What households have not used of the keys is the makers': after the last household."""
    above, voso_postmart = world.households, platforms()
    placed = [(number, commune.pk) for commune in chunk for number in commune.products]
    copy_lines(
        cursor, Producer, ("id", "kind", "name", "commune_id", "phone", "phone_index", "registered_at", "is_demo"),
        (line(above + number, "cooperative", maker_name(number), commune, "", "", noon(world, 400), True) for number, commune in placed),
    )  # fmt: skip
    copy_lines(
        cursor, OcopProduct, ("id", "name", "producer_name", "producer_kind", "producer_id", "unit_id", "row_key", "recorded_at", "is_demo"),
        (line(number, goods_name(number), maker_name(number), "Hợp tác xã", above + number, commune, f"bigworld-{number}", noon(world, 3), True)
         for number, commune in placed),
    )  # fmt: skip
    copy_lines(
        cursor, Certificate,
        ("id", "product_id", "stars", "decision_number", "recognised_on", "precision", "earliest_end", "latest_end", "check_code", "paper_key", "issuer_level"),
        _papers(world, [number for number, _commune in placed]),
    )  # fmt: skip
    pages = [(2 * number + turn - 1, number, turn) for number, _commune in placed for turn in (0, 1)]
    copy_lines(
        cursor, PlatformAccount, ("id", "platform_id", "producer_id", "seller_id", "claimed_at"),
        (line(above + page, voso_postmart[turn], above + number, f"BW{above + page}", noon(world, 390)) for page, number, turn in pages),
    )  # fmt: skip
    address = ("https://voso.vn/dac-san-p{}.html", "https://postmart.vn/p/dac-san-{}.html")
    copy_lines(
        cursor, OutsideLink, ("id", "platform_id", "account_id", "url", "claimed_at"),
        (line(above + page, voso_postmart[turn], above + page, address[turn].format(above + page), noon(world, 380)) for page, number, turn in pages),
    )  # fmt: skip
    copy_lines(
        cursor, PresenceLink, ("id", "product_id", "outside_link_id", "linked_at"),
        (line(page, number, above + page, noon(world, 370)) for page, number, _turn in pages),
    )  # fmt: skip
    seen = [(page, days) for page, number, turn in pages if (days := _seen_days_ago(world, number, turn)) is not None]
    if seen:
        rows = ", ".join(f"({page}, {days})" for page, days in seen)
        source = f"(SELECT k.id, k.url, %(noon)s - make_interval(days => s.days) AS at, s.page FROM (VALUES {rows}) s(page, days) JOIN onboarding_outsidelink k ON k.id = s.page + {above}) p"  # noqa: S608  numbers of our own
        insert_select(
            cursor, Observation, source,
            {"id": f"2 * {above} + 1 + p.page", "link_id": "p.id", "at": "p.at", "observer": "'adapter'", "result": "'live'",
             "evidence_hash": HASH.format(url="p.url", result="'live'", at="p.at")},
            {"noon": noon(world, 1)},
        )  # fmt: skip


def _papers(world: World, numbers: Sequence[int]) -> Iterator[str]:
    for number in numbers:
        stars, decision = _STARS[number * 7 % 10], f"{number % 900 + 1}/QĐ-UBND"
        rest = (f"BW{number:08d}", f"bigworld-{number}", "ministry" if stars == 5 else "province")
        if world.draw("paper", number) < UNCLEAR:
            yield line(number, number, stars, decision, None, "none", None, None, *rest)
            continue
        first = world.day - timedelta(days=recognised_days_ago(number))
        end = clock.add_months(first, MONTHS_OF_A_PAPER)
        yield line(number, number, stars, decision, first, "day", end, end, *rest)


def _seen_days_ago(world: World, number: int, turn: int) -> int | None:
    """How long before yesterday's noon the page of a product on VoSo (0) or Postmart (1) was seen; None: never."""
    fate = GOODS_FATE_OF[world.draw("goods", number)]
    if fate in (BOTH, (ON_VOSO, ON_POSTMART)[turn]):
        return number % 25
    return 60 if fate == LONG_AGO and turn == 0 else None
