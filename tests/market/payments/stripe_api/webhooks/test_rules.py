"""Where events may be sent, and when they are sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from market.payments.stripe_api.webhooks.rules import is_event_name, next_try, url_problem

BEGUN = datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_pauses_grow_and_end_after_three_days() -> None:
    now, pauses = BEGUN, []
    for tries in range(1, 100):
        later = next_try(begun=BEGUN, tries=tries, now=now)
        if later is None:
            break
        pauses.append(later - now)
        now = later
    minutes = [int(pause.total_seconds() // 60) for pause in pauses]
    assert minutes == [1, 5, 30, 120, 360, 1440, 1440, 924]
    assert now == BEGUN + timedelta(days=3)


def test_who_was_away_for_long_is_not_given_up_at_once() -> None:
    late = BEGUN + timedelta(days=9)
    assert [next_try(begun=BEGUN, tries=tries, now=late) for tries in (1, 2, 3, 4)] == [
        late + timedelta(minutes=1),
        late + timedelta(minutes=5),
        late + timedelta(minutes=30),
        None,
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.vn/hook",
        "https://shop.example.vn:8443/hook?a=b",
        "https://8.8.8.8/hook",
        "https://[2606:4700:4700::1111]/hook",
        "https://cửa-hàng.vn/hook",
    ],
)
def test_addresses_of_the_public_internet_are_taken(url: str) -> None:
    assert url_problem(url, is_live=True, may_be_private=False) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example.vn/hook",
        "http://shop.example.vn/hook",
        "ftp://shop.example.vn/hook",
        "javascript:alert(1)",
        "https://",
        "https:///hook",
        "https://shop.example.vn:0/",
        "https://shop.example.vn:99999/",
        "https://shop.example.vn/a b",
        "https://shop.example.vn\\@10.0.0.1/",
        "https://me:secret@shop.example.vn/",
        "https://me@shop.example.vn/",
        "https://[::1/",
        "https://localhost/hook",
        "https://LOCALHOST./hook",
        "https://shop.localhost/hook",
        "https://db.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0.0.0.0/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        f"https://shop.example.vn/{'a' * 2000}",
    ],
)
def test_others_are_not(url: str) -> None:
    assert url_problem(url, is_live=True, may_be_private=False) != ""


def test_trials_may_go_without_tls_and_next_door_only_where_that_is_set() -> None:
    assert url_problem("http://shop.example.vn/hook", is_live=False, may_be_private=False) == ""
    assert "publicly" in url_problem("http://127.0.0.1:8000/hook", is_live=False, may_be_private=False)
    assert url_problem("http://127.0.0.1:8000/hook", is_live=False, may_be_private=True) == ""
    assert "HTTPS" in url_problem("http://127.0.0.1:8000/hook", is_live=True, may_be_private=True)
    assert url_problem("ftp://127.0.0.1:8000/hook", is_live=False, may_be_private=True) != ""


@pytest.mark.parametrize(
    "name", ["*", "payment_intent.succeeded", "charge.refund.updated", "v1.billing.meter.no_meter"]
)
def test_names_of_events(name: str) -> None:
    assert is_event_name(name)


@pytest.mark.parametrize("name", ["", "**", "payment_intent.*", "succeeded", "A.b", "a..b", "a.b ", f"a.{'b' * 60}"])
def test_what_is_no_name_of_an_event(name: str) -> None:
    assert not is_event_name(name)
