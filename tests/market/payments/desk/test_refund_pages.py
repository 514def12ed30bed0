"""Refunds on their pages: what is offered to whom, and what pressing it does, also on a page that has gone stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS
from market.ledger.queries import book_sum
from market.payments.actions import approve_refund, decide_by_report, note_refund_answer, withdraw_refund
from market.payments.contract import RefundResult
from market.payments.models import Charge, Refund
from tests.market.conftest import Signed
from tests.market.payments.till import PAID, ask_back, ask_refunds_now, bank_says, book, given, send_now, state
from tests.market.payments.vnpay.running import Double
from tests.market.proof import everything, trail
from tests.people import People

LIST = "/ke-toan/hoan-tien/"
STEPS = ("duyet", "rut", "da-hoan", "khong-hoan", "gui-lai", "hoi", "dong")
NOTED = {"note": "Báo cáo 05/01."}
GAVE_100 = {GATEWAY: 200_000, HELD: -200_000}
UNTOUCHED = {GATEWAY: PAID, HELD: -PAID}


def here(refund: Refund) -> str:
    return f"{LIST}{refund.pk}/"


def offered(client: Client, refund: Refund) -> set[str]:
    """The steps whose forms or buttons stand on the page."""
    html = client.get(here(refund)).content.decode()
    return {step for step in STEPS if f'action="{here(refund)}{step}"' in html}


def press(client: Client, refund: Refund, step: str, **posted: str) -> str:
    """Press it; what the page says then."""
    answer = client.post(here(refund) + step, posted, follow=True)
    assert answer.status_code == 200
    found = answer.context["messages"]
    return " ".join(str(message) for message in found)


def time_passes(refund: Refund) -> None:
    Refund.objects.filter(pk=refund.pk).update(sent_at=clock.now() - timedelta(minutes=6))


@pytest.fixture
def lost(charge: Charge, gateway: Double, ngan: Viewer) -> Refund:
    """Ngân asked for it, it was sent, and no answer can come any more."""
    gateway.control("plan", api="broken")
    refund = ask_back(charge, 100_000, by=ngan)
    send_now()
    gateway.control("plan")
    time_passes(refund)
    return refund


class TestTwoPeople:
    @pytest.fixture
    def big(self, charge: Charge, settings: Any, ngan: Viewer) -> Refund:
        settings.REFUND_ALONE_UP_TO = 99_999
        return ask_back(charge, 100_000, by=ngan)

    def test_whoever_asked_reads_why_there_is_no_button(
        self, big: Refund, gateway: Double, ngan: Viewer, tam: Viewer, signed: Signed
    ) -> None:
        hers, his = signed(ngan), signed(tam)
        assert (offered(hers, big), offered(his, big)) == ({"rut"}, {"duyet", "rut"})
        assert "Bạn đã lập khoản hoàn này, nên người khác phải duyệt." in hers.get(here(big)).content.decode()
        before = everything()
        assert "người khác phải quyết định" in press(hers, big, "duyet")
        assert everything() == before
        assert "Đã duyệt" in press(his, big, "duyet")
        assert (state(big)[0], big.decided_by_id, send_now(), given(gateway)) == (
            "ready", tam.user_id, 1, [(100_000, "03", "05")],
        )  # fmt: skip
        assert "Tam" in hers.get(here(big)).content.decode(), "who approved stands there"

    def test_pressed_twice_the_second_reads_that_it_is_done(self, big: Refund, tam: Viewer, signed: Signed) -> None:
        his = signed(tam)
        press(his, big, "duyet")
        before = everything()
        assert "Hãy mở lại trang" in press(his, big, "duyet")
        assert everything() == before

    def test_a_page_that_went_stale(self, big: Refund, ngan: Viewer, tam: Viewer, signed: Signed) -> None:
        withdraw_refund(refund=big, by=ngan)
        before = everything()
        for step in STEPS:
            assert press(signed(tam), big, step, **NOTED, has_paid="yes"), step
        assert everything() == before and offered(signed(tam), big) == set()

    def test_refused_with_a_reason(self, big: Refund, tam: Viewer, signed: Signed) -> None:
        press(signed(tam), big, "rut", note="Nhầm đơn.")
        assert (state(big)[0], big.note, book()) == ("withdrawn", "Nhầm đơn.", UNTOUCHED)
        assert "Nhầm đơn." in signed(tam).get(here(big)).content.decode()


class TestByTheReport:
    def test_what_is_still_being_answered_is_left_alone(self, lost: Refund, tam: Viewer, signed: Signed) -> None:
        Refund.objects.filter(pk=lost.pk).update(sent_at=clock.now())
        his = signed(tam)
        assert offered(his, lost) == set() and "chưa đầy năm phút" in his.get(here(lost)).content.decode()
        before = everything()
        assert "năm phút" in press(his, lost, "da-hoan", **NOTED)
        assert everything() == before

    @pytest.mark.parametrize(
        ("step", "end", "stands"), [("da-hoan", "succeeded", GAVE_100), ("khong-hoan", "failed", UNTOUCHED)]
    )
    def test_another_writes_the_result(
        self, lost: Refund, ngan: Viewer, tam: Viewer, signed: Signed, step: str, end: str, stands: dict[str, int]
    ) -> None:
        hers, his = signed(ngan), signed(tam)
        assert offered(hers, lost) == {"gui-lai"} and offered(his, lost) == {"da-hoan", "khong-hoan", "gui-lai"}
        before = everything()
        assert "người khác" in press(hers, lost, step, **NOTED)
        assert "chứng từ" in press(his, lost, step) and "chứng từ" in press(his, lost, step, note="x" * 201)
        assert everything() == before
        press(his, lost, step, **NOTED)
        assert (state(lost)[0], lost.note, book()) == (end, "Báo cáo 05/01.", stands)

    def test_sent_again_under_its_number(self, lost: Refund, gateway: Double, ngan: Viewer, signed: Signed) -> None:
        assert "cùng số yêu cầu" in press(signed(ngan), lost, "gui-lai", **NOTED)
        send_now()
        assert (state(lost), given(gateway)) == (("accepted", "94", ""), [(100_000, "03", "05")])
        assert "không cho số để hỏi" in signed(ngan).get(here(lost)).content.decode()

    def test_the_bank_is_asked_at_once(self, charge: Charge, gateway: Double, ngan: Viewer, signed: Signed) -> None:
        refund = ask_back(charge, 100_000)
        send_now()
        hers = signed(ngan)
        assert offered(hers, refund) == {"hoi"}
        bank_says(gateway, refund, "00")
        assert "Sẽ hỏi VNPAY" in press(hers, refund, "hoi")
        assert refund.next_step_at is not None
        ask_refunds_now()
        assert (state(refund)[0], offered(hers, refund)) == ("succeeded", set())


class TestClosing:
    GOING = RefundResult("pending", 100_000, response_code="00", transaction_status="05", transaction_no="15000001")

    @pytest.fixture
    def contradicted(self, lost: Refund, tam: Viewer) -> Refund:
        """Counted as failed; then VNPAY says that the money is on its way."""
        decide_by_report(refund=lost, has_paid=False, note="Báo cáo không có.", by=tam)
        note_refund_answer(refund=lost, result=self.GOING)
        return lost

    def test_the_report_puts_the_book_right(
        self, contradicted: Refund, ngan: Viewer, tam: Viewer, signed: Signed
    ) -> None:
        hers, his = signed(ngan), signed(tam)
        assert (offered(hers, contradicted), offered(his, contradicted)) == (set(), {"dong"})
        assert "người khác phải ghi kết quả" in hers.get(here(contradicted)).content.decode()
        before = everything()
        assert "Hãy chọn" in press(his, contradicted, "dong", note="Báo cáo 06/01.")
        assert "Hãy chọn kết quả" in press(his, contradicted, "dong", has_paid="yes")
        assert "Hãy chọn kết quả" in press(his, contradicted, "dong", has_paid="maybe", **NOTED)
        assert "người khác" in press(hers, contradicted, "dong", has_paid="yes", **NOTED)
        assert everything() == before
        assert "Đã sửa sổ" in press(his, contradicted, "dong", has_paid="yes", note="Báo cáo 06/01.")
        assert (state(contradicted)[0], contradicted.note, book(), book_sum()) == (
            "succeeded",
            "Báo cáo 06/01.",
            GAVE_100,
            0,
        )
        html = his.get(here(contradicted)).content.decode()
        assert "Sửa theo báo cáo của VNPAY" in html and "Sửa sổ theo báo cáo hoàn tiền" in html
        assert offered(his, contradicted) == set()

    def test_the_book_was_right(self, contradicted: Refund, tam: Viewer, signed: Signed) -> None:
        assert "Đã ghi và đóng" in press(signed(tam), contradicted, "dong", has_paid="no", **NOTED)
        assert (state(contradicted)[0], book(), trail()[-1][0]) == ("failed", UNTOUCHED, "refund.case_closed")

    def test_a_failed_one_is_closed_by_whoever_asked_with_a_note_only(
        self, lost: Refund, ngan: Viewer, tam: Viewer, signed: Signed
    ) -> None:
        decide_by_report(refund=lost, has_paid=False, note="Báo cáo không có.", by=tam)
        Refund.objects.filter(pk=lost.pk).update(note="")
        hers = signed(ngan)
        assert offered(hers, lost) == {"dong"} and "has_paid" not in hers.get(here(lost)).content.decode()
        assert "has_paid" in signed(tam).get(here(lost)).content.decode()
        press(hers, lost, "dong", note="Đã hoàn bằng chuyển khoản.")
        assert (state(lost)[0], lost.note, book()) == ("failed", "Đã hoàn bằng chuyển khoản.", UNTOUCHED)


class TestLists:
    def test_each_tab_shows_its_own_and_counts(
        self, charge: Charge, lost: Refund, ngan: Viewer, settings: Any, signed: Signed
    ) -> None:
        settings.REFUND_ALONE_UP_TO = 0
        asked, going = ask_back(charge, 20_000, by=ngan), ask_back(charge, 10_000)
        hers = signed(ngan)
        shown = {
            tab: [row.refund.pk for row, _ in hers.get(LIST, {"muc": tab}).context["rows"]]
            for tab in ("cho-duyet", "chua-ro", "dang-hoan", "khong-duoc", "tat-ca", "")
        }
        assert shown == {
            "cho-duyet": [asked.pk], "chua-ro": [lost.pk], "dang-hoan": [going.pk], "khong-duoc": [],
            "tat-ca": [going.pk, asked.pk, lost.pk], "": [asked.pk],
        }  # fmt: skip
        html = hers.get(LIST).content.decode()
        assert "Chờ duyệt (1)" in html and "Không được (0)" in html
        assert "Không có khoản hoàn nào ở đây." in hers.get(LIST, {"muc": "khong-duoc"}).content.decode()

    def test_where_nothing_waits_all_are_shown(self, ngan: Viewer, signed: Signed) -> None:
        assert signed(ngan).get(LIST).context["tabs"][-1]["current"]


def test_only_who_handles_money_decides(lost: Refund, kiem: Viewer, people: People, signed: Signed) -> None:
    others = [people.viewer(name) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu")]
    before = everything()
    for viewer in (kiem, *others):
        browser = signed(viewer)
        assert {browser.post(here(lost) + step, NOTED).status_code for step in STEPS} == {404}
    for viewer in others:
        assert {signed(viewer).get(each).status_code for each in (LIST, here(lost))} == {404}
    assert everything() == before
    assert offered(signed(kiem), lost) == set() and "Bạn chỉ xem" in signed(kiem).get(here(lost)).content.decode()


def test_unknown_steps_and_refunds_are_not_there(lost: Refund, ngan: Viewer, signed: Signed) -> None:
    hers = signed(ngan)
    before = everything()
    assert hers.post(here(lost) + "xoa").status_code == hers.post(f"{LIST}99999/duyet").status_code == 404
    assert (hers.get(f"{LIST}99999/").status_code, hers.get(here(lost) + "duyet").status_code) == (404, 405)
    assert everything() == before


def test_money_of_a_refund_that_somebody_else_approved_meanwhile(
    charge: Charge, settings: Any, ngan: Viewer, tam: Viewer, signed: Signed
) -> None:
    settings.REFUND_ALONE_UP_TO = 0
    refund = ask_back(charge, 100_000, by=ngan)
    approve_refund(refund=refund, by=tam)
    send_now()
    before = everything()
    assert "Hãy mở lại trang" in press(signed(ngan), refund, "rut")
    assert everything() == before and book() == {GATEWAY: PAID, HELD: -200_000, REFUNDS: -100_000}


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budgets(
    charge: Charge, ngan: Viewer, signed: Signed, settings: Any, django_assert_num_queries: Any, rows: int
) -> None:
    settings.REFUND_ALONE_UP_TO = 0
    refund, *_ = [ask_back(charge, 1_000, by=ngan) for _ in range(rows)]
    browser = signed(ngan)
    browser.get(LIST)
    with django_assert_num_queries(LIST_COST):
        browser.get(LIST)
    with django_assert_num_queries(PAGE_COST):
        browser.get(here(refund))


LIST_COST, PAGE_COST = 11, 11
