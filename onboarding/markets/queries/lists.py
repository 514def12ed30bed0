"""Who sees which markets, and the lists of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from core.kit import clock
from core.kit.text import sort_key
from core.kit.vietqr import NotPaymentCode, read_payment_text
from core.people.models import Role
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from core.places.models import Level, Unit, in_force
from onboarding.markets.models import CodeCheck, Market, MonthUse, NameDecision, Stall, Stallholder
from onboarding.markets.queries.stalls import last_checks, stalls_in_force, with_stall_marks
from onboarding.markets.rules import AREA_READERS, leads_in


def markets_visible_to(viewer: Viewer) -> QuerySet[Market]:
    """Every market, past ones too, in the area of a commune or province officer, and in the communes where somebody leads a
    team."""
    found = viewer.area(*AREA_READERS, unit_field="commune") | Q(commune__in=leads_in(viewer))
    return Market.objects.filter(found).select_related("commune", "commune__parent")


def stalls_visible_to(viewer: Viewer) -> QuerySet[Stall]:
    """The stalls of those markets."""
    return Stall.objects.filter(market__in=markets_visible_to(viewer)).select_related("market__commune__parent")


def checks_visible_to(viewer: Viewer) -> QuerySet[CodeCheck]:
    """The checks of those stalls."""
    rows = CodeCheck.objects.filter(stall__in=stalls_visible_to(viewer))
    return rows.select_related("stall__market__commune", "holder", "code", "checked_by")


def communes_of(viewer: Viewer) -> list[Unit]:
    """Today's communes whose markets somebody sees, by name; who sees everything chooses among those that have markets."""
    rows = Unit.objects.filter(in_force(clock.today()), level=Level.COMMUNE)
    if viewer.sees_everything(*AREA_READERS):
        rows = rows.filter(pk__in=markets_visible_to(viewer).values("commune"))
    else:
        rows = rows.filter(viewer.units(*AREA_READERS) | Q(pk__in=leads_in(viewer)))
    return sorted(rows.select_related("parent"), key=lambda unit: sort_key(unit.name))


def communes_to_run(viewer: Viewer) -> QuerySet[Unit]:
    """Today's communes whose register of markets somebody keeps."""
    return Unit.objects.filter(viewer.units(Role.COMMUNE), in_force(clock.today()), level=Level.COMMUNE)


def with_counts(markets: Iterable[Market], on: date) -> list[tuple[Market, int, int, int]]:
    """Markets with how many stalls they have on that day, how many of them have a right code, and how many use it; one query
    for all counts."""
    rows = list(markets)
    stalls = with_stall_marks(stalls_in_force(on).filter(market__in=[each.pk for each in rows]), on)
    counted = stalls.order_by().values("market").annotate(
        whole=Count("pk"), right=Count("pk", filter=Q(has_right_code=True)), used=Count("pk", filter=Q(is_used=True))
    )  # fmt: skip
    by_market = {row["market"]: (row["whole"], row["right"], row["used"]) for row in counted}
    return [(each, *by_market.get(each.pk, (0, 0, 0))) for each in rows]


def in_order(stalls: QuerySet[Stall]) -> list[Stall]:
    """Stalls as people count them: 2 before 10, A1 before A12 before B1."""
    return sorted(stalls, key=lambda stall: (_counted(stall.number), stall.pk))


def names_to_decide(viewer: Viewer, on: date) -> QuerySet[CodeCheck]:
    """Last checks with a nearly equal name that wait for this officer: somebody else looked, nobody has decided."""
    area = viewer.area(*AREA_READERS, unit_field="stall__market__commune")
    waiting = last_checks(on).filter(
        area,
        ~Exists(NameDecision.objects.filter(check_row=OuterRef("pk"))),
        in_force(on, "stall__"),
        in_force(on, "holder__"),
        name_match=CodeCheck.NameMatch.NEAR,
        crc_is_right=True,
    )
    return waiting.exclude(checked_by_id=viewer.user_id).select_related("stall__market").order_by("at", "pk")


def history_of(stall: Stall) -> list[CodeCheck]:
    """The last twenty checks of a stall, newest first."""
    rows = stall.checks.select_related("code", "holder", "checked_by", "decision__decided_by")
    return list(rows.order_by("-at", "-pk")[:20])


def uses_of(stall: Stall) -> list[MonthUse]:
    """What a stall told of the last twelve months, the newest line of each month, newest month first."""
    last: dict[date, MonthUse] = {}
    first = clock.add_months(clock.today().replace(day=1), -12)
    for row in stall.month_uses.filter(month__gte=first).select_related("recorded_by").order_by("at", "pk"):
        last[row.month] = row
    return [last[month] for month in sorted(last, reverse=True) if last[month].did_use is not None]


def stalls_with_code(viewer: Viewer, texts: Iterable[str], stall: Stall, on: date) -> list[Stall]:
    """Other stalls this person sees whose last check read one of these codes."""
    wanted = Q(pk__in=[])
    for text in texts:
        with suppress(NotPaymentCode):
            said = read_payment_text(text)
            wanted |= Q(code__account_index__of=said.account, code__issuer=said.issuer, code__bank_bin=said.bank_bin)
    rows = last_checks(on).filter(wanted, in_force(on, "stall__"), stall__in=stalls_visible_to(viewer))
    return [each.stall for each in rows.exclude(stall=stall).select_related("stall__market").order_by("pk")]


def stalls_in_month(market: Market, month: date) -> QuerySet[Stall]:
    """The stalls that were there on some day of a month, each with its latest holder first."""
    end = clock.add_months(month, 1)
    rows = market.stalls.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=month), valid_from__lt=end)
    holders = Stallholder.objects.filter(valid_from__lt=end).order_by("-valid_from", "-pk")
    return rows.prefetch_related(Prefetch("holders", holders))


def phone_of_holder(viewer: Viewer, number: int) -> Revealed | None:
    """The phone of a stallholder in the area of a commune or province officer, for an audited look."""
    area = viewer.area(*AREA_READERS, unit_field="stall__market__commune")
    found = Stallholder.objects.filter(area, pk=number).select_related("stall__market__commune").first()
    if found is None:
        return None
    unit = found.stall.market.commune
    return Revealed(found.phone, found.full_name, f"stall:{found.stall_id}", unit.code)


def _counted(number: str) -> tuple[tuple[int, int, str], ...]:
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for sign in [*number, ""]:
        if sign.isdecimal():
            digits += sign
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        if sign:
            parts.append((1, 0, sign.casefold()))
    return tuple(parts)
