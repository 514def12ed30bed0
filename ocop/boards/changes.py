"""What moved a number: the rows that stand elsewhere on one day than on an earlier one, and why, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from core.kit.clock import VIETNAM, day_of, window
from core.places.models import Hamlet
from ocop.certificates.models import Certificate
from ocop.certificates.papers import vouched
from ocop.certificates.queries import speaking_certificate, with_certificates
from ocop.certificates.rules import HOLDING, State
from ocop.frames.models import Frame
from ocop.indicators.households import ACTIVE_DAYS
from ocop.indicators.queries import Scope, marked_rows
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, STALLS, Indicator, Side
from ocop.presence.models import PresenceLink
from ocop.presence.queries import Seen, seen_on_platforms
from ocop.presence.rules import limits_on
from ocop.register.models import OcopProduct
from ocop.register.queries import place_words
from onboarding.accounts.doings import doings_of
from onboarding.accounts.models import Observation
from onboarding.accounts.queries import account_states
from onboarding.households.models import Household
from onboarding.markets.queries.states import stall_states

# Where a row can stand: in both numbers, in the denominator only, apart, or nowhere.
IN_BOTH, IN_WHOLE, APART, NOWHERE = "n", "d", "m", "-"
Move = tuple[str, str]


@dataclass(frozen=True)
class Changed:
    """A row that moved: what it is, where it lies, from where to where, and why. `product_id` leads to its page."""

    label: str
    place: str
    then: str
    now: str
    reasons: list[str]
    product_id: int | None = None


def moved_rows(indicator: Indicator, scope: Scope, since: date) -> QuerySet[Any]:
    """The rows of the subject that stand elsewhere on the scope's day than on `since`, with `then` and `now` (letters above),
    in a fixed order. Both days are worked out from what is known now."""
    earlier = replace(scope, on=since)
    rows: QuerySet[Any] = marked_rows(indicator.subject, scope).model._default_manager.all()
    rows = rows.annotate(then=_standing(indicator, earlier), now=_standing(indicator, scope))
    return rows.exclude(then=F("now")).order_by("pk")


def moves_counted(rows: QuerySet[Any]) -> dict[Move, int]:
    """How many rows of `moved_rows` made which move; one query."""
    found = rows.order_by().values_list("then", "now").annotate(Count("pk"))
    return {(then, now): count for then, now, count in found}


def change_of(moves: Mapping[Move, int]) -> tuple[int, int]:
    """By how much these moves change numerator and denominator."""
    numerator = sum(count * ((now == IN_BOTH) - (then == IN_BOTH)) for (then, now), count in moves.items())
    whole = (IN_BOTH, IN_WHOLE)
    return numerator, sum(count * ((now in whole) - (then in whole)) for (then, now), count in moves.items())


def _standing(indicator: Indicator, scope: Scope) -> Case:
    def ids(side: Side) -> QuerySet[Any]:
        return marked_rows(indicator.subject, scope).filter(indicator.condition(side)).values("pk")

    return Case(
        When(pk__in=ids(Side.NUMERATOR), then=Value(IN_BOTH)),
        When(pk__in=ids(Side.DENOMINATOR), then=Value(IN_WHOLE)),
        When(pk__in=ids(Side.MISSING), then=Value(APART)),
        default=Value(NOWHERE),
        output_field=CharField(),
    )


def explained(indicator: Indicator, rows: QuerySet[Any], scope: Scope, since: date) -> list[Changed]:
    """The rows of a sliced `moved_rows` with their reasons, in a fixed number of queries."""
    if indicator.subject is HOUSEHOLDS:
        return _households(indicator, list(rows.select_related("hamlet", "commune")), since, scope.on)
    if indicator.subject is HAMLETS:
        return [_hamlet(each) for each in rows.select_related("commune")]
    if indicator.subject is STALLS:
        return _stalls(list(rows.select_related("market__commune")), since, scope.on)
    products = list(with_certificates(rows.select_related("unit", "unit__parent")))
    return _products(products, since, scope.on)


def _products(products: Sequence[Any], since: date, on: date) -> list[Changed]:
    ids = [product.pk for product in products]
    before, after = seen_on_platforms(ids, since), seen_on_platforms(ids, on)
    linked = _linked_between(ids, since, on)
    found = []
    for product in products:
        reasons = _paper_reasons(product, since, on)
        reasons += _page_reasons(before.get(product.pk, []), after.get(product.pk, []), on)
        reasons += [f"Được gắn với tin hoặc trang ngày {_day(at)}." for at in linked.get(product.pk, [])]
        found.append(
            Changed(
                product.shown_name,
                place_words(product),
                product.then,
                product.now,
                reasons or ["Điều đã biết về sản phẩm đổi trong những ngày này."],
                product.pk,
            )
        )
    return found


def _linked_between(ids: Sequence[int], since: date, on: date) -> dict[int, list[datetime]]:
    links = PresenceLink.objects.filter(product__in=ids, ended_at__isnull=True)
    links = links.filter(linked_at__gte=window(since).end, linked_at__lt=window(on).end).order_by("linked_at", "pk")
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for product_id, at in links.values_list("product_id", "linked_at"):
        found[product_id].append(at)
    return dict(found)


def _paper_reasons(product: OcopProduct, since: date, on: date) -> list[str]:
    papers = vouched(product.certificates.all())
    (old, was), (new, state) = speaking_certificate(papers, since), speaking_certificate(papers, on)
    if (old, was) == (new, state):
        return []
    if state in HOLDING:
        return [_now_holds(new, was, state, old != new)] if was not in HOLDING or old != new else []
    if was not in HOLDING:
        return []
    assert old is not None
    if old.revoked_on is not None and since < old.revoked_on <= on:
        return [f"Giấy chứng nhận bị thu hồi từ ngày {old.revoked_on:%d/%m/%Y}."]
    if old.earliest_end is not None:
        return [f"Giấy chứng nhận còn hạn chắc chắn đến ngày {old.earliest_end:%d/%m/%Y}, nay đã qua."]
    return ["Giấy chứng nhận không còn hạn."]


def _now_holds(paper: Certificate | None, was: State, state: State, is_other: bool) -> str:
    if state == State.EXTENDED:
        return "Giấy đã hết 36 tháng, được gia hạn vì hồ sơ đánh giá lại chưa xong."
    if paper is not None and paper.recognised_on is not None and (is_other or was == State.NOT_YET):
        return f"Có giấy chứng nhận công nhận ngày {paper.written_date()}."
    return "Giấy chứng nhận nay còn hạn."


def _page_reasons(before: Sequence[Seen], after: Sequence[Seen], on: date) -> list[str]:
    days, reasons = limits_on(on).product_days, []
    for name in sorted({page.platform_name for page in (*before, *after)}):
        old = [page for page in before if page.platform_name == name and page.is_live]
        new = [page for page in after if page.platform_name == name and page.is_live]
        if new and not old and new[0].at:
            reasons.append(f"Thấy đang bán trên {name} ngày {_day(new[0].at)}.")
        elif old and not new:
            last = next((page for page in after if page.link_id == old[0].link_id), None)
            if last is not None and last.result == Observation.Result.GONE and last.at:
                reasons.append(f"Xem trang trên {name} ngày {_day(last.at)} thì không còn.")
            elif old[0].at:
                reasons.append(f"Lần cuối thấy đang bán trên {name} là ngày {_day(old[0].at)}, đã quá {days} ngày.")
    return reasons


def _households(indicator: Indicator, homes: Sequence[Any], since: date, on: date) -> list[Changed]:
    ids = [home.pk for home in homes]
    before, after = account_states(ids, since), account_states(ids, on)
    signed = _frames_between({home.commune_id for home in homes}, since, on)
    doings = doings_of(ids, on, ACTIVE_DAYS) if indicator.code in {"I1c", "I1d"} else {}
    found = []
    for home in homes:
        reasons = []
        if (home.then in (IN_BOTH, IN_WHOLE)) != (home.now in (IN_BOTH, IN_WHOLE)):
            reasons.append(_frame_reason(signed.get(home.commune_id), home, on))
        if home.ended_on is not None and since < home.ended_on <= on:
            reasons.append(f"Hộ thôi tính từ ngày {home.ended_on:%d/%m/%Y}: {home.get_end_reason_display()}.")
        were = {each.pk: each.state for each in before.get(home.pk, [])}
        reasons += [each.words for each in after.get(home.pk, []) if were.get(each.pk) != each.state]
        reasons += [
            f"{each.words[:1].upper()}{each.words[1:]} ngày {each.happened_on:%d/%m/%Y} ({each.source})."
            for each in doings.get(home.pk, [])
            if since < each.happened_on <= on
        ]
        found.append(
            Changed(
                f"Hộ số {home.pk}",
                f"{home.hamlet}, {home.commune}",
                home.then,
                home.now,
                reasons or [_evidence_aged(home.now)],
            )
        )
    return found


def _evidence_aged(now: str) -> str:
    return "Có bằng chứng mới trong những ngày này." if now == IN_BOTH else "Bằng chứng đã cũ quá hạn, hoặc số điện thoại dùng chung chờ xem."  # fmt: skip


def _frames_between(communes: set[int], since: date, on: date) -> dict[int, Frame]:
    frames = Frame.objects.filter(unit__in=communes, signed_at__lt=window(on).end)
    frames = frames.filter(Q(signed_at__gte=window(since).end) | Q(ended_at__gte=window(since).end)).order_by(
        "signed_at"
    )
    return {frame.unit_id: frame for frame in frames}


def _frame_reason(frame: Frame | None, home: Household, on: date) -> str:
    if frame is None:
        return "Mẫu số của xã đổi theo năm, hoặc hộ được ghi, thôi tính trong những ngày này."
    assert frame.signed_at is not None
    if frame.replaces_id is not None:
        return f"Mẫu số của xã được thay ngày {_day(frame.signed_at)}: {frame.reason}."
    return f"Mẫu số năm {frame.year} của xã được ký ngày {_day(frame.signed_at)}."


def _hamlet(hamlet: Any) -> Changed:
    if hamlet.now == IN_BOTH:
        reason = "Nay có tổ phụ trách, hoặc tổ đã hoạt động trong 30 ngày."
    elif NOWHERE in (hamlet.then, hamlet.now):
        reason = "Ấp, thôn được lập hoặc thôi trong những ngày này."
    else:
        reason = "Nay không còn tổ phụ trách, hoặc tổ đã quá 30 ngày không hoạt động."
    found: Hamlet = hamlet
    return Changed(str(found), str(found.commune), hamlet.then, hamlet.now, [reason])


def _stalls(stalls: Sequence[Any], since: date, on: date) -> list[Changed]:
    ids = [stall.pk for stall in stalls]
    before, after = stall_states(ids, since), stall_states(ids, on)
    found = []
    for stall in stalls:
        was, now = before[stall.pk], after[stall.pk]
        reasons = []
        if NOWHERE in (stall.then, stall.now):
            reasons.append("Sạp hoặc chợ bắt đầu hay thôi trong những ngày này.")
        if was.words != now.words:
            reasons.append(now.words)
        if was.use_words != now.use_words:
            reasons.append(f"Dùng mã: {now.use_words}.")
        place = f"{stall.market}, {stall.market.commune}"
        found.append(
            Changed(
                f"Sạp {stall.number}", place, stall.then, stall.now, reasons or ["Chủ sạp hoặc sạp khác cùng mã đổi."]
            )
        )
    return found


def _day(moment: datetime) -> str:
    return f"{day_of(moment.astimezone(VIETNAM)):%d/%m/%Y}"
