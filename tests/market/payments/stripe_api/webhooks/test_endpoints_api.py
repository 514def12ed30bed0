"""/v1/webhook_endpoints, as programs call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from market.payments.stripe_api.actions.keys import connect_application, make_key
from market.payments.stripe_api.models import ConnectedApplication, WebhookEndpoint
from tests.people import People

URL = "/v1/webhook_endpoints"
Ask = Callable[..., tuple[int, dict[str, Any]]]
GOOD = {"url": "https://shop.example.vn/hook", "enabled_events[0]": "*"}


def asking(key: str) -> Ask:
    browser = Client()

    def ask(method: str, path: str = "", **fields: str) -> tuple[int, dict[str, Any]]:
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
        if method == "POST":
            options |= {"data": urlencode(fields), "content_type": "application/x-www-form-urlencoded"}
        else:
            options["query_params"] = fields
        answer = browser.generic(method, f"{URL}{path}", **options)
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def ask(application: ConnectedApplication) -> Ask:
    """With a key for trials."""
    return asking(make_key(application=application, is_live=False, name="thử"))


@pytest.fixture
def live(application: ConnectedApplication) -> Ask:
    """With a key in earnest."""
    return asking(make_key(application=application, is_live=True, name="thật"))


def refused(answer: tuple[int, dict[str, Any]]) -> tuple[int, str, str]:
    """What a refusal says; and nothing was made."""
    status, body = answer
    assert WebhookEndpoint.objects.count() == 0
    return status, body["error"].get("code", ""), body["error"].get("param", "")


def test_made_read_changed_listed_and_deleted(ask: Ask) -> None:
    status, made = ask("POST", **GOOD, description="Kho", **{"metadata[shop]": "12", "api_version": "2024-06-20"})
    secret = made.pop("secret")
    assert status == 200 and secret.startswith("whsec_") and len(secret) == 38
    assert made == {
        "id": made["id"],
        "object": "webhook_endpoint",
        "api_version": "2024-06-20",
        "application": None,
        "created": made["created"],
        "description": "Kho",
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {"shop": "12"},
        "status": "enabled",
        "url": "https://shop.example.vn/hook",
    }
    row = WebhookEndpoint.objects.get()
    assert row.secret == secret
    assert ask("GET", f"/{made['id']}") == (200, made), "the secret is told once"
    changed = made | {
        "url": "http://shop.example.vn/2",
        "status": "disabled",
        "enabled_events": ["charge.succeeded", "refund.created"],
        "metadata": {"shop": "12", "by": "An"},
    }
    fields = {"enabled_events[]": "charge.succeeded"}
    assert ask("POST", f"/{made['id']}", **fields)[1]["enabled_events"] == ["charge.succeeded"]
    fields = {"enabled_events[0]": "charge.succeeded", "enabled_events[1]": "refund.created", "metadata[by]": "An"}
    assert ask("POST", f"/{made['id']}", url="http://shop.example.vn/2", disabled="true", **fields) == (200, changed)
    row.refresh_from_db()
    assert row.secret == secret
    assert ask("POST", f"/{made['id']}", disabled="False") == (200, changed | {"status": "enabled"})
    assert ask("POST", f"/{made['id']}", description="", metadata="") == (
        200,
        changed | {"status": "enabled", "description": None, "metadata": {}},
    )
    status, listed = ask("GET")
    assert (status, listed["url"], [each["id"] for each in listed["data"]]) == (200, URL, [made["id"]])
    assert "secret" not in listed["data"][0]
    assert ask("DELETE", f"/{made['id']}") == (200, {"id": made["id"], "object": "webhook_endpoint", "deleted": True})
    for method in ("GET", "POST", "DELETE"):
        status, body = ask(method, f"/{made['id']}")
        assert (status, body["error"]["code"], body["error"]["param"]) == (404, "resource_missing", "id")
    assert ask("GET")[1]["data"] == []
    row.refresh_from_db()
    assert (row.secret, row.deleted_at is not None) == ("", True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example.vn/",
        "shop.example.vn",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "http://169.254.169.254/",
        "https://2130706433/",
        "https://me:pw@shop.example.vn/",
        "https://shop.example.vn\\@10.0.0.1/",
        "https://intranet/",
    ],
)
def test_addresses_that_are_refused(ask: Ask, settings: Any, url: str) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert refused(ask("POST", **GOOD | {"url": url})) == (400, "url_invalid", "url")


def test_a_change_to_such_an_address_changes_nothing(ask: Ask, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    _, made = ask("POST", **GOOD)
    before = WebhookEndpoint.objects.values().get()
    status, body = ask("POST", f"/{made['id']}", url="https://10.0.0.1/", disabled="true")
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, "url_invalid", "url")
    assert WebhookEndpoint.objects.values().get() == before


def test_in_earnest_only_with_tls(live: Ask) -> None:
    assert refused(live("POST", **GOOD | {"url": "http://shop.example.vn/"})) == (400, "url_invalid", "url")
    assert live("POST", **GOOD)[1]["livemode"] is True


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "https://a.vn/"}, ("parameter_missing", "enabled_events")),
        ({"enabled_events[]": "*"}, ("parameter_missing", "url")),
        ({"url": "https://a.vn/", "enabled_events": ""}, ("parameter_invalid_empty", "enabled_events")),
        ({"url": "https://a.vn/", "enabled_events[0]": "Drop table"}, ("", "enabled_events[0]")),
        (GOOD | {"connect": "true"}, ("parameter_unsupported", "connect")),
        (GOOD | {"secret": "whsec_mine"}, ("parameter_unknown", "secret")),
        (GOOD | {"api_version": "x" * 41}, ("parameter_invalid_length", "api_version")),
        (GOOD | {"description": "x" * 5001}, ("parameter_invalid_length", "description")),
    ],
)
def test_what_else_is_refused(ask: Ask, fields: dict[str, str], expected: tuple[str, str]) -> None:
    assert refused(ask("POST", **fields)) == (400, *expected)


def test_sixteen_in_a_mode_and_no_more(ask: Ask, live: Ask) -> None:
    for number in range(16):
        assert ask("POST", **GOOD | {"url": f"https://a.vn/{number}"})[0] == 200
    status, body = ask("POST", **GOOD)
    assert (status, "maximum of 16" in body["error"]["message"]) == (400, True)
    assert live("POST", **GOOD)[0] == 200
    assert WebhookEndpoint.objects.count() == 17


def test_nobody_elses_endpoint_is_there(ask: Ask, live: Ask, people: People) -> None:
    other = connect_application(producer=people.producer, name="Kho khác")
    strange = asking(make_key(application=other, is_live=False, name="thử"))
    _, made = ask("POST", **GOOD)
    before = WebhookEndpoint.objects.values().get()
    for stranger in (live, strange):
        for method in ("GET", "POST", "DELETE"):
            status, body = stranger(method, f"/{made['id']}")
            assert (status, body["error"]["code"]) == (404, "resource_missing")
        assert stranger("GET")[1]["data"] == []
    assert WebhookEndpoint.objects.values().get() == before
