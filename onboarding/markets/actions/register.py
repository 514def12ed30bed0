"""Markets and stalls come, change and end; stalls change hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from core.kit import clock, phones
from core.kit.text import fold_words, squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.households.models import Household
from onboarding.households.queries import households_visible_to
from onboarding.markets.actions.locking import MarketRefused, lock_commune, lock_market, lock_stall, note
from onboarding.markets.models import Market, Stall, Stallholder
from onboarding.markets.notices import CURRENT
from onboarding.markets.rules import end_problem, period_problem

MAX_NAME, MAX_ADDRESS, MAX_NUMBER = 120, 200, 20
MOST_STALLS = 500


@dataclass(frozen=True)
class HolderFacts:
    """Who holds a stall. `phone` as people write it, kept only when they agreed (`agreed_how` is one of
    Stallholder.AgreedHow); `household_id` when the person's household is in the register."""

    full_name: str
    phone: str = ""
    household_id: int | None = None
    agreed_how: str = ""


@transaction.atomic
def add_market(*, commune: Unit, name: str, address: str = "", valid_from: date, by: Viewer) -> Market:
    """Write a market into the commune's register. Raises NotAllowed, MarketRefused."""
    commune = lock_commune(commune, by)
    _refuse(period_problem(valid_from))
    market = Market.objects.create(
        commune=commune,
        name=_market_name(commune, name),
        address=squeeze(address)[:MAX_ADDRESS],
        valid_from=valid_from,
        recorded_by_id=by.user_id,
        recorded_at=clock.now(),
    )
    note("digital_market.added", f"digital_market:{market.pk}", market, by, {"chợ": ("", market.name)})
    return market


@transaction.atomic
def change_market(*, market: Market, name: str, address: str, by: Viewer) -> Market:
    """Correct name and address; nothing different: nothing written. Raises NotAllowed, MarketRefused."""
    lock_commune(market.commune, by)
    market = lock_market(market, by)
    before = market.name, market.address
    after = _market_name(market.commune, name, but=market), squeeze(address)[:MAX_ADDRESS]
    if before != after:
        market.name, market.address = after
        market.save(update_fields=["name", "address"])
        words = {"tên": (before[0], after[0]), "địa chỉ": (before[1], after[1])}
        changes = {word: pair for word, pair in words.items() if pair[0] != pair[1]}
        note("digital_market.changed", f"digital_market:{market.pk}", market, by, changes)
    return market


@transaction.atomic
def close_market(*, market: Market, end: date, by: Viewer) -> Market:
    """From the day `end` the market is there no more, and none of its stalls counts. Raises NotAllowed, MarketRefused."""
    market = lock_market(market, by)
    _refuse(end_problem(end, market.valid_from))
    if market.valid_to != end:
        market.valid_to = end
        market.save(update_fields=["valid_to"])
        note("digital_market.closed", f"digital_market:{market.pk}", market, by, {"đến": ("", f"{end:%d/%m/%Y}")})
    return market


@transaction.atomic
def reopen_market(*, market: Market, by: Viewer) -> Market:
    """Take the end of a market back: it was a mistake. Not once days without it have been counted.

    Raises NotAllowed, MarketRefused.
    """
    lock_commune(market.commune, by)
    market = lock_market(market, by)
    if market.valid_to is None:
        return market
    _refuse(_reopen_problem(market.valid_to))
    _market_name(market.commune, market.name, but=market)
    market.valid_to = None
    market.save(update_fields=["valid_to"])
    note("digital_market.reopened", f"digital_market:{market.pk}", market, by)
    return market


@transaction.atomic
def add_stalls(
    *, market: Market, rows: Sequence[tuple[str, HolderFacts | None]], valid_from: date, by: Viewer
) -> list[Stall]:
    """Write stalls of a market, each with its number and its holder if it has one: all of them or none.

    Raises NotAllowed, MarketRefused.
    """
    market = lock_market(market, by)
    _refuse(period_problem(valid_from))
    if market.valid_to is not None and market.valid_to <= clock.today():
        raise MarketRefused("Chợ này đã thôi hoạt động. Hãy mở lại chợ trước khi thêm sạp.")
    if valid_from < market.valid_from:
        raise MarketRefused(f"Sạp không thể có trước chợ ({market.valid_from:%d/%m/%Y}). Hãy xem lại ngày bắt đầu.")
    made = []
    for written, facts in rows:
        stall = Stall.objects.create(
            market=market, number=_stall_number(market, written), valid_from=valid_from, recorded_by_id=by.user_id
        )
        if facts is not None:
            _hold(stall, facts, valid_from, by)
        note("stall.added", f"stall:{stall.pk}", market, by, {"số sạp": ("", stall.number)})
        made.append(stall)
    return made


@transaction.atomic
def set_holder(*, stall: Stall, facts: HolderFacts | None, is_correction: bool, by: Viewer) -> Stallholder | None:
    """Say who holds the stall: from today on somebody else (None: nobody), or the same person written right (`is_correction`).

    Checks were made for who held the stall then: a new holder's code is to be checked anew, and so is a name written
    otherwise. Raises NotAllowed, MarketRefused.
    """
    stall = lock_stall(stall, by)
    if stall.valid_to is not None and stall.valid_to <= clock.today():
        raise MarketRefused("Sạp này đã thôi. Hãy mở lại sạp trước.")
    now = stall.holders.filter(valid_to__isnull=True).first()
    if (
        now is not None
        and facts is not None
        and is_correction
        and fold_words(facts.full_name) == fold_words(now.full_name)
    ):
        return _rewrite(stall, now, facts, by)
    if now is not None:
        now.valid_to = max(clock.today(), now.valid_from)
        now.save(update_fields=["valid_to"])
    found = _hold(stall, facts, clock.today(), by) if facts is not None else None
    if now is not None or found is not None:
        note("stall.holder_set", f"stall:{stall.pk}", stall.market, by)
    return found


@transaction.atomic
def close_stall(*, stall: Stall, end: date, by: Viewer) -> Stall:
    """From the day `end` the stall is there no more: it leaves both numbers of the rates. Raises NotAllowed, MarketRefused."""
    stall = lock_stall(stall, by)
    _refuse(end_problem(end, stall.valid_from))
    if stall.valid_to != end:
        stall.valid_to = end
        stall.save(update_fields=["valid_to"])
        note("stall.closed", f"stall:{stall.pk}", stall.market, by, {"đến": ("", f"{end:%d/%m/%Y}")})
    return stall


@transaction.atomic
def reopen_stall(*, stall: Stall, by: Viewer) -> Stall:
    """Take the end of a stall back; as `reopen_market`. Raises NotAllowed, MarketRefused."""
    stall = lock_stall(stall, by)
    if stall.valid_to is None:
        return stall
    _refuse(_reopen_problem(stall.valid_to))
    _stall_number(stall.market, stall.number, but=stall)
    stall.valid_to = None
    stall.save(update_fields=["valid_to"])
    note("stall.reopened", f"stall:{stall.pk}", stall.market, by)
    return stall


def _refuse(problem: str) -> None:
    if problem:
        raise MarketRefused(problem)


def _reopen_problem(end: date) -> str:
    if end < clock.today():
        return f"Đã thôi từ ngày {end:%d/%m/%Y} và các ngày sau đó đã được đếm. Hãy ghi lại như một chợ hoặc sạp mới."
    return ""


def _market_name(commune: Unit, written: str, but: Market | None = None) -> str:
    name = squeeze(written)[:MAX_NAME]
    if not fold_words(name):
        raise MarketRefused("Hãy ghi tên chợ.")
    others = Market.objects.filter(_lasting(), commune=commune)
    others = others.exclude(pk=but.pk) if but else others
    if any(fold_words(each) == fold_words(name) for each in others.values_list("name", flat=True)):
        raise MarketRefused("Xã đã có chợ mang tên này. Hãy ghi thêm nơi họp chợ vào tên.")
    return name


def _stall_number(market: Market, written: str, but: Stall | None = None) -> str:
    number = squeeze(written)
    if not number or len(number) > MAX_NUMBER:
        raise MarketRefused(f"Số sạp phải có, và dài nhất {MAX_NUMBER} chữ.")
    others = Stall.objects.filter(_lasting(), market=market)
    known = list((others.exclude(pk=but.pk) if but else others).values_list("number", flat=True))
    if any(each.casefold() == number.casefold() for each in known):
        raise MarketRefused(f"Chợ đã có sạp số {number}.")
    if len(known) >= MOST_STALLS:
        raise MarketRefused(f"Mỗi chợ ghi được nhiều nhất {MOST_STALLS} sạp.")
    return number


def _lasting() -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())


def _hold(stall: Stall, facts: HolderFacts, since: date, by: Viewer) -> Stallholder:
    row = Stallholder(stall=stall, valid_from=since, recorded_by_id=by.user_id, **_checked(stall, facts, by))
    row.save()
    return row


def _rewrite(stall: Stall, row: Stallholder, facts: HolderFacts, by: Viewer) -> Stallholder:
    """The same person; when they agreed stays as it was."""
    values = _checked(stall, facts, by)
    if row.agreed_at is not None and values["agreed_how"] == row.agreed_how:
        values["agreed_at"] = row.agreed_at
    if any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        note("stall.holder_set", f"stall:{stall.pk}", stall.market, by)
    return row


def _checked(stall: Stall, facts: HolderFacts, by: Viewer) -> dict[str, object]:
    name = squeeze(facts.full_name)[:MAX_NAME]
    if not fold_words(name):
        raise MarketRefused("Hãy ghi họ tên chủ sạp.")
    if facts.agreed_how not in ("", *Stallholder.AgreedHow.values):
        raise MarketRefused("Hãy chọn chủ sạp đã đồng ý bằng cách nào.")
    try:
        phone = phones.normalise(facts.phone) if facts.phone.strip() else ""
    except phones.NotAPhone as error:
        raise MarketRefused("Số điện thoại này không đúng. Hãy ghi lại, hoặc bỏ trống.") from error
    if phone and not facts.agreed_how:
        raise MarketRefused("Chỉ ghi số điện thoại khi chủ sạp đồng ý. Hãy chọn cách đồng ý, hoặc bỏ trống số.")
    return {
        "full_name": name,
        "phone": phone,
        "household": _household(stall, facts.household_id, by),
        "notice": CURRENT,
        "agreed_how": facts.agreed_how,
        "agreed_at": clock.now() if facts.agreed_how else None,
    }


def _household(stall: Stall, number: int | None, by: Viewer) -> Household | None:
    if number is None:
        return None
    found = households_visible_to(by).filter(pk=number, commune=stall.market.commune, ended_on__isnull=True).first()
    if found is None:
        raise MarketRefused("Trong sổ của xã không có hộ mang số này. Hãy xem lại, hoặc bỏ trống.")
    return found
