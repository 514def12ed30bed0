"""Counting tries, and the pages and operations that are limited by address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from core.kit import clock
from core.people.limits.actions import Limit, TooMany, clear_old_counts, count_try, forget_tries, take_back
from core.people.limits.models import Counted
from core.people.limits.rules import PUBLIC_CHECK, PUBLIC_LISTS, PUBLIC_SEARCH
from core.people.limits.views import limited, waiting_words

pytestmark = pytest.mark.django_db
THREE = Limit("bài thử", 3, 60)


def refused(limit: Limit = THREE, subject: str = "an") -> int:
    """Seconds to wait after one more try; 0 if it was let through."""
    try:
        count_try(limit, subject)
    except TooMany as error:
        return error.seconds
    return 0


def test_a_period_begins_with_the_first_try() -> None:
    with time_machine.travel("2026-06-01T01:00:55Z", tick=False) as travel:
        assert [refused() for _ in range(3)] == [0, 0, 0]
        travel.shift(timedelta(seconds=20))
        assert refused() == 40
        travel.shift(timedelta(seconds=39))
        assert refused() == 1
        travel.shift(timedelta(seconds=1))
        assert [refused() for _ in range(4)] == [0, 0, 0, 60]


def test_subjects_and_actions_count_for_themselves() -> None:
    for _ in range(4):
        refused()
    assert refused() and not refused(subject="dung") and not refused(Limit("khác", 3, 60))


def test_a_right_try_is_taken_back_and_wrong_ones_stay() -> None:
    for _ in range(20):
        count_try(THREE, "an")
        take_back(THREE, "an")
    assert [refused() for _ in range(4)][:3] == [0, 0, 0] and refused()
    forget_tries(THREE, "an")
    assert not refused()


def test_no_amount_is_no_limit() -> None:
    assert not any(refused(Limit("x", 0, 60)) for _ in range(50))
    assert not Counted.objects.exists()


def test_old_counts_are_forgotten() -> None:
    with time_machine.travel(clock.now() - timedelta(minutes=2)):
        refused()
    refused(subject="dung")
    assert clear_old_counts() == 1 and Counted.objects.count() == 1


def test_a_limited_page(rf: RequestFactory) -> None:
    reached: list[str] = []

    @limited(THREE)
    def page(request: HttpRequest) -> HttpResponse:
        reached.append(request.META["REMOTE_ADDR"])
        return HttpResponse("có")

    answers = [page(rf.get("/", REMOTE_ADDR="203.0.113.1")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert len(reached) == 3 and 0 < int(answers[3]["Retry-After"]) <= 60
    assert "Hãy chờ một lát" in answers[3].content.decode()
    assert page(rf.get("/", REMOTE_ADDR="203.0.113.2")).status_code == 200


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/tim-kiem?q=dieu", PUBLIC_SEARCH), ("/api/v1/search?q=dieu", PUBLIC_SEARCH), ("/ocop/KHONGCO", PUBLIC_CHECK),
        ("/api/v1/listings", PUBLIC_LISTS), ("/api/v1/listings/KHONGCO", PUBLIC_LISTS),
        ("/api/v1/shops", PUBLIC_LISTS), ("/api/v1/shops/khong-co", PUBLIC_LISTS),
    ],
)  # fmt: skip
def test_searches_and_checks_are_limited_by_address(client: Client, path: str, limit: Limit) -> None:
    assert client.get(path).status_code in {200, 404}
    Counted.objects.update(count=limit.amount)
    answer = client.get(path, headers={"x-forwarded-for": "198.51.100.1"})  # what anybody can write changes nothing
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 60
    assert answer["Content-Type"].startswith("application/json" if path.startswith("/api/") else "text/html")
    assert Client(REMOTE_ADDR="203.0.113.2").get(path).status_code in {200, 404}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 giây"), (59, "59 giây"), (60, "1 phút"), (61, "2 phút"), (3600, "1 giờ"), (3601, "2 giờ")],
)
def test_waiting_in_words_is_never_too_short(seconds: int, words: str) -> None:
    assert waiting_words(seconds) == words


def test_limits_are_generous_enough_for_a_school_behind_one_address() -> None:
    assert min(each.amount for each in (PUBLIC_SEARCH, PUBLIC_CHECK, PUBLIC_LISTS)) >= 300
