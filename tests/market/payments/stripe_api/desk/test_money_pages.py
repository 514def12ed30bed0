"""The accountant's list of connected applications."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import Viewer
from market.payments.models import Charge, PaymentAttempt
from market.payments.stripe_api.actions.keys import close_application
from market.payments.stripe_api.desk.queries import applications_visible_to
from market.payments.stripe_api.models import ConnectedApplication
from market.shops.models import Shop
from tests.market.conftest import Browser, Signed
from tests.market.payments.stripe_api.program import Program, connected
from tests.market.payments.till import ask_now, pay_there
from tests.market.payments.vnpay.running import Double
from tests.people import People

LIST = "/ke-toan/ung-dung/"


def paid(program: Program, gateway: Double, amount: int) -> None:
    """So much is paid to this program at the double."""
    intent = program.to_be_paid(amount)
    requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5)
    pay_there(gateway, PaymentAttempt.objects.get(payment__reference=intent["id"]))
    ask_now()


def test_only_real_money_of_this_month_is_counted(
    people: People, ngan: Viewer, signed: Signed, gateway: Double
) -> None:
    application, other = connected(people.producer), connected(people.producer, "Máy tính tiền")
    live = Program.of(application, is_live=True)
    for program, amount in (
        (live, 150_000),
        (live, 20_000),
        (live, 7_000),
        (Program.of(application, is_live=False), 33_000),
    ):
        paid(program, gateway, amount)
    Charge.objects.filter(amount=7_000).update(
        made_at=clock.start_of(clock.today().replace(day=1)) - timedelta(seconds=1)
    )
    came = dict(applications_visible_to(ngan).values_list("pk", "came"))
    assert came == {application.pk: 170_000, other.pk: 0}
    page = signed(ngan).get(LIST).content.decode()
    assert "170.000" in page and "chưa có<" in page


def test_the_list_asks_as_often_for_five_as_for_one(people: People, ngan: Viewer, signed: Signed) -> None:
    client = signed(ngan)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(LIST).status_code == 200
        return len(found)

    Program.of(connected(people.producer), is_live=False)
    queries()
    one = queries()
    for number in range(4):
        Program.of(connected(people.producer, f"Ứng dụng {number}"), is_live=False)
    assert queries() == one


def test_it_says_who_takes_money_and_how_much_this_month(
    people: People, ngan: Viewer, kiem: Viewer, signed: Signed
) -> None:
    application = connected(people.producer)
    Program.of(application, is_live=True)
    quiet = connected(people.producer, "Máy tính tiền")
    page = signed(ngan).get(LIST).content.decode()
    assert all(name in page for name in (application.name, quiet.name, people.producer.name, "1 khóa thật"))
    assert "chưa có khóa nào dùng được" in page and "Đóng ứng dụng" in page
    reading = signed(kiem).get(LIST).content.decode()
    assert application.name in reading and "Đóng ứng dụng" not in reading
    assert LIST in signed(ngan).get("/ke-toan/").content.decode()


def test_the_accountant_stops_one(people: People, ngan: Viewer, kiem: Viewer, signed: Signed) -> None:
    application = connected(people.producer)
    program = Program.of(application, is_live=True)
    assert signed(kiem).post(f"{LIST}{application.pk}/dong/").status_code == 404
    with pytest.raises(PermissionError):
        close_application(application=application, by=kiem)
    program.get("payment_intents")
    assert program.last.status_code == 200
    assert "Đã đóng ứng dụng" in signed(ngan).post(f"{LIST}{application.pk}/dong/", follow=True).content.decode()
    program.get("payment_intents")
    assert program.last.status_code == 401
    assert AuditEntry.objects.get(action="application.closed").actor_id == ngan.user_id
    assert signed(ngan).post(f"{LIST}0/dong/").status_code == 404


def test_it_is_not_there_for_sellers(people: People, shop: Shop, browser: Browser) -> None:
    application = connected(people.producer)
    for name in ("an", "binh", "dung", "chi", "phuong"):
        assert browser(name).get(LIST).status_code == 404
        assert browser(name).post(f"{LIST}{application.pk}/dong/").status_code == 404
        assert not applications_visible_to(people.viewer(name)).exists()
    assert ConnectedApplication.objects.get().closed_at is None
