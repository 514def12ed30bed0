"""What is found about codes: read, compared, decided; and what does not count."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.audit.models import AuditEntry
from onboarding.markets.actions import Found, MarketRefused, NotAllowed, check_code, close_stall, decide_name
from onboarding.markets.models import CodeCheck, NameDecision, PaymentCode, Stall
from onboarding.markets.queries.stalls import stalls_in_force, with_stall_marks
from onboarding.markets.queries.states import Verdict, stall_states
from onboarding.markets.rules import name_match
from tests.onboarding.markets.bazaar import HOA, Bazaar, broken, code_text


def verdict(stall: Stall, bazaar: Bazaar) -> Verdict:
    """The words of the desk; what is counted says the same."""
    found = stall_states([stall.pk], bazaar.today)[stall.pk].verdict
    counted = with_stall_marks(stalls_in_force(bazaar.today), bazaar.today).filter(pk=stall.pk, has_right_code=True)
    assert counted.exists() is (found is Verdict.RIGHT)
    return found


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("NGUYEN THI HOA", "same"),
        ("nguyen  thi hoà", "same"),
        ("NGUYỄN THỊ HÒA", "same"),
        ("HOA NGUYEN THI", "near"),
        ("NGUYEN HOA", "near"),
        ("HKD NGUYEN THI HOA", "near"),
        ("NGUYEN THI HOAN", "near"),
        ("NGUYEN THI HONG HANH", "other"),
        ("HOA", "other"),
        ("TRAN VAN BAY", "other"),
        ("", "unknown"),
        ("***", "unknown"),
    ],
)
def test_names_as_banks_write_them(name: str, match: str) -> None:
    assert name_match(name, HOA) == match


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_agree_in_both_directions(one: str, other: str) -> None:
    assert name_match(one, other) == name_match(other, one)


class TestVerdicts:
    def test_nothing_found_yet(self, bazaar: Bazaar) -> None:
        assert verdict(bazaar.stall("A1"), bazaar) == Verdict.UNCHECKED

    @pytest.mark.parametrize(
        ("text", "found", "expected"),
        [
            ("", {"finding": "none"}, Verdict.NONE),
            ("", {"finding": "unreadable"}, Verdict.UNREADABLE),
            ("https://zalo.me/0912345678", {}, Verdict.OTHER_CODE),
            (code_text(), {}, Verdict.UNNAMED),
            (code_text(), {"name_in_app": "NGUYEN THI HOA"}, Verdict.RIGHT),
            (code_text(name="NGUYEN THI HOA"), {}, Verdict.RIGHT),
            (code_text(name="TRAN VAN BAY"), {}, Verdict.STRANGER),
            # Whoever prints a name into a code is not the bank.
            (code_text(name="NGUYEN THI HOA"), {"name_in_app": "TRAN VAN BAY"}, Verdict.STRANGER),
            (broken(code_text(name="NGUYEN THI HOA")), {}, Verdict.BROKEN),
            (code_text(name="NGUYEN HOA"), {}, Verdict.NEAR),
        ],
    )
    def test_what_was_found(self, bazaar: Bazaar, text: str, found: dict[str, str], expected: Verdict) -> None:
        stall = bazaar.stall("A1")
        bazaar.check(stall, text, **found)
        assert verdict(stall, bazaar) == expected

    def test_without_a_holder_nothing_is_compared(self, bazaar: Bazaar) -> None:
        stall = bazaar.stall("A1", "")
        bazaar.check(stall, code_text(name="NGUYEN THI HOA"))
        assert verdict(stall, bazaar) == Verdict.NO_HOLDER

    def test_the_last_check_counts_and_the_first_stays(self, bazaar: Bazaar) -> None:
        stall = bazaar.stall("A1")
        yesterday = bazaar.today - timedelta(days=1)
        with time_machine.travel(bazaar.today - timedelta(days=1), tick=False):
            first = bazaar.check(stall, code_text(name="NGUYEN THI HOA"))
        kept = CodeCheck.objects.filter(pk=first.pk).values().get()
        bazaar.check(stall, finding="none")
        assert verdict(stall, bazaar) == Verdict.NONE
        assert CodeCheck.objects.filter(pk=first.pk).values().get() == kept
        assert stall_states([stall.pk], yesterday)[stall.pk].verdict == Verdict.RIGHT
        assert with_stall_marks(stalls_in_force(yesterday), yesterday).get().has_right_code  # type: ignore[attr-defined]


class TestTricks:
    def test_one_code_at_stalls_of_two_people_counts_for_neither(self, bazaar: Bazaar) -> None:
        """Both are called Hoa; the bank's name agrees with both, and the account is one person's."""
        one, other = bazaar.stall("A1"), bazaar.stall("A2", "Nguyễn Thị Hòa")
        for stall in (one, other):
            bazaar.check(stall, code_text(name="NGUYEN THI HOA"))
        assert [verdict(one, bazaar), verdict(other, bazaar)] == [Verdict.SHARED, Verdict.SHARED]
        assert "sạp A2" in stall_states([one.pk], bazaar.today)[one.pk].words
        close_stall(stall=other, end=bazaar.today, by=bazaar.viewers["chi"])
        assert verdict(one, bazaar) == Verdict.RIGHT

    @pytest.mark.parametrize("same", [{"phone": "0912345678", "agreed_how": "spoken"}, {"household_id": 0}])
    def test_one_person_may_have_one_code_at_two_stalls(self, bazaar: Bazaar, same: dict[str, object]) -> None:
        if "household_id" in same:
            same = {"household_id": bazaar.people.producer.household_id}
        stalls = [bazaar.stall("A1", **same), bazaar.stall("A2", **same)]
        for stall in stalls:
            bazaar.check(stall, code_text(name="NGUYEN THI HOA"))
        assert [verdict(each, bazaar) for each in stalls] == [Verdict.RIGHT, Verdict.RIGHT]

    def test_a_neighbours_code_pasted_up_hurts_only_where_it_was_pasted(self, bazaar: Bazaar) -> None:
        mine, his = bazaar.stall("A1"), bazaar.stall("A2", "Trần Văn Bảy")
        bazaar.check(mine, code_text(name="NGUYEN THI HOA"))
        bazaar.check(his, code_text(name="NGUYEN THI HOA"))
        assert [verdict(mine, bazaar), verdict(his, bazaar)] == [Verdict.RIGHT, Verdict.STRANGER]

    def test_the_same_number_at_another_bank_is_another_account(self, bazaar: Bazaar) -> None:
        stalls = [bazaar.stall("A1"), bazaar.stall("A2")]
        for stall, bank in zip(stalls, ("970403", "970436"), strict=True):
            bazaar.check(stall, code_text(name="NGUYEN THI HOA", bank_bin=bank))
        assert [verdict(each, bazaar) for each in stalls] == [Verdict.RIGHT, Verdict.RIGHT]


class TestNearNames:
    def test_a_second_person_decides_once(self, bazaar: Bazaar) -> None:
        stall, chi = bazaar.stall("A1"), bazaar.viewers["chi"]
        check = bazaar.check(stall, code_text(name="NGUYEN HOA"), by="hanh")
        decide_name(check=check, is_same=True, by=chi)
        assert verdict(stall, bazaar) == Verdict.RIGHT
        with pytest.raises(MarketRefused, match="đã có người quyết định"):
            decide_name(check=check, is_same=False, by=chi)
        assert stall_states([stall.pk], bazaar.today)[stall.pk].decision == NameDecision.objects.get()

    def test_no_means_somebody_else(self, bazaar: Bazaar) -> None:
        stall = bazaar.stall("A1")
        decide_name(check=bazaar.check(stall, code_text(name="NGUYEN HOA")), is_same=False, by=bazaar.viewers["chi"])
        assert verdict(stall, bazaar) == Verdict.STRANGER

    def test_nobody_decides_about_the_own_look(self, bazaar: Bazaar) -> None:
        stall = bazaar.stall("A1")
        check = bazaar.check(stall, code_text(name="NGUYEN HOA"), by="chi")
        with pytest.raises(MarketRefused, match="người khác với người kiểm tra"):
            decide_name(check=check, is_same=True, by=bazaar.viewers["chi"])
        for name in ("hanh", "an", "dung", "buu"):
            with pytest.raises(NotAllowed):
                decide_name(check=check, is_same=True, by=bazaar.viewers[name])
        assert not NameDecision.objects.exists() and verdict(stall, bazaar) == Verdict.NEAR
        decide_name(check=check, is_same=True, by=bazaar.viewers["phuong"])
        assert verdict(stall, bazaar) == Verdict.RIGHT

    def test_only_near_names_are_decided(self, bazaar: Bazaar) -> None:
        check = bazaar.check(bazaar.stall("A1"), code_text(name="TRAN VAN BAY"))
        with pytest.raises(MarketRefused, match="không có tên gần giống"):
            decide_name(check=check, is_same=True, by=bazaar.viewers["chi"])


@pytest.mark.parametrize("name", ["an", "dung", "phuong", "buu"])
def test_who_may_not_look(bazaar: Bazaar, name: str) -> None:
    stall = bazaar.stall("A1")
    before = AuditEntry.objects.count()
    with pytest.raises(NotAllowed):
        check_code(stall=stall, found=Found("photo", code_text()), by=bazaar.viewers[name])
    assert (CodeCheck.objects.count(), PaymentCode.objects.count(), AuditEntry.objects.count()) == (0, 0, before)


def test_a_closed_stall_is_not_checked(bazaar: Bazaar) -> None:
    stall = bazaar.stall("A1")
    close_stall(stall=stall, end=bazaar.today, by=bazaar.viewers["chi"])
    with pytest.raises(MarketRefused, match="đã thôi"):
        bazaar.check(stall, code_text())


def test_whose_account_it_is_stands_nowhere_in_the_clear(bazaar: Bazaar) -> None:
    bazaar.check(bazaar.stall("A1"), code_text(name="NGUYEN THI HOA"), name_in_app="NGUYEN THI HOA")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM onboarding_paymentcode")
        rows = json.dumps(cursor.fetchall(), default=str)
        cursor.execute("SELECT * FROM onboarding_codecheck")
        rows += json.dumps(cursor.fetchall(), default=str)
    assert "0123456789" not in rows and "NGUYEN" not in rows
    assert PaymentCode.objects.get(account_index__of="0123456789").account == "0123456789"
