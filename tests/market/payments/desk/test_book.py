"""The book on its page and as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from openpyxl import load_workbook

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import BANK, GATEWAY, HELD, owed_to
from market.ledger.actions import write_entry
from market.ledger.models import LedgerEntry
from market.payments.models import Charge
from onboarding.producers.models import Producer
from tests.market.conftest import Signed
from tests.market.payments.till import ask_back
from tests.people import People

PAGE = "/ke-toan/so/"


def entry(kind: str, debit: str, credit: str, amount: int, subject: str = "order:1") -> LedgerEntry:
    with transaction.atomic():
        key = f"thu:{LedgerEntry.objects.count()}"
        return write_entry(kind, debit=debit, credit=credit, amount=amount, subject=subject, key=key, by=SYSTEM)


def seen(answer: Any) -> list[tuple[int, int | None]]:
    return [(line.entry.amount, line.balance) for line in answer.context["lines"]]


@pytest.fixture
def rows(db: None) -> list[LedgerEntry]:
    return [
        entry("received", GATEWAY, HELD, 100),
        entry("received", GATEWAY, HELD, 50, "order:2"),
        entry("settled", BANK, GATEWAY, 120),
        entry("refund_asked", HELD, "refunds", 30, "order:2"),
        entry("refunded", "refunds", GATEWAY, 30, "order:2"),
    ]


def test_all_of_it_newest_first(rows: list[LedgerEntry], ngan: Viewer, signed: Signed) -> None:
    answer = signed(ngan).get(PAGE)
    assert seen(answer) == [(30, None), (30, None), (120, None), (50, None), (100, None)]
    html = answer.content.decode()
    assert "5 dòng, cộng 330" in html and "Sổ cân" in html and "Giữ cho đơn chưa giao xong" in html


def test_one_account_with_what_it_stood_at(rows: list[LedgerEntry], ngan: Viewer, signed: Signed) -> None:
    answer = signed(ngan).get(PAGE, {"account": GATEWAY})
    assert seen(answer) == [(30, 0), (120, 30), (50, 150), (100, 100)]
    assert "4 dòng: ghi nợ 150" in answer.content.decode()
    assert seen(signed(ngan).get(PAGE, {"account": HELD})) == [(30, -120), (50, -150), (100, -100)]
    assert "dư có 120" in signed(ngan).get(PAGE, {"account": HELD}).content.decode()


def test_the_balance_goes_on_over_pages_and_days(ngan: Viewer, signed: Signed, time_machine: Any) -> None:
    start = clock.now() - timedelta(days=3)
    for number in range(60):
        time_machine.move_to(start + timedelta(hours=number))
        entry("received", GATEWAY, HELD, 1)
        entry("settled", BANK, HELD, 7)  # another account's, in between
    time_machine.move_to(start + timedelta(days=3))  # today again: the accountant's grant is of today
    pages = [seen(signed(ngan).get(PAGE, {"account": GATEWAY, "page": page})) for page in (1, 2, 3)]
    assert [balance for page in pages for _, balance in page] == list(range(60, 0, -1))
    until = clock.day_of(start + timedelta(hours=20))
    found = seen(signed(ngan).get(PAGE, {"account": GATEWAY, "until": str(until)}))
    last = LedgerEntry.objects.filter(debit=GATEWAY, at__lt=clock.start_of(until + timedelta(days=1))).count()
    assert found[0] == (1, last) and 0 < last < 60


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ({"kind": "received"}, [50, 100]),
        ({"subject": "order:2"}, [30, 30, 50]),
        ({"account": HELD, "kind": "received"}, [50, 100]),
        ({"account": "producer:1"}, []),
        ({"account": "bank'; --", "kind": "x"}, [30, 30, 120, 50, 100]),
    ],
)
def test_narrowed(
    rows: list[LedgerEntry], ngan: Viewer, signed: Signed, asked: dict[str, str], amounts: list[int]
) -> None:
    assert seen(signed(ngan).get(PAGE, asked)) == [(amount, None) for amount in amounts]


def test_nothing_yet_and_nothing_so(ngan: Viewer, signed: Signed) -> None:
    assert "Sổ chưa có dòng nào" in signed(ngan).get(PAGE).content.decode()
    assert "Không có dòng nào như vậy" in signed(ngan).get(PAGE, {"subject": "order:9"}).content.decode()


def test_accounts_and_subjects_go_by_the_names_people_know(
    people: People, charge: Charge, ngan: Viewer, signed: Signed
) -> None:
    entry("earned", HELD, owed_to(people.producer.pk), 10, f"payment:{charge.payment_id}")
    entry("paid_out", owed_to(999_999), BANK, 5, "payout:3")
    html = signed(ngan).get(PAGE).content.decode()
    for said in (
        f"Phải trả {people.producer.name}",
        "nhà số 999999",
        f"Khoản {charge.payment.reference}",
        f"/ke-toan/tien-vao/{charge.payment_id}/",
    ):
        assert said in html, said
    chosen = signed(ngan).get(PAGE, {"account": owed_to(people.producer.pk)}).content.decode()
    assert f"Sổ tiền: Phải trả {people.producer.name}" in chosen and "dư có 10" in chosen


class TestFiles:
    @pytest.fixture
    def wicked(self, people: People, rows: list[LedgerEntry]) -> Producer:
        """A producer whose name is a formula for a spreadsheet."""
        Producer.objects.filter(pk=people.producer.pk).update(name='=HYPERLINK("http://x";"y")')
        entry("earned", HELD, owed_to(people.producer.pk), 1_234_567)
        return people.producer

    def test_csv(self, wicked: Producer, ngan: Viewer, signed: Signed) -> None:
        answer = signed(ngan).get(f"{PAGE}so-tien.csv")
        assert "attachment" in answer["Content-Disposition"] and answer["Content-Type"] == "text/csv; charset=utf-8"
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        assert len(lines) == 7 and lines[1][5] == "1234567"
        assert lines[1][4].startswith("Phải trả =") and not [
            cell for line in lines for cell in line if cell[:1] in "=+-@" and cell
        ]

    def test_xlsx(self, wicked: Producer, ngan: Viewer, signed: Signed) -> None:
        answer = signed(ngan).get(f"{PAGE}so-tien.xlsx", {"kind": "earned"})
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        found = list(sheet.iter_rows(values_only=True))
        assert len(found) == 2 and found[1][5] == 1_234_567
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "no formula"

    def test_taking_it_away_is_noted(self, rows: list[LedgerEntry], kiem: Viewer, signed: Signed) -> None:
        signed(kiem).get(f"{PAGE}so-tien.csv", {"subject": "order:2"})
        noted = AuditEntry.objects.get(action="ledger.exported")
        assert (noted.actor_id, noted.object_label) == (kiem.user_id, "rows:3")

    def test_not_for_others_and_no_other_kinds(
        self, rows: list[LedgerEntry], people: People, ngan: Viewer, signed: Signed
    ) -> None:
        for name in ("an", "chi", "phuong", "buu"):
            browser = signed(people.viewer(name))
            assert {browser.get(PAGE + file).status_code for file in ("", "so-tien.csv", "so-tien.xlsx")} == {404}
        assert signed(ngan).get(f"{PAGE}so-tien.pdf").status_code == 404
        assert not AuditEntry.objects.filter(action="ledger.exported").exists()


@pytest.mark.parametrize("count", [1, 25])
def test_query_budgets(
    people: People, charge: Charge, ngan: Viewer, signed: Signed, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        entry("earned", HELD, owed_to(people.producer.pk), 10, f"payment:{charge.payment_id}")
        ask_back(charge, 1_000)
    browser = signed(ngan)
    browser.get(PAGE)
    for asked, cost in (({}, PLAIN), ({"account": HELD}, OF_ACCOUNT)):
        with django_assert_num_queries(cost):
            browser.get(PAGE, asked)


PLAIN, OF_ACCOUNT = 10, 12
