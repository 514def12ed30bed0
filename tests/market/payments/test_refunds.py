"""Giving money back at the running double: every answer there is, the book after each, and never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.events import registry
from core.events.registry import Event
from core.kit import clock
from core.people.queries import NOBODY, SYSTEM, Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS
from market.ledger.models import LedgerEntry
from market.payments.actions import (
    NotApprover,
    RefundRefused,
    approve_refund,
    ask_about_refund_soon,
    close_case,
    decide_by_report,
    note_refund_answer,
    request_refund,
    send_again,
    withdraw_refund,
)
from market.payments.contract import RefundResult
from market.payments.events import RefundFinished
from market.payments.models import Charge, GatewayMessage, Refund
from market.payments.queries import refunds_failed, refunds_to_approve, refunds_unknown, refunds_with_bank
from market.payments.vnpay import client
from tests.market.payments.till import (
    PAID,
    ask_back,
    ask_refunds_now,
    bank_says,
    book,
    given,
    paid,
    send_now,
    state,
)
from tests.market.payments.vnpay.running import Double
from tests.market.proof import everything, trail

UNTOUCHED = {GATEWAY: 300_000, HELD: -300_000}
ASKED_100 = {GATEWAY: 300_000, HELD: -200_000, REFUNDS: -100_000}
GAVE_100 = {GATEWAY: 200_000, HELD: -200_000}


@pytest.fixture
def charge(gateway: Double, db: None) -> Charge:
    """300,000 đồng that were paid at the double."""
    charge = paid(gateway)
    assert book() == UNTOUCHED
    return charge


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    events: list[Event] = []
    monkeypatch.setitem(registry._handlers, RefundFinished, [*registry._handlers[RefundFinished], events.append])
    return events


def left(charge: Charge) -> int:
    charge.refresh_from_db()
    return charge.left


def verdicts() -> list[str]:
    found = GatewayMessage.objects.filter(kind="refund").order_by("pk").values_list("verdict", flat=True)
    return [verdict.split(":")[0] for verdict in found]


def time_passes(refund: Refund) -> None:
    """So long that no answer can come any more."""
    Refund.objects.filter(pk=refund.pk).update(sent_at=clock.now() - timedelta(minutes=6))


def waiting(viewer: Viewer) -> dict[str, int]:
    """What people see that they must look at."""
    lists = {
        "approve": refunds_to_approve(viewer),
        "unknown": refunds_unknown(viewer),
        "bank": refunds_with_bank(viewer),
        "failed": refunds_failed(viewer),
    }
    return {name: rows.count() for name, rows in lists.items() if rows}


@pytest.mark.parametrize(("amount", "kind"), [(100_000, "03"), (PAID, "02")])
def test_from_accepted_over_the_bank_to_paid_back(
    charge: Charge, gateway: Double, finished: list[Event], ngan: Viewer, amount: int, kind: str
) -> None:
    refund = ask_back(charge, amount)
    asked = {GATEWAY: PAID, HELD: amount - PAID, REFUNDS: -amount}
    assert book() == {name: each for name, each in asked.items() if each}
    assert (state(refund), left(charge), given(gateway)) == (("ready", "", ""), PAID - amount, [])
    assert send_now() == 1
    assert (state(refund), given(gateway)) == (("accepted", "00", "05"), [(amount, kind, "05")])
    assert refund.transaction_no and refund.transaction_no != charge.attempt.transaction_no
    assert (send_now(), waiting(ngan)) == (0, {"bank": 1})
    bank_says(gateway, refund, "06")
    assert ask_refunds_now() == 1
    assert (state(refund), finished) == (("accepted", "00", "06"), [])
    bank_says(gateway, refund, "00")
    assert ask_refunds_now() == 1
    assert (state(refund), finished) == (("succeeded", "00", "00"), [RefundFinished(refund.pk)])
    gone = {GATEWAY: PAID - amount, HELD: amount - PAID}
    assert book() == {name: each for name, each in gone.items() if each}
    assert (left(charge), waiting(ngan), ask_refunds_now(), send_now()) == (PAID - amount, {}, 0, 0)
    assert verdicts() == ["asking", "00 pending"]
    assert [word for word, _, label in trail() if label == f"refund:{refund.pk}"] == [
        "refund.asked",
        "refund.succeeded",
    ]


def test_the_bank_says_no_and_the_money_is_there_again(
    charge: Charge, gateway: Double, finished: list[Event], ngan: Viewer
) -> None:
    refund = ask_back(charge, PAID)
    send_now()
    bank_says(gateway, refund, "09")
    ask_refunds_now()
    assert (state(refund)[0], left(charge), book()) == ("failed", PAID, UNTOUCHED)
    assert (waiting(ngan), finished) == ({"failed": 1}, [RefundFinished(refund.pk)])
    again = ask_back(charge, PAID)
    assert again.is_full, "the one before has failed: this is a full refund once more"
    assert waiting(ngan) == {"bank": 1}, "asked for anew, nobody needs to look at the old one"
    send_now()
    assert given(gateway) == [(PAID, "02", "09"), (PAID, "02", "05")]


@pytest.mark.parametrize(("fault", "verdict"), [("duplicate", "94 pending")])
def test_already_asked_for_without_a_number_reaches_a_person(
    charge: Charge, gateway: Double, ngan: Viewer, fault: str, verdict: str
) -> None:
    gateway.control("plan", api=fault, api_command="refund")
    refund = ask_back(charge, 100_000)
    send_now()
    assert (state(refund), refund.transaction_no, refund.next_step_at) == (("accepted", "94", ""), "", None)
    assert (waiting(ngan), ask_refunds_now(), verdicts()) == ({"unknown": 1}, 0, ["asking", verdict])
    assert book() == ASKED_100
    with pytest.raises(RefundRefused, match="không hỏi được"):
        ask_about_refund_soon(refund=refund, by=ngan)
    with pytest.raises(RefundRefused):
        send_again(refund=refund, note="Báo cáo ngày 05/01.", by=ngan)
    time_passes(refund)
    decide_by_report(refund=refund, has_paid=False, note="Báo cáo ngày 05/01.", by=ngan)
    assert (state(refund)[0], book(), left(charge), waiting(ngan)) == ("failed", UNTOUCHED, PAID, {})


LOST = {
    "error": "99 unknown",
    "bad_signature": "unusable",
    "cut": "no answer",
    "broken": "unusable",
    "other_payment": "unusable",
}


@pytest.mark.parametrize("fault", LOST)
def test_what_nobody_knows_is_never_sent_again_by_itself(
    charge: Charge, gateway: Double, ngan: Viewer, fault: str
) -> None:
    gateway.control("plan", api=fault)
    refund = ask_back(charge, 100_000)
    assert send_now() == 1
    reached = [] if fault == "error" else [(100_000, "03", "05")]
    code = "99" if fault == "error" else ""
    assert (state(refund), given(gateway), verdicts()) == (("sent", code, ""), reached, ["asking", LOST[fault]])
    gateway.control("plan")
    assert (send_now(), ask_refunds_now(), waiting(ngan)) == (0, 0, {"bank": 1})
    time_passes(refund)
    assert (send_now(), waiting(ngan), book(), left(charge)) == (0, {"unknown": 1}, ASKED_100, 200_000)
    assert given(gateway) == reached
    with pytest.raises(RefundRefused, match="không còn đủ tiền"):
        ask_back(charge, PAID)


def test_a_slow_answer_is_waited_for(charge: Charge, gateway: Double) -> None:
    gateway.control("plan", api="delay", delay_ms=700)
    refund = ask_back(charge, 100_000)
    send_now()
    assert (state(refund), given(gateway)) == (("accepted", "00", "05"), [(100_000, "03", "05")])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.refund.__kwdefaults__, "read_timeout", 0.3)


def test_a_time_out_after_it_was_accepted_and_what_a_person_may_do(
    charge: Charge, gateway: Double, impatient: None, ngan: Viewer, tam: Viewer
) -> None:
    gateway.control("plan", api="delay", delay_ms=900)
    refund = ask_back(charge, 100_000, by=ngan)
    number = refund.request_id
    send_now()
    assert (state(refund)[0], verdicts()) == ("sent", ["asking", "no answer"])
    for decide in (
        lambda: send_again(refund=refund, note="Báo cáo ngày 05/01.", by=ngan),
        lambda: decide_by_report(refund=refund, has_paid=True, note="Báo cáo ngày 05/01.", by=tam),
    ):
        with pytest.raises(RefundRefused, match="năm phút"):
            decide()
    time_passes(refund)
    gateway.control("plan")
    with pytest.raises(RefundRefused, match="chứng từ"):
        send_again(refund=refund, note="  ", by=ngan)
    send_again(refund=refund, note="Báo cáo không có.", by=ngan)
    with pytest.raises(RefundRefused):
        withdraw_refund(refund=refund, by=ngan)
    send_now()
    assert refund.request_id == number, "the number under which it is asked for never changes"
    assert given(gateway) == [(100_000, "03", "05")], "known to the gateway by its number: not given back twice"
    assert (state(refund), waiting(ngan)) == (("accepted", "94", ""), {"unknown": 1})
    time_passes(refund)
    with pytest.raises(NotApprover):
        decide_by_report(refund=refund, has_paid=True, note="Báo cáo ngày 06/01.", by=ngan)
    decide_by_report(refund=refund, has_paid=True, note="Báo cáo ngày 06/01.", by=tam)
    assert (state(refund)[0], refund.note, book(), left(charge)) == (
        "succeeded",
        "Báo cáo ngày 06/01.",
        GAVE_100,
        200_000,
    )
    before = everything()
    for late in (
        lambda: decide_by_report(refund=refund, has_paid=False, note="Nhầm.", by=tam),
        lambda: send_again(refund=refund, note="Nhầm.", by=tam),
        lambda: close_case(refund=refund, note="Nhầm.", by=tam),
    ):
        with pytest.raises(RefundRefused):
            late()
    assert everything() == before


def test_what_surely_did_not_leave_is_tried_again_and_may_be_taken_back(
    charge: Charge, gateway: Double, settings: Any, ngan: Viewer
) -> None:
    refund, other = ask_back(charge, 100_000), ask_back(charge, 50_000)
    right = settings.VNPAY
    for wrong in ({"api_url": "http://127.0.0.1:9/"}, {"allow_private": False}):
        settings.VNPAY = right | wrong
        assert send_now() == 0
        assert (state(refund)[0], refund.sent_at, refund.calls, waiting(ngan)) == ("ready", None, 0, {"bank": 2})
        assert refund.next_step_at is not None and refund.next_step_at > clock.now() + timedelta(minutes=4)
    withdraw_refund(refund=other, by=ngan, note="Người mua đổi ý.")
    assert (state(other)[0], left(charge), book()) == ("withdrawn", 200_000, ASKED_100)
    settings.VNPAY = right
    assert send_now() == 1
    assert (state(refund)[0], given(gateway)) == ("accepted", [(100_000, "03", "05")])


def test_a_wrong_signature_of_ours_fails_and_is_told(
    charge: Charge, gateway: Double, settings: Any, ngan: Viewer, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """The double signs with the same secret, so the answer is believed; only the terminal's name is wrong for it."""
    right, sign = settings.VNPAY, client.wire.sign_refund
    monkeypatch.setattr(client.wire, "sign_refund", lambda request, secret: sign(request, "not-" + secret))
    refund = ask_back(charge, 100_000)
    send_now()
    assert right == settings.VNPAY
    assert (state(refund), book(), waiting(ngan)) == (("failed", "97", ""), UNTOUCHED, {"failed": 1})
    assert [record.levelname for record in caplog.records if "signature" in record.message] == ["ERROR"]
    close_case(refund=refund, note="Đã sửa khóa, đã hoàn tay.", by=ngan)
    assert (waiting(ngan), trail()[-1][0]) == ({}, "refund.case_closed")


def test_never_more_than_came(charge: Charge, gateway: Double) -> None:
    refund = ask_back(charge, 100_000)
    before = everything()
    for amount in (200_001, PAID, 0, -1):
        with pytest.raises(RefundRefused):
            ask_back(charge, amount)
    assert everything() == before
    rest = ask_back(charge, 200_000)
    assert (rest.is_full, refund.is_full, left(charge)) == (False, False, 0)
    assert send_now() == 2
    assert given(gateway) == [(100_000, "03", "05"), (200_000, "03", "05")]
    for each in (refund, rest):
        bank_says(gateway, each, "00")
    ask_refunds_now()
    assert (book(), [state(each)[0] for each in (refund, rest)]) == ({}, ["succeeded"] * 2)


def test_after_a_withdrawn_part_the_whole_is_a_full_one(charge: Charge, gateway: Double, ngan: Viewer) -> None:
    withdraw_refund(refund=ask_back(charge, 100_000, by=ngan), by=ngan)
    whole = ask_back(charge, PAID)
    assert whole.is_full
    send_now()
    assert given(gateway) == [(PAID, "02", "05")]


def test_one_page_sent_twice_is_one_refund(charge: Charge, gateway: Double, ngan: Viewer, tam: Viewer) -> None:
    first = ask_back(charge, 100_000, by=ngan, request_id="a" * 32)
    assert ask_back(charge, 100_000, by=ngan, request_id="a" * 32) == first
    for amount, by in ((50_000, ngan), (100_000, tam)):
        with pytest.raises(RefundRefused, match="khoản hoàn khác"):
            ask_back(charge, amount, by=by, request_id="a" * 32)
    assert (Refund.objects.count(), left(charge), book()) == (1, 200_000, ASKED_100)
    send_now()
    assert ask_back(charge, 100_000, by=ngan, request_id="a" * 32).state == "accepted"
    assert given(gateway) == [(100_000, "03", "05")]


class TestTwoPeople:
    @pytest.fixture
    def big(self, gateway: Double, settings: Any, db: None) -> Charge:
        """Above the limit of 200,000 đ."""
        settings.REFUND_ALONE_UP_TO = 200_000
        return paid(gateway)

    def test_whoever_asked_cannot_approve(self, big: Charge, gateway: Double, ngan: Viewer, tam: Viewer) -> None:
        refund = ask_back(big, 200_001, by=ngan)
        assert (state(refund)[0], send_now(), waiting(tam)) == ("asked", 0, {"approve": 1})
        before = everything()
        for nobody in (ngan, NOBODY, SYSTEM):
            with pytest.raises(NotApprover):
                approve_refund(refund=refund, by=nobody)
        assert everything() == before
        refund = approve_refund(refund=refund, by=tam)
        assert (refund.state, refund.decided_by_id) == ("ready", tam.user_id)
        assert (send_now(), given(gateway)) == (1, [(200_001, "03", "05")])
        for late in (approve_refund, withdraw_refund):
            with pytest.raises(RefundRefused):
                late(refund=refund, by=tam)

    @pytest.mark.parametrize("who", ["ngan", "tam"])
    def test_taken_back_or_refused_it_is_there_again(
        self, big: Charge, ngan: Viewer, tam: Viewer, finished: list[Event], who: str
    ) -> None:
        refund = ask_back(big, 200_001, by=ngan)
        assert book() == {GATEWAY: 300_000, HELD: -99_999, REFUNDS: -200_001}
        withdraw_refund(refund=refund, by={"ngan": ngan, "tam": tam}[who], note="Nhầm đơn.")
        assert (state(refund)[0], refund.note, left(big), book()) == ("withdrawn", "Nhầm đơn.", PAID, UNTOUCHED)
        assert refund.decided_by_id == (tam.user_id if who == "tam" else None)
        assert (finished, send_now()) == ([RefundFinished(refund.pk)], 0)
        with pytest.raises(RefundRefused):
            withdraw_refund(refund=refund, by=tam)
        assert book() == UNTOUCHED

    def test_many_small_ones_are_a_large_one(self, big: Charge, ngan: Viewer, tam: Viewer) -> None:
        ask_back(big, 50_000)  # the product's own do not count
        alone = [ask_back(big, 100_000, by=ngan), ask_back(big, 100_000, by=tam)]
        third = ask_back(big, 10_000, by=ngan)
        assert [refund.state for refund in (*alone, third)] == ["ready", "ready", "asked"]
        approve_refund(refund=third, by=tam)
        withdraw_refund(refund=alone[0], by=ngan)
        assert ask_back(big, 100_000, by=ngan).state == "ready", "what was withdrawn, or approved, does not count"

    def test_what_the_product_asks_for_itself_goes_alone(self, big: Charge) -> None:
        assert ask_back(big, PAID).state == "ready"

    def test_an_outsider_asks_for_nothing(self, big: Charge, people: Any) -> None:
        before = everything()
        for name in ("an", "chi", "phuong", "buu"):
            with pytest.raises(PermissionError):
                ask_back(big, 1_000, by=people.viewer(name))
        assert everything() == before

    def test_whoever_asked_for_much_sends_it_again_only_with_another(
        self, big: Charge, gateway: Double, ngan: Viewer, tam: Viewer
    ) -> None:
        refund = approve_refund(refund=ask_back(big, PAID, by=ngan), by=tam)
        gateway.control("plan", api="error")
        send_now()
        time_passes(refund)
        with pytest.raises(NotApprover):
            send_again(refund=refund, note="Báo cáo không có.", by=ngan)
        send_again(refund=refund, note="Báo cáo không có.", by=tam)
        gateway.control("plan")
        send_now()
        assert (state(refund)[0], given(gateway)) == ("accepted", [(PAID, "02", "05")])


class TestAnswersThatComeTooLate:
    """A process that slept through a person's decision brings the gateway's answer after it."""

    GOING = RefundResult("pending", 100_000, response_code="00", transaction_status="05", transaction_no="15000001")

    @pytest.fixture
    def sent(self, charge: Charge, gateway: Double) -> Refund:
        gateway.control("plan", api="broken")
        refund = ask_back(charge, 100_000)
        send_now()
        time_passes(refund)
        return refund

    def test_it_stops_what_was_to_be_sent_again(self, sent: Refund, gateway: Double, ngan: Viewer) -> None:
        send_again(refund=sent, note="Báo cáo không có.", by=ngan)
        note_refund_answer(refund=sent, result=self.GOING)
        assert (state(sent), send_now()) == (("accepted", "00", "05"), 0)

    def test_what_contradicts_a_person_reaches_people(self, sent: Refund, ngan: Viewer, caplog: Any) -> None:
        decide_by_report(refund=sent, has_paid=False, note="Báo cáo không có.", by=ngan)
        note_refund_answer(refund=sent, result=self.GOING)
        assert (state(sent)[0], book(), waiting(ngan)) == ("failed", UNTOUCHED, {"unknown": 1})
        assert trail()[-1][0] == "refund.contradicted" and "contradicts" in caplog.text
        with pytest.raises(RefundRefused, match="Hãy chọn"):
            close_case(refund=sent, note="Đã hỏi VNPAY.", by=ngan)
        close_case(refund=sent, note="Đã hỏi VNPAY: số này bị hủy.", by=ngan, has_paid=False)
        assert (waiting(ngan), state(sent)[0], book(), left(sent.charge)) == ({}, "failed", UNTOUCHED, PAID)
        assert trail()[-1][0] == "refund.case_closed", "the book was right: nothing is corrected"

    def test_money_that_went_back_after_all_is_taken_out_of_the_book(
        self, sent: Refund, ngan: Viewer, finished: list[Event]
    ) -> None:
        decide_by_report(refund=sent, has_paid=False, note="Báo cáo không có.", by=ngan)
        note_refund_answer(refund=sent, result=self.GOING)
        finished.clear()
        close_case(refund=sent, note="Báo cáo 06/01: đã hoàn.", by=ngan, has_paid=True)
        assert (state(sent)[0], book(), left(sent.charge), waiting(ngan)) == ("succeeded", GAVE_100, 200_000, {})
        assert [word for word, _, _ in trail()[-2:]] == ["refund.corrected", "refund.case_closed"]
        assert (sent.note, finished) == ("Báo cáo 06/01: đã hoàn.", [RefundFinished(sent.pk)])
        before = everything()
        with pytest.raises(RefundRefused, match="không chờ ai"):
            close_case(refund=sent, note="Lần nữa.", by=ngan, has_paid=True)
        assert everything() == before

    def test_money_that_never_went_back_is_there_again_and_may_turn_out_otherwise_once_more(
        self, sent: Refund, ngan: Viewer, tam: Viewer
    ) -> None:
        refused = RefundResult("failed", None, response_code="95")
        decide_by_report(refund=sent, has_paid=True, note="Báo cáo 05/01.", by=ngan)
        assert book() == GAVE_100
        for expected, told, has_paid in (
            (("failed", UNTOUCHED, PAID), refused, False),
            (("succeeded", GAVE_100, 200_000), self.GOING, True),
            (("failed", UNTOUCHED, PAID), refused, False),
        ):
            note_refund_answer(refund=sent, result=told)
            assert waiting(ngan) == {"unknown": 1}
            close_case(refund=sent, note="Báo cáo.", by=tam, has_paid=has_paid)
            assert (state(sent)[0], book(), left(sent.charge)) == expected
        assert LedgerEntry.objects.filter(kind="corrected").count() == 3

    def test_whoever_asked_does_not_say_what_became_of_it(
        self, charge: Charge, gateway: Double, ngan: Viewer, tam: Viewer
    ) -> None:
        gateway.control("plan", api="broken")
        refund = ask_back(charge, 100_000, by=ngan)
        send_now()
        time_passes(refund)
        decide_by_report(refund=refund, has_paid=False, note="Báo cáo.", by=tam)
        before = everything()
        with pytest.raises(NotApprover):
            close_case(refund=refund, note="Đã hoàn.", by=ngan, has_paid=True)
        assert everything() == before
        note_refund_answer(refund=refund, result=self.GOING)
        with pytest.raises(NotApprover):
            close_case(refund=refund, note="Chưa hoàn.", by=ngan, has_paid=False)
        close_case(refund=refund, note="Đã hoàn.", by=tam, has_paid=True)
        assert (state(refund)[0], book()) == ("succeeded", GAVE_100)

    def test_what_was_given_back_a_second_time_is_not_taken_out_twice(self, sent: Refund, ngan: Viewer) -> None:
        decide_by_report(refund=sent, has_paid=False, note="Báo cáo không có.", by=ngan)
        again = ask_back(sent.charge, PAID)
        note_refund_answer(refund=sent, result=self.GOING)
        before = everything()
        with pytest.raises(RefundRefused, match="đã được hoàn lần khác"):
            close_case(refund=sent, note="Đã hoàn.", by=ngan, has_paid=True)
        assert everything() == before
        withdraw_refund(refund=again, by=ngan)
        close_case(refund=sent, note="Đã hoàn.", by=ngan, has_paid=True)
        assert (state(sent)[0], book()) == ("succeeded", GAVE_100)

    def test_what_agrees_changes_nothing(self, sent: Refund, ngan: Viewer) -> None:
        decide_by_report(refund=sent, has_paid=True, note="Báo cáo 05/01.", by=ngan)
        before = everything()
        note_refund_answer(refund=sent, result=self.GOING)
        assert everything() == before

    def test_an_answer_about_another_sum_is_not_taken(self, sent: Refund, ngan: Viewer) -> None:
        other = RefundResult("succeeded", 99_999, transaction_status="00", transaction_no="15000001")
        note_refund_answer(refund=sent, result=other)
        assert (state(sent)[0], book(), waiting(ngan)) == ("sent", ASKED_100, {"unknown": 1})


def test_a_silent_bank_reaches_a_person(charge: Charge, gateway: Double, ngan: Viewer) -> None:
    refund = ask_back(charge, 100_000)
    send_now()
    gateway.control("plan", api="error")
    ask_refunds_now()
    assert (state(refund), waiting(ngan)) == (("accepted", "00", "05"), {"bank": 1})
    assert refund.next_step_at is not None and refund.next_step_at > clock.now() + timedelta(minutes=59)
    Refund.objects.update(sent_at=clock.now() - timedelta(days=10))
    assert waiting(ngan) == {"unknown": 1}


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The book's page breaks for refunds of these numbers as they finish."""
    broken: list[int] = []

    def break_(event: RefundFinished) -> None:
        if event.refund_id in broken:
            raise RuntimeError("a handler broke")

    handlers = [*registry._handlers[RefundFinished], break_]
    monkeypatch.setitem(registry._handlers, RefundFinished, handlers)
    return broken


def test_one_that_breaks_does_not_hold_up_the_others(charge: Charge, gateway: Double, breaking: list[int]) -> None:
    first, second = ask_back(charge, 100_000), ask_back(charge, 50_000)
    send_now()
    for each in (first, second):
        bank_says(gateway, each, "00")
    breaking.append(first.pk)
    assert ask_refunds_now() == 2
    assert (state(first)[0], state(second)[0]) == ("accepted", "succeeded")
    assert first.next_step_at is not None and first.next_step_at > clock.now()
    breaking.clear()
    ask_refunds_now()
    assert (state(first)[0], book()) == ("succeeded", {GATEWAY: 150_000, HELD: -150_000})


def test_the_account_must_exist(charge: Charge) -> None:
    before = everything()
    with pytest.raises(ValueError, match="no such account"):
        request_refund(charge=charge, amount=1_000, account="ngoai", subject="x", reason="x")
    assert everything() == before
