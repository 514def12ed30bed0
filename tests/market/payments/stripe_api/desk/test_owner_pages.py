"""The owner's pages of connected applications: An's, not Bình's, not Dũng's."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.people.queries import SYSTEM
from market.payments.models import Payment
from market.payments.stripe_api.actions.keys import (
    ApplicationRefused,
    close_application,
    connect_application,
    make_key,
    revoke_key,
)
from market.payments.stripe_api.models import ApplicationKey, CheckoutSession, ConnectedApplication, PaymentIntent
from market.payments.stripe_api.rules import MOST_APPLICATIONS, MOST_KEYS
from market.shops.actions import pause_shop
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from tests.market.conftest import Browser
from tests.market.payments.stripe_api.program import Program, connected
from tests.people import People, make_producer

PAGES = "/nguoi-ban/ung-dung/"


def text(answer: Any) -> str:
    """The page."""
    return str(answer.content.decode())


def everything() -> Any:
    """What must not change when something is refused."""
    return (
        list(ConnectedApplication.objects.values_list()),
        list(ApplicationKey.objects.values_list()),
        AuditEntry.objects.count(),
    )


def proved(client: Client) -> Client:
    """With a password given just now."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client


def call(key: str) -> int:
    """What the API answers to this key."""
    return int(Client().get("/v1/payment_intents", headers={"Authorization": f"Bearer {key}"}).status_code)


def shown_key(page: str) -> str:
    """The key that stands on a page."""
    found = re.search(r'id="new-key-text">([^<]+)<', page)
    return found.group(1) if found else ""


def test_an_connects_a_program_and_sees_its_key_once(people: People, shop: Shop, browser: Browser) -> None:
    an = browser("an")
    assert f'href="{PAGES}"' in text(an.get("/nguoi-ban/"))
    assert "Chưa có ứng dụng nào" in text(an.get(PAGES))
    answer = an.post(f"{PAGES}moi/", {"name": "  Cửa hàng   vườn An "})
    application = ConnectedApplication.objects.get()
    assert answer["location"] == f"{PAGES}{application.pk}/"
    assert (application.name, application.producer, application.made_by) == (
        "Cửa hàng vườn An", people.producer, people.users["an"],
    )  # fmt: skip
    answer = an.post(f"{answer['location']}khoa/", {"mode": "thu", "name": "Máy chủ"})
    assert (answer.status_code, answer["location"]) == (302, "/tai-khoan/xac-nhan/?next=/tai-khoan/")
    assert not ApplicationKey.objects.exists(), "without a fresh proof there is no key"
    proved(an).post(f"{PAGES}{application.pk}/khoa/", {"mode": "thu", "name": "Máy chủ"})
    key = ApplicationKey.objects.get()
    assert "sk_test" not in str(dict(an.session)), "it waits encrypted"
    page = text(an.get(f"{PAGES}{application.pk}/"))
    secret = shown_key(page)
    assert re.fullmatch(r"sk_test_[0-9a-f]{48}", secret) and call(secret) == 200
    assert 'data-copy="new-key-text"' in page and "không xem lại được" in page
    again = text(an.get(f"{PAGES}{application.pk}/"))
    assert secret not in again and not shown_key(again)
    assert "Máy chủ: khóa thử" in again and f"sk_test_…{secret[-4:]}" in again and "Dùng lần cuối" in again
    assert secret not in str(ApplicationKey.objects.values_list().get()) and not key.is_live
    assert "1 khóa thử" in text(an.get(PAGES))
    actions = AuditEntry.objects.filter(object_label=f"application:{application.pk}").order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in actions] == [
        ("application.connected", people.users["an"].pk), ("application.key_made", people.users["an"].pk),
    ]  # fmt: skip


def test_it_is_not_there_for_who_helps_nor_for_the_neighbour(
    people: People, shop: Shop, other_shop: Shop, browser: Browser
) -> None:
    application = connected(people.producer)
    Program.of(application, is_live=False)
    key = application.keys.get()
    add_member(user=people.users["chi"], producer=people.producer, right="acting", by=SYSTEM, how="bài thử")
    own = f"{PAGES}{application.pk}/"
    before = everything()
    for name in ("binh", "dung", "chi"):
        client = proved(browser(name))
        assert client.get(own).status_code == client.get(f"{own}khoa/").status_code == 404
        assert client.post(f"{own}khoa/", {"mode": "thu", "name": "x"}).status_code == 404
        assert client.post(f"{own}khoa/{key.pk}/thu-hoi/").status_code == client.post(f"{own}dong/").status_code == 404
        viewer = people.viewer(name)
        for refused in (
            lambda: connect_application(producer=people.producer, name="x", by=viewer),  # noqa: B023
            lambda: make_key(application=application, is_live=False, name="x", by=viewer),  # noqa: B023
            lambda: revoke_key(key=key, by=viewer),  # noqa: B023
            lambda: close_application(application=application, by=viewer),  # noqa: B023
        ):
            with pytest.raises(PermissionError):
                refused()
    for name in ("binh", "chi"):
        client = browser(name)
        assert client.get(PAGES).status_code == client.post(f"{PAGES}moi/", {"name": "x"}).status_code == 404
        assert PAGES not in text(client.get("/nguoi-ban/"))
    theirs = text(browser("dung").get(PAGES))
    assert application.name not in theirs and "Chưa có ứng dụng nào" in theirs
    assert everything() == before
    assert Client().get(own)["location"].startswith("/dang-nhap/")


def test_dung_connects_only_for_himself(people: People, shop: Shop, other_shop: Shop, browser: Browser) -> None:
    browser("dung").post(f"{PAGES}moi/", {"name": "Của Dũng", "producer": people.producer.pk})
    assert ConnectedApplication.objects.get().producer == other_shop.producer


def test_who_owns_two_says_for_which(people: People, shop: Shop, other_shop: Shop, browser: Browser) -> None:
    second = make_producer("HTX Bắc Ruộng", people.hamlet)
    add_member(user=people.users["an"], producer=second, right="owner", by=SYSTEM, how="bài thử")
    an = browser("an")
    refused = an.post(f"{PAGES}moi/", {"name": "x", "producer": other_shop.producer_id})
    assert refused.status_code == 200 and not ConnectedApplication.objects.exists()
    an.post(f"{PAGES}moi/", {"name": "x", "producer": second.pk})
    assert ConnectedApplication.objects.get().producer == second


def test_a_revoked_key_opens_nothing(people: People, shop: Shop, browser: Browser) -> None:
    application = connected(people.producer)
    first, second = Program.of(application, is_live=False), Program.of(application, is_live=True)
    key, other = application.keys.get(is_live=False), make_key_elsewhere(people)
    an = browser("an")
    assert an.post(f"{PAGES}{application.pk}/khoa/{other.pk}/thu-hoi/").status_code == 404
    for _ in range(2):
        assert "Đã thu hồi khóa" in text(an.post(f"{PAGES}{application.pk}/khoa/{key.pk}/thu-hoi/", follow=True))
    assert (call(first.key), call(second.key)) == (401, 200)
    assert AuditEntry.objects.filter(action="application.key_revoked").count() == 1
    assert "Khóa đã thu hồi" in text(an.get(f"{PAGES}{application.pk}/"))
    other.refresh_from_db()
    assert other.revoked_at is None


def make_key_elsewhere(people: People) -> ApplicationKey:
    """A key of another application of the same owner's."""
    application = connected(people.producer, "Máy tính tiền")
    make_key(application=application, is_live=False, name="khác", by=SYSTEM)
    return application.keys.get()


def test_a_closed_application_opens_nothing_and_keeps_what_it_made(
    people: People, shop: Shop, browser: Browser
) -> None:
    application = connected(people.producer)
    trial, live = Program.of(application, is_live=False), Program.of(application, is_live=True)
    for program in (trial, live):
        program.intent()
        program.session()
    made = [list(model.objects.order_by("pk").values_list()) for model in (Payment, PaymentIntent, CheckoutSession)]
    an = browser("an")
    for _ in range(2):
        assert "Đã đóng ứng dụng" in text(an.post(f"{PAGES}{application.pk}/dong/", follow=True))
    assert (call(trial.key), call(live.key)) == (401, 401)
    assert not application.keys.filter(revoked_at=None).exists()
    assert [
        list(model.objects.order_by("pk").values_list()) for model in (Payment, PaymentIntent, CheckoutSession)
    ] == made
    assert len(made[0]) == 4
    assert AuditEntry.objects.filter(action="application.closed", actor_id=people.users["an"].pk).count() == 1
    page = text(an.get(f"{PAGES}{application.pk}/"))
    assert "Ứng dụng đã đóng" in page and "Tạo khóa" not in page and "/dong/" not in page
    before = everything()
    refused = text(proved(an).post(f"{PAGES}{application.pk}/khoa/", {"mode": "thu", "name": "x"}))
    assert "Ứng dụng này đã đóng" in refused and everything() == before


def test_a_key_in_earnest_needs_an_open_shop_and_a_terminal(
    people: People, shop: Shop, browser: Browser, settings: Any
) -> None:
    an, application = proved(browser("an")), connected(people.producer)
    page = f"{PAGES}{application.pk}/khoa/"

    def said(mode: str) -> str:
        return text(an.post(page, {"mode": mode, "name": "Máy chủ"}))

    pause_shop(shop=shop, note_for_buyers="", by=people.viewer("an"))
    before = everything()
    assert "Khóa thật cần gian hàng đang mở" in said("that")
    with pytest.raises(ApplicationRefused, match="gian hàng đang mở"):
        make_key(application=application, is_live=True, name="x", by=people.viewer("an"))
    Shop.objects.update(state=Shop.State.OPEN)
    real = settings.VNPAY
    settings.VNPAY = real | {"tmn_code": ""}
    assert "chưa nhận tiền thật qua VNPAY" in said("that")
    settings.VNPAY = real | {"allow_private": False}
    assert "chưa có cổng thử của VNPAY" in said("thu")
    assert everything() == before
    settings.VNPAY = real
    assert not said("that") and application.keys.get().is_live
    settings.SELLING = "showcase"
    assert "chưa nhận tiền thật qua VNPAY" in said("that")


def test_there_is_an_end_to_how_many(people: People, shop: Shop, browser: Browser) -> None:
    an, viewer = proved(browser("an")), people.viewer("an")
    application = connected(people.producer)
    for number in range(MOST_KEYS):
        make_key(application=application, is_live=False, name=f"Khóa {number}", by=viewer)
    for number in range(1, MOST_APPLICATIONS):
        connect_application(producer=people.producer, name=f"Ứng dụng {number}", by=viewer)
    before = everything()
    assert f"đã có {MOST_KEYS} khóa" in text(an.post(f"{PAGES}{application.pk}/khoa/", {"mode": "thu", "name": "x"}))
    assert f"đã có {MOST_APPLICATIONS} ứng dụng" in text(an.post(f"{PAGES}moi/", {"name": "x"}))
    assert everything() == before
    revoke_key(key=application.keys.all()[0], by=viewer)
    make_key(application=application, is_live=False, name="chỗ trống", by=viewer)
    close_application(application=application, by=viewer)
    connect_application(producer=people.producer, name="chỗ trống", by=viewer)


def test_a_nameless_one_is_asked_for_its_name(people: People, shop: Shop, browser: Browser) -> None:
    an, application = proved(browser("an")), connected(people.producer)
    before = everything()
    an.post(f"{PAGES}moi/", {"name": "   "})
    an.post(f"{PAGES}{application.pk}/khoa/", {"mode": "ca-hai", "name": "x"})
    an.post(f"{PAGES}{application.pk}/khoa/", {"mode": "thu", "name": ""})
    assert everything() == before


def test_demo_keys_open_nothing_in_production(people: People, settings: Any) -> None:
    program = Program.of(connected(people.producer), is_live=False)
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT = True, False
    assert call(program.key) == 200
    people.producer.is_demo = True
    people.producer.save(update_fields=["is_demo"])
    assert call(program.key) == 401


def test_the_list_asks_as_often_for_five_as_for_one(people: People, shop: Shop, browser: Browser) -> None:
    an = browser("an")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert an.get(PAGES).status_code == 200
        return len(found)

    Program.of(connected(people.producer), is_live=False)
    an.get(PAGES)
    one = queries()
    for number in range(4):
        Program.of(connected(people.producer, f"Ứng dụng {number}"), is_live=False)
    assert queries() == one
