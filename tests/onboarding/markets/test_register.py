"""Markets, stalls and holders: who writes them, what is refused, what is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import NOBODY
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Unit
from onboarding.markets.actions import (
    HolderFacts,
    MarketRefused,
    NotAllowed,
    add_market,
    add_stalls,
    change_market,
    close_market,
    close_stall,
    follow_map,
    reopen_market,
    reopen_stall,
    set_holder,
)
from onboarding.markets.models import Market, Stall, Stallholder
from onboarding.markets.queries.lists import in_order, markets_visible_to
from onboarding.markets.queries.stalls import holder_on, stalls_in_force
from onboarding.markets.queries.states import Verdict, stall_states
from tests.onboarding.markets.bazaar import HOA, Bazaar, code_text


def state() -> tuple[int, ...]:
    return tuple(table._default_manager.count() for table in (Market, Stall, Stallholder, AuditEntry))


@pytest.mark.parametrize("name", ["an", "dung", "hanh", "phuong", "buu"])
def test_only_the_officers_of_the_commune_keep_the_register(bazaar: Bazaar, name: str) -> None:
    stall, viewer = bazaar.stall("A1"), bazaar.viewers[name]
    before = state()
    for act in (
        lambda: add_market(commune=bazaar.people.commune, name="Chợ lạ", valid_from=bazaar.today, by=viewer),
        lambda: change_market(market=bazaar.market, name="Chợ lạ", address="", by=viewer),
        lambda: close_market(market=bazaar.market, end=bazaar.today, by=viewer),
        lambda: reopen_market(market=bazaar.market, by=viewer),
        lambda: add_stalls(market=bazaar.market, rows=[("B1", None)], valid_from=bazaar.today, by=viewer),
        lambda: set_holder(stall=stall, facts=HolderFacts("Lê Thị Lạ"), is_correction=False, by=viewer),
        lambda: close_stall(stall=stall, end=bazaar.today, by=viewer),
        lambda: reopen_stall(stall=stall, by=viewer),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert state() == before


def test_who_sees_which_markets(bazaar: Bazaar) -> None:
    seen = {name: markets_visible_to(bazaar.viewers[name]).exists() for name in bazaar.people.users}
    assert {name for name, sees in seen.items() if sees} == {"chi", "hanh", "phuong"}
    assert not markets_visible_to(NOBODY).exists()


def test_numbers_and_names_are_there_once(bazaar: Bazaar) -> None:
    bazaar.stall("A1")
    with pytest.raises(MarketRefused, match="đã có sạp số a1"):
        bazaar.stall("a1")
    with pytest.raises(MarketRefused, match="đã có chợ mang tên này"):
        add_market(commune=bazaar.people.commune, name="cho  som", valid_from=bazaar.today, by=bazaar.viewers["chi"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Stall.objects.create(market=bazaar.market, number="A1", valid_from=bazaar.today)


def test_all_stalls_of_one_sheet_or_none(bazaar: Bazaar) -> None:
    with pytest.raises(MarketRefused):
        add_stalls(
            market=bazaar.market,
            rows=[("1", None), ("1", None)],
            valid_from=bazaar.today,
            by=bazaar.viewers["chi"],
        )
    assert not bazaar.market.stalls.exists()


def test_an_end_leaves_past_days_as_they_were(bazaar: Bazaar) -> None:
    stall, chi = bazaar.stall("A1"), bazaar.viewers["chi"]
    with pytest.raises(MarketRefused, match="không thể trước hôm qua"):
        close_stall(stall=stall, end=bazaar.today - timedelta(days=1), by=chi)
    close_stall(stall=stall, end=bazaar.today, by=chi)
    assert not stalls_in_force(bazaar.today).exists()
    assert list(stalls_in_force(bazaar.today - timedelta(days=1))) == [stall]
    reopen_stall(stall=stall, by=chi)
    assert list(stalls_in_force(bazaar.today)) == [stall]
    close_market(market=bazaar.market, end=bazaar.today, by=chi)
    assert not stalls_in_force(bazaar.today).exists()
    with pytest.raises(MarketRefused, match="thôi hoạt động"):
        bazaar.stall("A2")
    reopen_market(market=bazaar.market, by=chi)
    assert list(stalls_in_force(bazaar.today)) == [stall]
    Stall.objects.update(valid_to=bazaar.today - timedelta(days=3))
    with pytest.raises(MarketRefused, match="đã được đếm"):
        reopen_stall(stall=stall, by=chi)


def test_a_phone_is_kept_only_with_agreement_and_encrypted(bazaar: Bazaar) -> None:
    with pytest.raises(MarketRefused, match="khi chủ sạp đồng ý"):
        bazaar.stall("A1", phone="0912345678")
    stall = bazaar.stall("A1", phone="0912345678", agreed_how="spoken")
    holder = stall.holders.get()
    assert (holder.phone, holder.notice, holder.agreed_how) == ("+84912345678", 1, "spoken")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM onboarding_stallholder")
        assert "912345678" not in cursor.fetchone()[0]
    holder.agreed_at, holder.agreed_how = None, ""
    with pytest.raises(IntegrityError), transaction.atomic():
        holder.save()


def test_a_household_is_one_of_the_commune(bazaar: Bazaar) -> None:
    with pytest.raises(MarketRefused, match="không có hộ mang số này"):
        bazaar.stall("A1", household_id=987654)
    stall = bazaar.stall("A1", household_id=bazaar.people.producer.household_id)
    assert stall.holders.get().household_id == bazaar.people.producer.household_id


def test_a_new_holder_is_checked_anew_and_a_better_spelling_is_not(bazaar: Bazaar) -> None:
    stall, chi = bazaar.stall("A1"), bazaar.viewers["chi"]
    bazaar.check(stall, code_text(name="NGUYEN THI HOA"))
    first = stall.holders.get()
    set_holder(stall=stall, facts=HolderFacts("Nguyễn Thị Hòa"), is_correction=True, by=chi)
    assert stall.holders.get() == first and holder_on(stall, bazaar.today).full_name == "Nguyễn Thị Hòa"  # type: ignore[union-attr]
    assert stall_states([stall.pk], bazaar.today)[stall.pk].verdict == Verdict.RIGHT
    # Another name written as a "correction" is another person as far as the code is concerned.
    set_holder(stall=stall, facts=HolderFacts("Trần Văn Bảy"), is_correction=True, by=chi)
    assert stall_states([stall.pk], bazaar.today)[stall.pk].verdict == Verdict.HOLDER_CHANGED
    assert stall_states([stall.pk], bazaar.today - timedelta(days=1))[stall.pk].holder == first
    set_holder(stall=stall, facts=None, is_correction=False, by=chi)
    assert holder_on(stall, bazaar.today) is None


def test_no_name_stands_in_the_trail(bazaar: Bazaar) -> None:
    bazaar.stall("A1", phone="0912345678", agreed_how="paper")
    entries = AuditEntry.objects.filter(action__startswith="stall.")
    assert entries.exists() and all(
        HOA not in str(vars(each)) and "912345678" not in str(vars(each)) for each in entries
    )


def test_stalls_stand_as_people_count_them(bazaar: Bazaar) -> None:
    for number in ("10", "B1", "2", "A12", "A1"):
        bazaar.stall(number)
    assert [each.number for each in in_order(bazaar.market.stalls.all())] == ["2", "10", "A1", "A12", "B1"]


def test_a_market_follows_the_map(bazaar: Bazaar) -> None:
    here = bazaar.people.commune
    there = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=here.pk)[0]
    same = Market.objects.create(commune=there, name="Chợ Sớm", valid_from=bazaar.today, recorded_at=clock.now())
    for _time in range(2):
        follow_map(MapTurned(bazaar.today, "NQ", (UnitLinkFact(here.pk, there.pk, "whole"),), ()))
    bazaar.market.refresh_from_db()
    assert bazaar.market.commune == there and bazaar.market.name.startswith("Chợ Sớm (") and same.name == "Chợ Sớm"
