"""Two rebuilds at once, and an index that was made for another version: on a server in memory or that of SEARCH_TEST_URL."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from core.kit import clock
from core.people.models import User
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.engines.contract import Condition, RebuildUnderWay
from search.engines.elastic import documents, leasing
from search.engines.elastic.connecting import Place, client_of, place_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import indices_of, is_outdated, rebuild_index
from search.engines.elastic.jobs import renew
from search.engines.elastic.leasing import LEASE, under_way
from search.engines.elastic.models import Rebuild
from search.engines.elastic.queries import lag
from search.engines.elastic.sending import send
from search.upkeep.jobs import check
from tests.search.goods import make_places, make_shop, put_on_sale
from tests.search.pages.test_views import words_of_page
from tests.search.servers import OUTSIDE, WHEEL, WHY_NOT, an_alias

pytestmark = pytest.mark.skipif(not WHEEL and not OUTSIDE, reason=WHY_NOT)


@pytest.fixture
def place(settings: Any, db: None) -> Iterator[Place]:
    with an_alias() as address:
        settings.SEARCH_URL = address
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        rebuild_documents()  # of the producer too
        yield place_of(address)


def found(place: Place) -> int:
    client_of(place).indices.refresh(index=f"{place.alias}-*")
    return int(client_of(place).count(index=place.alias, query={"term": {"folded_name": "dieu"}})["count"])


def said(client: Client) -> str:
    client.force_login(User.objects.get_or_create(username="quantri", is_superuser=True, is_staff=True)[0])
    return words_of_page(client.get("/ban-viec/tim-kiem/").content.decode())


class TestTwoAtOnce:
    def test_the_second_is_told_and_the_first_goes_on(self, place: Place, client: Client) -> None:
        heard: list[str] = []

        def meanwhile(done: int) -> None:
            with pytest.raises(RebuildUnderWay):
                rebuild_index(place)
            with pytest.raises(CommandError) as refusal:
                call_command("rebuild_search", stdout=StringIO())
            heard.append(str(refusal.value))
            heard.append(said(client))

        assert rebuild_index(place, told=meanwhile) == 3
        since = Rebuild.objects.get().since
        assert since is not None
        at = f"{since.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        assert heard[0].startswith(f"Chỉ mục tìm kiếm đang được dựng lại từ {at}, đã gửi 3 mục.")
        assert "Đang dựng chỉ mục mới trên máy chủ tìm kiếm từ hôm nay" in heard[1]
        assert (list(indices_of(place).values()), found(place), under_way(place)) == ([True], 1, None)
        assert rebuild_index(place) == 3
        assert "Đang dựng chỉ mục mới" not in said(client)

    def test_changes_wait_until_the_first_index_is_there(self, place: Place) -> None:
        waiting = lag().unsent
        assert waiting > 0
        rebuild_index(place, told=lambda _: pytest.fail("sent") if send(place) else None)
        assert lag().unsent == waiting
        assert (send(place), lag().unsent, found(place)) == (waiting, 0, 1)

    def test_who_lost_the_lease_stops_and_leaves_the_old_index(self, place: Place) -> None:
        rebuild_index(place)
        (old,) = indices_of(place)
        taken = {"owner": "another", "lease_until": clock.now() + LEASE}
        with pytest.raises(RebuildUnderWay):
            rebuild_index(place, told=lambda _: Rebuild.objects.update(**taken) and None)
        assert Rebuild.objects.get().owner == "another" and under_way(place) is not None
        assert [name for name, answers in indices_of(place).items() if answers] == [old]

    def test_a_clock_that_ran_ahead_holds_nothing_up(self, place: Place) -> None:
        Rebuild.objects.create(
            alias=place.alias, owner="x", since=clock.now(), lease_until=clock.now() + timedelta(days=400)
        )
        assert rebuild_index(place) == 3


@pytest.mark.usefixtures("committed_db")
def test_a_killed_rebuild_holds_the_next_for_five_minutes_and_no_longer(settings: Any) -> None:
    with an_alias() as address:
        settings.SEARCH_URL, place = address, place_of(address)
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        rebuild_index(place)
        connections.close_all()
        child = os.fork()
        if child == 0:
            rebuild_index(place, told=lambda _: os.kill(os.getpid(), signal.SIGKILL))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert (list(indices_of(place).values()), found(place)) == ([True, False], 1)
        with pytest.raises(RebuildUnderWay):
            rebuild_index(place)
        with time_machine.travel(clock.now() + leasing.LEASE, tick=True):
            assert rebuild_index(place) == 2
            assert (list(indices_of(place).values()), found(place)) == ([True], 1)


class TestAnotherVersion:
    def test_the_daily_check_builds_a_new_index_and_says_so_before(
        self, place: Place, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(place)
        (first,) = indices_of(place)
        check()
        assert list(indices_of(place)) == [first] and "phiên bản trước" not in said(client)
        monkeypatch.setitem(documents.SETTINGS, "max_result_window", 400_000)
        assert is_outdated(place)
        assert "Chỉ mục trên máy chủ tìm kiếm được dựng cho phiên bản trước." in said(client)
        check()
        (second,) = indices_of(place)
        settings = client_of(place).indices.get_settings(index=second)[second]["settings"]
        assert second != first and settings["index"]["max_result_window"] == "400000"
        assert (is_outdated(place), found(place)) == (False, 1)
        assert "phiên bản trước" not in said(client)
        check()
        assert list(indices_of(place)) == [second]

    def test_an_index_of_before_there_were_fingerprints_and_one_that_is_sent_something_else(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rebuild_index(place)
        assert not is_outdated(place)
        monkeypatch.setattr(documents, "SHAPE", 2)
        assert is_outdated(place)
        rebuild_index(place)
        assert not is_outdated(place)
        client_of(place).indices.put_mapping(index=place.alias, meta={})
        assert is_outdated(place)

    def test_soon_after_a_release_it_is_renewed_without_waiting_for_the_daily_check(
        self, place: Place, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rebuild_index(place)
        (first,) = indices_of(place)
        assert (renew(), list(indices_of(place))) == (0, [first])
        monkeypatch.setattr(documents, "SHAPE", 2)
        assert (renew(), is_outdated(place)) == (SearchDocument.objects.count(), False)
        settings.SEARCH_URL = "http://127.0.0.1:9/thu"
        assert renew() == 0, "a server that is away fails no job"

    def test_while_another_rebuilds_the_check_leaves_it_to_that_one(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rebuild_index(place)
        monkeypatch.setattr(documents, "SHAPE", 2)
        rebuild_index(place, told=lambda _: check() and None)
        assert (list(indices_of(place).values()), is_outdated(place)) == ([True], False)

    def test_a_server_that_is_away_is_said_to_be(self, client: Client, settings: Any, db: None) -> None:
        settings.SEARCH_URL = "http://127.0.0.1:9/thu"
        assert ElasticEngine(settings.SEARCH_URL).condition() == Condition(is_away=True)
        assert "Máy chủ tìm kiếm không trả lời." in said(client)
