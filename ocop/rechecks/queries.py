"""Draws, drawn rows and what was found of them, as far as a viewer may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from ocop.indicators.queries import Scope
from ocop.rechecks.checking import pages_for_people
from ocop.rechecks.drawing import LAST_DAY, drawn, key, last_day
from ocop.rechecks.evidence import counted_rows
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckLook, RecheckPage
from ocop.rechecks.rules import OFFICERS
from ocop.rechecks.survival import Survival
from ocop.register.models import OcopProduct
from ocop.snapshots.models import Snapshot
from onboarding.households.models import Household
from onboarding.producers.queries import producers_of

Result = RecheckLook.Result


class State(StrEnum):
    """What is known of a drawn row; computed, never stored."""

    THERE = "there"
    GONE = "gone"
    UNCLEAR = "unclear"
    LATE = "late"
    WAITING = "waiting"


def is_open() -> Q:
    """The condition on rows with a state "it is not settled what became of it": also one that nobody could judge, until day 30."""
    return Q(state__in=[State.WAITING, State.UNCLEAR], draw__on__gte=clock.today() - timedelta(days=LAST_DAY))


def with_states(items: QuerySet[RecheckItem]) -> QuerySet[Any]:
    """The rows with their `state` today: there when one of its pages is, gone when all are (or what it was counted by has been taken
    back), unclear when all were looked at and that is not so; late when its days are over, else waiting."""
    found: QuerySet[Any] = items.annotate(
        pages_all=Count("pages"),
        pages_seen=Count("pages__look"),
        pages_there=Count("pages", filter=_concluded(Result.THERE)),
        pages_gone=Count("pages", filter=_concluded(Result.GONE)),
    ).annotate(
        state=Case(
            When(pages_there__gt=0, then=Value(State.THERE.value)),
            When(pages_gone=F("pages_all"), then=Value(State.GONE.value)),
            When(pages_seen=F("pages_all"), then=Value(State.UNCLEAR.value)),
            When(draw__on__lt=clock.today() - timedelta(days=LAST_DAY), then=Value(State.LATE.value)),
            default=Value(State.WAITING.value),
            output_field=CharField(),
        )
    )
    return found


def _concluded(result: Result) -> Q:
    """The condition "this became of the page", said at once or by another person after one who could not tell."""
    return Q(pages__look__result=result) | Q(pages__look__conclusion__result=result)


def survivals(draws: Iterable[RecheckDraw]) -> dict[int, Survival]:
    """What was found of each of these draws, by its id; one query."""
    known = {draw.pk: draw for draw in draws}
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for draw_id, state in with_states(RecheckItem.objects.filter(draw__in=known)).values_list("draw_id", "state"):
        counts[draw_id][state] += 1
    return {pk: _survival(draw, counts[pk]) for pk, draw in known.items()}


def survival_of(snapshot: Snapshot) -> dict[str, Survival]:
    """What survived of a snapshot's area and day, by indicator code; indicators that were not drawn are left out. A day is drawn once, from
    the version that held then, and its restated versions show the same. Two queries."""
    rows = RecheckDraw.objects.filter(unit=snapshot.unit_id, on=snapshot.on).select_related("snapshot")
    draws = list(rows.order_by("indicator"))
    found = survivals(draws)
    return {draw.indicator: found[draw.pk] for draw in draws}


def latest_survival(indicator: str, scope: Scope) -> tuple[RecheckDraw, Survival] | None:
    """The last draw, up to the scope's day, of an indicator in the scope's province (of a commune: in the province around it) of which
    something was checked and that the viewer may see. None of the whole country, where nothing is drawn, and of a province of before.
    One query."""
    place = _province_of(scope)
    if place is None:
        return None
    looked_at = RecheckLook.objects.filter(page__item__draw=OuterRef("pk"))
    draws = draws_visible_to(scope.viewer).filter(place, Exists(looked_at), indicator=indicator, on__lte=scope.on)
    last = Subquery(draws.order_by("-on").values("pk")[:1])
    # A draw is small: its rows come with it, and are counted here.
    items = list(with_states(RecheckItem.objects.filter(draw=last)).select_related("draw__snapshot", "draw__unit"))
    if not items:
        return None
    draw: RecheckDraw = items[0].draw
    return draw, _survival(draw, Counter(item.state for item in items))


def _province_of(scope: Scope) -> Q | None:
    """The condition over draws "of the scope's province"; None: the scope lies in no single one."""
    held = {grant.unit_id for grant in scope.viewer.grants if grant.role in STAFF_ROLES}
    if scope.unit is not None:
        held = {scope.unit.pk}
    elif scope.former_area or scope.viewer.sees_everything(*STAFF_ROLES):
        return None
    if len(held) != 1:
        return None
    [only] = held
    return Q(unit=only) | Q(unit__children=only)


def draws_visible_to(viewer: Viewer) -> QuerySet[RecheckDraw]:
    """Draws of a staff member's area, and those with a drawn row in it; the latest day first."""
    mine = RecheckItem.objects.filter(viewer.area(*STAFF_ROLES, unit_field="unit"), draw=OuterRef("pk"))
    whole = viewer.area(*STAFF_ROLES, unit_field="unit")
    found = RecheckDraw.objects.filter(whole | Exists(mine))
    return found.select_related("unit", "snapshot").order_by("-on", "unit__code", "indicator")


def items_visible_to(viewer: Viewer) -> QuerySet[Any]:
    """The drawn rows of a staff member's area with their `state`. Those that are still open only for officers who may look at them: not for
    who only reads, and not for who claimed, registered or saw one of its pages before, or sells there. They would learn in
    time what must stay up until day 30."""
    rows = with_states(RecheckItem.objects.filter(viewer.area(*STAFF_ROLES, unit_field="unit")))
    may_look = viewer.area(*OFFICERS, unit_field="unit") & ~Q(Exists(_too_near(viewer, "pk")))
    shown: QuerySet[Any] = rows.filter(~is_open() | may_look).select_related("draw__unit", "draw__snapshot", "unit")
    return shown.order_by("draw", "position")


def _too_near(viewer: Viewer, item: str) -> QuerySet[Any]:
    """The pages of a drawn row, in the field `item` of the rows outside, with which this person has had to do. The list of ids is read as text: SQLite cannot
    search in JSON."""
    known = Q(known_text__regex=rf"(^|[^0-9]){viewer.user_id or 0}([^0-9]|$)")
    sells = Q(account__producer__in=producers_of(viewer).order_by().values("pk"))
    pages = RecheckPage.objects.filter(item=OuterRef(item)).annotate(known_text=Cast("known_to", TextField()))
    near: QuerySet[Any] = pages.filter(known | sells)
    return near


def pages_visible_to(viewer: Viewer) -> QuerySet[RecheckPage]:
    """The pages of those rows that this person may be asked about."""
    mine = viewer.area(*OFFICERS, unit_field="item__unit") & Q(
        item__in=items_visible_to(viewer).order_by().values("pk")
    )
    more = (
        "item__draw__unit",
        "item__draw__snapshot",
        "item__unit",
        "account__platform",
        "link__account",
        "look__conclusion",
    )
    return RecheckPage.objects.filter(mine).select_related(*more)


def waiting_pages(viewer: Viewer) -> list[Any]:
    """The pages that wait for this person: in their place, for a person's eyes, of rows with which they have had nothing to do. One query more
    than what `robots_part` asks."""
    mine = viewer.area(*OFFICERS, unit_field="item__unit")
    return list(
        pages_for_people()
        .filter(mine, ~Exists(_too_near(viewer, "item")))
        .filter(~Q(look__looked_by=viewer.user_id) | Q(look=None))
        .select_related("item__draw")
        .order_by("item__draw__on", "pk")
    )


@dataclass(frozen=True)
class Thing:
    """A drawn household or product as it is called today, where it was counted; `told` says what became of it since."""

    name: str
    place: str
    told: str


def things_of(items: Sequence[RecheckItem]) -> Mapping[int, Thing]:
    """What these rows are, by their id; two queries however many."""
    homes = [item.subject_id for item in items if item.subject == "household"]
    goods = [item.subject_id for item in items if item.subject == "product"]
    households = Household.objects.select_related("hamlet", "commune").in_bulk(homes) if homes else {}
    products = OcopProduct.objects.select_related("unit").in_bulk(goods) if goods else {}
    found = {}
    for item in items:
        if item.subject == "household":
            found[item.pk] = _home(item, households.get(item.subject_id))
        else:
            found[item.pk] = _good(item, products.get(item.subject_id))
    return found


def _home(item: RecheckItem, home: Household | None) -> Thing:
    if home is None:
        return Thing(f"Hộ số {item.subject_id}", str(item.unit), "")
    told = f"Thôi tính từ {home.ended_on:%d/%m/%Y}: {home.get_end_reason_display()}." if home.ended_on else ""
    return Thing(home.head_name, f"{home.hamlet}, {home.commune}", told)


def _good(item: RecheckItem, good: OcopProduct | None) -> Thing:
    if good is None:
        return Thing(f"Sản phẩm số {item.subject_id}", str(item.unit), "")
    moved = good.unit is not None and good.unit_id != item.unit_id
    return Thing(good.shown_name, str(item.unit), f"Nay ghi ở {good.unit}." if moved else "")


@dataclass(frozen=True)
class Redraw:
    """A draw made once more. `rows` are the names of the rows in the order of the draw."""

    population: int
    rows_sha256: str
    rows: tuple[str, ...]
    is_same: bool


def redraw(draw: RecheckDraw) -> Redraw:
    """Draw with the kept seed again, from the rows of the snapshot: the same come out, or something was changed."""
    rows = counted_rows(draw.snapshot, draw.indicator)
    again = tuple(drawn(rows, seed=draw.seed, rows_sha256=draw.snapshot.rows_sha256))
    items = draw.items.order_by("position").values_list("subject", "subject_id")
    was = tuple(key(*item) for item in items)
    same = (len(rows), len(again), draw.snapshot.rows_sha256) == (draw.population, draw.size, draw.rows_sha256)
    return Redraw(len(rows), draw.snapshot.rows_sha256, again, same and again == was)


def _survival(draw: RecheckDraw, counts: Counter[str]) -> Survival:
    until = last_day(draw.on)
    return Survival(
        pk=draw.pk,
        indicator=draw.indicator,
        on=draw.on,
        until=until,
        population=draw.population,
        drawn=draw.size,
        there=counts[State.THERE],
        gone=counts[State.GONE],
        unclear=counts[State.UNCLEAR],
        late=counts[State.LATE],
        waiting=counts[State.WAITING],
        is_over=clock.today() > until,
        number=draw.snapshot.number,
    )
