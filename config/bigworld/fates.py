"""What becomes of households, products and stalls, in parts of a thousand, and what of it counts: the numbers that the
finished world is known to have, without looking at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.bigworld.plan import Commune, World, spread
from core.kit import clock

SELLING = ("I1", "I1a", "I1b")


@dataclass(frozen=True)
class Fate:
    """Of `share` in a thousand households. `live` and `gone`: between how many and how many days ago their page was seen so;
    `report` and `activity` the same of what was said of their account. `counts`: in which numerators they are then."""

    share: int
    counts: tuple[str, ...] = ()
    has_account: bool = True
    kind: str = "product"
    live: tuple[int, int] | None = None
    gone: tuple[int, int] | None = None
    report: tuple[str, int, int] | None = None
    activity: tuple[str, int, int] | None = None


# The first three have goods to sell: shops are theirs.
FATES = (
    Fate(60, (*SELLING, "I1c", "I1d"), live=(1, 80), activity=("trade", 1, 85)),
    Fate(60, (*SELLING, "I1c"), live=(1, 80), activity=("show", 1, 85)),
    Fate(80, SELLING, live=(1, 85)),
    Fate(40, ("I1", "I1a"), kind="shop", live=(100, 170)),
    Fate(50, ("I1", "I1a"), kind="", report=("opened", 5, 170)),
    Fate(60, ("I1a",), kind=""),
    Fate(25, ("I1a",), live=(200, 300)),
    Fate(35, (), live=(60, 150), gone=(5, 50)),
    Fate(10, (), kind="", report=("closed", 5, 100)),
    Fate(80, (), has_account=False),
)
FATE_OF = spread([each.share for each in FATES])
SELLERS = 3
ENDED = 15  # of a thousand households have left since the frame was signed

# Where a product's pages were seen lately: on both platforms, on VoSo, on Postmart; long ago on VoSo; nowhere.
GOODS_FATE_OF = spread((350, 200, 150, 100))
BOTH, ON_VOSO, ON_POSTMART, LONG_AGO = range(4)
UNCLEAR = 30  # of a thousand products nobody knows when they were recognised
MONTHS_OF_A_PAPER = 36
RIGHT_CODES, OTHERS_CODES, READ_CODES = (
    6,
    8,
    9,
)  # of ten stalls: up to which a code is the holder's, another's, read at all
TEAMS_AT_WORK = 6  # of ten


def has_ended(world: World, number: int) -> bool:
    """Whether a household has left."""
    return world.draw("end", number) < ENDED


def is_covered(hamlet: int) -> bool:
    """Whether a team looks after a hamlet: 17 of 20."""
    return hamlet % 20 < 17


def recognised_days_ago(product: int) -> int:
    """How long ago a product was recognised."""
    return 5 + product * 37 % 1_400


def is_used(stall: int) -> bool:
    """Whether a stall took money by its code this month."""
    return stall % 10 < 4


Counts = dict[str, tuple[int, int, int]]


def known_counts(world: World) -> Counts:
    """Numerator, denominator and missing of every indicator on the world's day."""
    found = {code: [0, 0, 0] for code in ("I1", "I1a", "I1b", "I1c", "I1d", "I2v", "I2p", "I2both", "I2any", "I2o", "I3", "I3a", "I4", "I4a")}  # fmt: skip
    for commune in world.parts:
        _count_homes(world, commune, found)
        _count_products(world, commune, found)
        _count_places(commune, found)
    return {code: (numbers[0], numbers[1], numbers[2]) for code, numbers in found.items()}


def _count_homes(world: World, commune: Commune, found: dict[str, list[int]]) -> None:
    codes = ("I1", "I1a", "I1b", "I1c", "I1d")
    shared = set(range(commune.households.first, commune.households.first + 5)) if commune.shares_a_phone else set()
    for number in commune.households:
        if not commune.has_frame:
            for code in codes:
                found[code][2] += not has_ended(world, number)
            continue
        fate = FATE_OF[world.draw("fate", number)]
        counts = FATES[fate].counts if fate < len(FATES) else ()
        is_measured = not has_ended(world, number) and number not in shared
        for code in codes:
            found[code][0] += is_measured and code in counts
            found[code][1] += 1


def _count_products(world: World, commune: Commune, found: dict[str, list[int]]) -> None:
    for product in commune.products:
        recognised = world.day - timedelta(days=recognised_days_ago(product))
        is_unclear = world.draw("paper", product) < UNCLEAR
        is_certified = not is_unclear and clock.add_months(recognised, MONTHS_OF_A_PAPER) >= world.day
        fate = GOODS_FATE_OF[world.draw("goods", product)]
        on = {"I2both": fate == BOTH, "I2v": fate in (BOTH, ON_VOSO), "I2p": fate in (BOTH, ON_POSTMART), "I2any": fate < LONG_AGO, "I2o": False}  # fmt: skip
        for code, is_there in on.items():
            found[code][0] += is_certified and is_there
            found[code][1] += is_certified
            found[code][2] += is_unclear


def _count_places(commune: Commune, found: dict[str, list[int]]) -> None:
    for place, hamlet in enumerate(commune.hamlets):
        team = commune.teams.first + place // 3
        found["I3"][0] += is_covered(hamlet)
        found["I3a"][0] += is_covered(hamlet) and team % 10 < TEAMS_AT_WORK
        for code in ("I3", "I3a"):
            found[code][1] += 1
    for stall in commune.stalls:
        found["I4"][0] += stall % 10 < RIGHT_CODES
        found["I4a"][0] += is_used(stall)
        for code in ("I4", "I4a"):
            found[code][1] += 1
