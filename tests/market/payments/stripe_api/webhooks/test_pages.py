"""The owner's pages of webhooks: endpoints, their log, one delivery; another secret, on and off, send again."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.kit import clock
from market.payments.stripe_api.actions.keys import close_application
from market.payments.stripe_api.models import (
    ConnectedApplication,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTry,
)
from market.payments.stripe_api.webhooks.actions import remove_endpoint
from market.payments.stripe_api.webhooks.jobs import send_webhooks
from tests.market.conftest import Browser
from tests.market.payments.stripe_api.webhooks.conftest import endpoint_of, happens
from tests.market.payments.stripe_api.webhooks.receiver import Receiver
from tests.people import People

State = WebhookDelivery.State


@pytest.fixture
def an(browser: Browser) -> Client:
    return browser("an")


def proved(client: Client) -> Client:
    """With a password given just now."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client


def at(application: ConnectedApplication, rest: str = "") -> str:
    return f"/nguoi-ban/ung-dung/{application.pk}/webhook/{rest}"


def html(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_endpoints_with_how_they_do(application: ConnectedApplication, receiver: Receiver, an: Client) -> None:
    assert "POST /v1/webhook_endpoints" in html(an, at(application))
    endpoint_of(application, f"{receiver.url}/ok")
    bad = endpoint_of(application, f"{receiver.url}/broken")
    endpoint_of(application, "https://shop.example.vn/that", is_live=True)
    gone = endpoint_of(application, "https://shop.example.vn/cu")
    remove_endpoint(endpoint=gone)
    happens(application)
    send_webhooks()
    page = html(an, at(application))
    assert "Đang bật." in page and "Lên Sàn tự gửi lại." in page and "shop.example.vn/cu" not in page
    assert page.index("shop.example.vn/that") < page.index("/broken") < page.index("/ok")
    assert "Chế độ thử, 1 tin chờ gửi, 0 tin thôi gửi" in page and "Chế độ thật, 0 tin chờ gửi" in page
    WebhookEndpoint.objects.filter(pk=bad.pk).update(failing_since=clock.now() - timedelta(days=3, minutes=1))
    assert "Không nhận được tin nào từ" in html(an, at(application))
    assert all(secret not in page for secret in WebhookEndpoint.objects.values_list("secret", flat=True) if secret)


def test_the_log_says_what_became_of_each(application: ConnectedApplication, receiver: Receiver, an: Client) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    happens(application)
    send_webhooks()
    here = at(application, f"{endpoint.public_id}/")
    page = html(an, here)
    for said in ("customer.created", "HTTP 500", "Chờ gửi", "gửi lại hôm nay", "cus_"):
        assert said in page, said
    WebhookDelivery.objects.update(state=State.GIVEN_UP, next_try_at=None)
    assert "customer.created" in html(an, f"{here}?tinh-trang=given_up")
    assert "Không có tin nào như vậy." in html(an, f"{here}?tinh-trang=delivered")
    assert "customer.created" in html(an, f"{here}?tinh-trang=<b>"), "what is no state is no filter"
    WebhookTry.objects.update(status=None, problem="no_answer")
    assert "Không trả lời trong 10 giây." in html(an, here)


def test_one_delivery_with_its_tries_and_text_is_sent_again(
    application: ConnectedApplication, receiver: Receiver, an: Client
) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    event = happens(application)
    send_webhooks()
    delivery = WebhookDelivery.objects.get()
    here = at(application, f"luot/{delivery.pk}/")
    page = html(an, here)
    for said in (event.public_id, "HTTP 500", "&lt;h1&gt;Oh", "Bà Năm", "Tự gửi lại hôm nay"):
        assert said in page, said
    WebhookDelivery.objects.update(state=State.GIVEN_UP, next_try_at=None, ended_at=clock.now())
    assert "Đã thử trong ba ngày" in html(an, here)
    WebhookEndpoint.objects.update(url=f"{receiver.url}/ok")
    assert "Đang gửi lại." in an.post(f"{here}gui-lai/", follow=True).content.decode()
    assert send_webhooks() == 1
    page = html(an, here)
    assert "Nơi nhận đã nhận hôm nay" in page and "HTTP 200" in page and "HTTP 500" in page and "thanks" in page
    assert AuditEntry.objects.filter(action="webhook.sent_again").count() == 1
    an.post(at(application, f"{endpoint.public_id}/tat/"))
    before = list(WebhookDelivery.objects.values())
    assert "Hãy bật lại rồi gửi." in an.post(f"{here}gui-lai/", follow=True).content.decode()
    assert list(WebhookDelivery.objects.values()) == before and len(receiver.heard) == 2


def test_a_new_secret_is_shown_once(application: ConnectedApplication, receiver: Receiver, an: Client) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/ok")
    old, here = endpoint.secret, at(application, f"{endpoint.public_id}/")
    assert an.get(f"{here}doi-khoa/")["Location"].startswith("/tai-khoan/xac-nhan/")
    an = proved(an)
    assert "24 giờ" in html(an, f"{here}doi-khoa/") and old not in html(an, f"{here}doi-khoa/")
    answer = an.post(f"{here}doi-khoa/")
    assert answer["Location"] == here
    endpoint.refresh_from_db()
    stored = str(dict(an.session))
    assert endpoint.secret != old and endpoint.old_secret == old and endpoint.secret not in stored
    assert an.head(here).status_code == 200
    assert endpoint.secret in html(an, here)
    assert endpoint.secret not in html(an, here)
    entry = AuditEntry.objects.get(action="webhook.secret_changed")
    assert entry.object_label == f"webhook_endpoint:{endpoint.pk}"


def test_off_and_on(application: ConnectedApplication, receiver: Receiver, an: Client) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/ok")
    here = at(application, f"{endpoint.public_id}/")
    assert "Đã tắt." in an.post(f"{here}tat/", follow=True).content.decode()
    assert "Đang tắt." in html(an, here)
    assert "Đã bật." in an.post(f"{here}bat/", follow=True).content.decode()
    assert "Đang bật." in html(an, here)
    assert an.post(f"{here}khac/").status_code == 404
    close_application(application=application)
    page = html(an, here)
    assert "Ứng dụng đã đóng" in page and "Tắt nơi nhận này" not in page and "Đổi khóa ký" not in page


@pytest.mark.parametrize("who", ["binh", "dung", "chi", "phuong"])
def test_nobody_but_the_owner_finds_them(
    application: ConnectedApplication, receiver: Receiver, browser: Browser, other_shop: Any, who: str
) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/ok")
    happens(application)
    delivery = WebhookDelivery.objects.get()
    before = WebhookEndpoint.objects.values().get(), WebhookDelivery.objects.values().get()
    stranger = browser(who)
    for rest in ("", f"{endpoint.public_id}/", f"{endpoint.public_id}/doi-khoa/", f"luot/{delivery.pk}/"):
        assert stranger.get(at(application, rest)).status_code == 404
    for rest in (f"{endpoint.public_id}/doi-khoa/", f"{endpoint.public_id}/tat/", f"luot/{delivery.pk}/gui-lai/"):
        assert stranger.post(at(application, rest)).status_code == 404
    assert (WebhookEndpoint.objects.values().get(), WebhookDelivery.objects.values().get()) == before


def test_another_applications_things_are_not_under_this_one(
    application: ConnectedApplication, receiver: Receiver, an: Client, people: People, stranger: Any
) -> None:
    other = stranger.application
    endpoint = endpoint_of(other, f"{receiver.url}/ok")
    happens(other)
    delivery = WebhookDelivery.objects.get()
    for rest in (f"{endpoint.public_id}/", f"luot/{delivery.pk}/"):
        assert an.get(at(application, rest)).status_code == 404
        assert an.get(at(other, rest)).status_code == 200


def test_its_owner_is_told_after_three_days(
    application: ConnectedApplication, receiver: Receiver, people: People, an: Client
) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    since = clock.now() - timedelta(days=2, hours=23)
    WebhookEndpoint.objects.update(failing_since=since)

    def told(name: str) -> list[tuple[str, str]]:
        return [(todo.sentence, todo.url) for todo in todos_for(people.viewer(name)) if "tin báo" in todo.sentence]

    assert told("an") == []
    since -= timedelta(hours=2)
    WebhookEndpoint.objects.update(failing_since=since)
    day = f"{clock.day_of(since):%d/%m/%Y}"
    sentence = f"Ứng dụng «{application.name}» không nhận tin báo từ {day}."
    assert told("an") == [(sentence, at(application, f"{endpoint.public_id}/"))]
    assert all(told(name) == [] for name in ("binh", "dung", "chi"))
    assert an.get(told("an")[0][1]).status_code == 200
    close_application(application=application)
    assert told("an") == []
