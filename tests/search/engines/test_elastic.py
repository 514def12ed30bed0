"""The engine beside the database: what the contract's suite does not ask, on a server in memory or that of SEARCH_TEST_URL."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from elasticsearch import ApiError

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from market.listings.models import Listing
from search.documents.models import SearchDocument
from search.documents.writing import remove
from search.engines.contract import PRODUCER, Engine, Question, Scope, Sort, Spot
from search.engines.elastic import delivering, indices, sending
from search.engines.elastic.comparing import differences
from search.engines.elastic.connecting import client_of
from search.engines.elastic.delivering import Change, Pressure, changes_of, deliver
from search.engines.elastic.indices import indices_of, rebuild_index
from search.engines.elastic.models import Outgoing
from search.engines.elastic.queries import Lag, lag, refused
from search.engines.elastic.sending import send
from search.engines.embedded.engine import EmbeddedEngine
from search.ranking.understanding import understood
from tests.search.goods import make_category, make_places, make_shop, put_on_sale
from tests.search.servers import OUTSIDE, WHEEL, WHY_NOT, Followed, an_alias

pytestmark = pytest.mark.skipif(not WHEEL and not OUTSIDE, reason=WHY_NOT)
SPOT = Spot(10.93, 108.1)


@pytest.fixture
def engine(settings: Any, db: None) -> Iterator[Followed]:
    with an_alias() as address:
        settings.SEARCH_URL = address
        yield Followed(address)


@pytest.fixture
def market(engine: Followed) -> None:
    places = make_places()
    nuts, sauces = make_category("hat", "Hạt, quả khô"), make_category("mam", "Gia vị dùng liền")
    north, south = make_shop(places.loc_ninh, "HTX Lộc Phát"), make_shop(places.phan_thiet, "Hộ Bà Hai")
    put_on_sale(north, "Hạt điều rang muối", category=nuts, price=180_000, stars=4)
    put_on_sale(north, "Hạt điều rang muối", category=nuts, price=90_000)
    put_on_sale(north, "Tranh lá diêu bông", price=90_000)
    put_on_sale(south, "Nước mắm cá cơm", category=sauces, price=75_000, stars=4)
    put_on_sale(south, "Muối hạt sấy", category=sauces, price=40_000, stars=3, description="Ăn với điều rang.")


def told(engine: Engine, question: Question, **part: int) -> tuple[Any, ...]:
    """Everything an engine says of a question."""
    found = engine.find(understood(question.text), question, **part)
    return found.count, found.matches, found.counts, [each._asdict() for each in found.candidates]


def names(engine: Followed, text: str) -> list[str]:
    return [each.name for each in engine.find(understood(text), Question(text)).candidates]


def on_server(engine: Followed) -> int:
    client = client_of(engine.place)
    client.indices.refresh(index=f"{engine.place.alias}-*")
    return int(client.count(index=engine.place.alias)["count"])


@pytest.mark.usefixtures("market")
class TestTheSameAsEmbedded:
    @pytest.mark.parametrize(
        "text", ["", "hat dieu", "điều", "diêu", "bơ", "muối", "muo", "lộc", "rang điề", "lạc", "zzz"]
    )
    def test_everything_found_in_the_same_order(self, engine: Followed, text: str) -> None:
        asked, embedded = understood(text), EmbeddedEngine()
        for sort in Sort:
            for more in (
                {},
                {"kind": ["product"]},
                {"stars": ["4"], "province": ["75"]},
                {"certificate": ["yes"]},
                {"stock": ["yes"]},
            ):
                question = Question(text, more, sort, near=SPOT)
                assert told(engine, question) == told(embedded, question)
            assert told(engine, question, start=1, limit=2) == told(embedded, question, start=1, limit=2)
        assert engine.count(asked, question) == embedded.count(asked, question)

    @pytest.mark.parametrize("text", ["", "h", "di", "đi", "điều", "hat d", "rang hat", "muoi", "phan", "ba hai", "数"])
    def test_suggestions(self, engine: Followed, text: str) -> None:
        asked = understood(text)
        assert engine.suggest(asked, limit=3) == EmbeddedEngine().suggest(asked, limit=3)
        assert text != "di" or engine.suggest(asked, limit=3) == ["Hạt điều rang muối", "Tranh lá diêu bông"]

    def test_producers_only_where_the_asker_may_see_them(self, engine: Followed) -> None:
        SearchDocument.objects.filter(kind="shop").update(kind=PRODUCER)
        for pk in SearchDocument.objects.values_list("pk", flat=True):
            engine.store(pk)
        for communes, kinds in (
            (None, [PRODUCER]),
            (("22945",), [PRODUCER]),
            (("25270",), [PRODUCER]),
            ((), ["product", PRODUCER]),
        ):
            question = Question("ba hai", scope=Scope(kinds, communes))
            assert told(engine, question) == told(EmbeddedEngine(), question)
        assert engine.suggest(understood("ba"), limit=5) == []


class TestSending:
    def test_what_is_rolled_back_is_never_sent(self, engine: Followed) -> None:
        shop = make_shop(make_places().loc_ninh)
        with transaction.atomic():
            put_on_sale(shop, "Hạt điều")
            assert lag().unsent > 0
            transaction.set_rollback(True)
        assert lag() == Lag(0, 0)
        assert names(engine, "dieu") == []

    def test_lag_counts_until_the_change_is_there(self, engine: Followed) -> None:
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        waiting = Outgoing.objects.count()
        with time_machine.travel(clock.now() + timedelta(seconds=90), tick=False):
            assert waiting > 0 and lag().unsent == waiting and 89 <= lag().seconds <= 91
        assert names(engine, "dieu") == ["Hạt điều"]
        assert lag() == Lag(0, 0)

    def test_an_older_copy_never_wins_nor_does_one_of_what_is_gone(self, engine: Followed) -> None:
        listing = put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        document = SearchDocument.objects.get(kind="product")
        (old,) = changes_of([document.pk])
        assert names(engine, "dieu") == ["Hạt điều"]
        late = replace(old, version=old.version - 1, source={**(old.source or {}), "folded": ["gi khac"]})
        (index,) = indices_of(engine.place)
        assert deliver(client_of(engine.place), index, [late], Pressure()) == {}
        assert names(engine, "dieu") == ["Hạt điều"]
        pause_listing(listing=listing, by=SYSTEM)
        assert names(engine, "dieu") == []
        assert deliver(client_of(engine.place), index, [old], Pressure()) == {}
        assert names(engine, "dieu") == []

    def test_stopped_between_sending_and_crossing_off_it_is_sent_again(
        self, engine: Followed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(engine.place)
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        with monkeypatch.context() as patched:
            patched.setattr(sending, "note_refused", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                send(engine.place)
        assert lag().unsent > 0 and on_server(engine) == 2
        assert names(engine, "dieu") == ["Hạt điều"]
        assert lag().unsent == 0 and on_server(engine) == 2

    def test_what_the_server_refuses_is_kept_with_its_reason_until_it_takes_it(
        self, engine: Followed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop = make_shop(make_places().loc_ninh)
        put_on_sale(shop, "Hạt điều")
        bad = put_on_sale(shop, "Hạt hỏng")
        document = SearchDocument.objects.get(kind="product", object_id=bad.pk)
        real = delivering.source_of
        with monkeypatch.context() as patched:
            patched.setattr(
                delivering, "source_of", lambda d: real(d) | ({"price": "nhiều"} if d.pk == document.pk else {})
            )
            assert names(engine, "hat") == ["Hạt điều"]
        (refusal,) = refused()
        assert (refusal.document_id, refusal.version, lag().unsent) == (document.pk, document.version, 0)
        assert refusal.reason.startswith("400 ") and "price" in refusal.reason
        engine.store(document.pk)
        assert sorted(names(engine, "hat")) == ["Hạt hỏng", "Hạt điều"]
        assert list(refused()) == []

    def test_sweep_finds_what_the_server_has_lost_kept_or_missed(self, engine: Followed) -> None:
        shop = make_shop(make_places().loc_ninh)
        for name in ("Hạt một", "Hạt hai", "Hạt ba"):
            put_on_sale(shop, name)
        assert len(names(engine, "hat")) == 3
        one, two, three = SearchDocument.objects.filter(kind="product").order_by("pk")
        client, (index,) = client_of(engine.place), indices_of(engine.place)
        client.delete(index=index, id=str(one.pk), version=one.version + 1, version_type="external")
        SearchDocument.objects.filter(pk=one.pk).update(version=one.version + 2)
        SearchDocument.objects.filter(pk=two.pk).update(version=two.version + 1, folded_name="lac", folded_body="")
        SearchDocument.objects.filter(pk=three.pk).delete()
        client.indices.refresh(index=index)
        found = differences(engine.place)
        assert (found.strays, found.lacking, found.older) == ([three.pk], [one.pk], [two.pk])
        assert engine.sweep() == 1
        assert names(engine, "hat") == ["Hạt một"]
        assert differences(engine.place).all == []


class TestPressure:
    class Busy:
        """A server that takes so many documents at once, and says what a full one says."""

        def __init__(self, most: int, *, status: int, fails: int = 0) -> None:
            self.most, self.status, self.fails, self.sizes = most, status, fails, list[int]()

        def options(self, **_: Any) -> Any:
            return self

        def bulk(self, *, operations: list[Any], **_: Any) -> Any:
            size = len(operations) // 2
            self.sizes.append(size)
            if self.fails or size > self.most:
                self.fails = max(0, self.fails - 1)
                raise ApiError("busy", meta=type("Meta", (), {"status": self.status})(), body={})  # type: ignore[arg-type]
            return {"items": [{"index": {"status": 200}}] * size}

    @pytest.mark.parametrize("status", [413, 429])
    def test_half_as_much_until_it_fits_and_slowly_more_again(self, status: int) -> None:
        pauses: list[float] = []
        busy, pressure = self.Busy(130, status=status), Pressure(sleep=pauses.append)
        changes = [Change(pk, 1, {"number": pk}) for pk in range(1000)]
        assert deliver(busy, "i", changes, pressure) == {}  # type: ignore[arg-type]
        assert busy.sizes[:4] == [500, 250, 125, 187]
        assert sum(size for size in busy.sizes if size <= 130) == 1000
        assert pauses[:2] == [0.2, 0.4]

    def test_a_document_too_large_alone_is_refused_not_tried_for_ever(self) -> None:
        busy, pressure = self.Busy(0, status=413), Pressure(sleep=lambda _: None)
        assert deliver(busy, "i", [Change(7, 1, {})], pressure) == {7: "413 too large for the server"}  # type: ignore[arg-type]

    def test_a_server_that_stays_full_is_left_alone(self) -> None:
        busy, pauses = self.Busy(500, status=429, fails=99), list[float]()
        with pytest.raises(delivering.EngineUnavailable):
            deliver(busy, "i", [Change(7, 1, {})], Pressure(sleep=pauses.append))  # type: ignore[arg-type]
        assert len(pauses) == delivering.MOST_PAUSES and max(pauses) == delivering.LONGEST_PAUSE


class TestRebuilding:
    def test_readers_never_see_less_and_changes_meanwhile_are_in_both(
        self, engine: Followed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(indices, "CHUNK", 3)
        shop = make_shop(make_places().loc_ninh)
        goods = [put_on_sale(shop, f"Hạt điều {number}") for number in range(8)]
        assert len(names(engine, "dieu")) == 8
        first = list(indices_of(engine.place))
        counts: list[int] = []
        over = threading.Event()

        def read() -> None:
            plain = super(Followed, engine)
            while not over.is_set():
                counts.append(plain.find(understood("dieu"), Question("dieu")).count)

        def meanwhile(done: int) -> None:
            if done == 3:  # one of those that are copied already, one of those that are not
                for good in (goods[0], goods[7]):
                    pause_listing(listing=Listing.objects.get(pk=good.pk), by=SYSTEM)
                send(engine.place)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            rebuild_index(engine.place, told=meanwhile)
            after = len(counts)
            assert len(names(engine, "dieu")) == 6  # before the next one could mend what the first had missed
            rebuild_index(engine.place)
        finally:
            over.set()
            for reader in readers:
                reader.join()
        assert after > 5 and set(counts) <= {8, 7, 6} and counts[-1] == 6
        assert sorted(names(engine, "dieu")) == [f"Hạt điều {number}" for number in range(1, 7)]
        last = indices_of(engine.place)
        assert list(last.values()) == [True] and list(last) != first
        assert differences(engine.place).all == []

    def test_killed_it_leaves_the_old_one_and_the_next_clears_up(self, engine: Followed) -> None:
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        assert names(engine, "dieu") == ["Hạt điều"]
        (old,) = indices_of(engine.place)
        with pytest.raises(ZeroDivisionError):
            rebuild_index(engine.place, told=lambda _: 1 / 0)
        half = indices_of(engine.place)
        assert list(half.values()) == [True, False] and next(iter(half)) == old
        put_on_sale(make_shop(make_places().loc_ninh), "Điều rang")
        assert names(engine, "dieu") == ["Điều rang", "Hạt điều"]
        rebuild_index(engine.place)
        assert list(indices_of(engine.place).values()) == [True]
        assert not indices_of(engine.place).keys() & half.keys()
        assert names(engine, "dieu") == ["Điều rang", "Hạt điều"]

    def test_an_index_that_is_gone_is_not_made_again_by_writing_to_it(self, engine: Followed) -> None:
        send(engine.place)
        (index,) = indices_of(engine.place)
        client_of(engine.place).indices.delete(index=index)
        with pytest.raises((delivering.EngineUnavailable, ApiError)):
            deliver(client_of(engine.place), index, [Change(7, 1, {"number": 7})], Pressure())
        assert indices_of(engine.place) == {}


@pytest.mark.usefixtures("committed_db")
def test_killed_between_sending_and_crossing_off(settings: Any) -> None:
    with an_alias() as address:
        settings.SEARCH_URL = address
        engine = Followed(address)
        assert names(engine, "dieu") == []
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        connections.close_all()
        child = os.fork()
        if child == 0:
            sending.note_refused = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
            send(engine.place)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        waiting = lag().unsent
        assert waiting > 0 and on_server(engine) == 2
        assert send(engine.place) == waiting
        assert (lag().unsent, on_server(engine), names(engine, "dieu")) == (0, 2, ["Hạt điều"])
        remove("product", SearchDocument.objects.get(kind="product").object_id)
        assert names(engine, "dieu") == []
