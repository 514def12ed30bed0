"""The files, as a platform fetches them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.queries import SYSTEM
from market.feeds.actions import follow_notes
from market.feeds.models import FeedEntry
from market.feeds.queries import AT_ONCE
from market.feeds.views import files
from market.listings.actions import BadgeFacts, set_badges, take_down, take_stock
from market.listings.models import Listing
from market.listings.promotions.actions import make_promotion
from market.shops.actions import close_shop, start_shop
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from tests.market.feeds.reading import google_items, meta_rows, schema_items
from tests.people import People, make_listing, make_producer

pytestmark = pytest.mark.django_db
FILES = ("google.xml", "meta.csv", "san-pham.json")
SKUS = {
    "google.xml": lambda content: [each["id"][0] for each in google_items(content)],
    "meta.csv": lambda content: [each["id"] for each in meta_rows(content)],
    "san-pham.json": lambda content: [each["item"]["sku"] for each in schema_items(content)],
}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def fetch(address: str, **headers: str) -> Any:
    return Client().get(address, headers=headers)


def body(address: str) -> bytes:
    answer = fetch(address)
    assert answer.status_code == 200, answer.content
    return bytes(answer.getvalue())


def of(shop: Shop, file_name: str, since: str = "") -> str:
    return f"/feeds/gian-hang/{shop.slug}/{file_name}" + (f"?updated_since={quote(since)}" if since else "")


def change_price(listing: Listing, price: int) -> None:
    listing.refresh_from_db()
    Listing.objects.filter(pk=listing.pk).update(price=price)
    take_stock([(listing, 1)])  # tells the news
    follow_notes()


@pytest.mark.parametrize("file_name", FILES)
def test_a_changed_price_is_there_since_then_and_moves_the_etag(file_name: str, listing: Listing) -> None:
    make_listing(listing.shop, name="Mật ong", price=90_000)
    follow_notes()
    first = fetch(of(listing.shop, file_name))
    assert sorted(SKUS[file_name](first.getvalue())) == sorted(Listing.objects.values_list("sku", flat=True))
    etag, since = first["ETag"], first["X-Next-Updated-Since"]
    assert etag.startswith('"') and b"45000" not in first.getvalue()
    assert SKUS[file_name](body(of(listing.shop, file_name, since))) == []
    change_price(listing, 45_000)
    later = fetch(of(listing.shop, file_name), **{"If-None-Match": etag})
    assert later.status_code == 200 and later["ETag"] != etag and b"45000" in later.getvalue()
    changes = body(of(listing.shop, file_name, since))
    assert SKUS[file_name](changes) == [listing.sku] and b"45000" in changes
    assert SKUS[file_name](body(of(listing.shop, file_name, later["X-Next-Updated-Since"]))) == []


@pytest.mark.parametrize("address", ["google.xml", "meta.csv?updated_since=2026-01-01T00:00:00Z"])
def test_what_has_not_changed_is_not_built(address: str, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    follow_notes()
    place = f"/feeds/gian-hang/{listing.shop.slug}/{address}"
    first = fetch(place)
    assert first.getvalue()

    def never(*arguments: object) -> None:
        raise AssertionError("the file was built")

    monkeypatch.setattr(files, "_body", never)
    with CaptureQueriesContext(connection) as queries:
        again = fetch(place, **{"If-None-Match": f'W/"x", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["X-Next-Updated-Since"] == first["X-Next-Updated-Since"]
    assert len(queries) == 3  # how often this address asked; the shop; how far it has come
    head = Client().head(place)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    assert head["Content-Type"] == first["Content-Type"]


def test_each_file_each_moment_and_each_day_has_its_own_etag(listing: Listing) -> None:
    follow_notes()
    shop = listing.shop
    places = [of(shop, each) for each in FILES] + [of(shop, FILES[0], f"2026-01-0{day}T00:00:00Z") for day in (1, 2)]
    places.append(f"/feeds/tinh/{shop.producer.commune.parent.code}/google.xml")
    tags = [fetch(place)["ETag"] for place in places]
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        tags.append(fetch(places[0])["ETag"])
    assert len(set(tags)) == len(tags)


def test_last_modified_says_nothing_that_may_be_wrong_within_the_second(listing: Listing) -> None:
    noon = clock.start_of(clock.today() + timedelta(days=1)) + timedelta(hours=12)
    with time_machine.travel(noon, tick=False):
        take_stock([(listing, 1)])
        follow_notes()
        assert "Last-Modified" not in fetch(of(listing.shop, "google.xml"))
    with time_machine.travel(noon + timedelta(seconds=9), tick=False):
        answer = fetch(of(listing.shop, "google.xml"))
        said = answer["Last-Modified"]
        answer.getvalue()
        assert fetch(of(listing.shop, "google.xml"), **{"If-Modified-Since": said}).status_code == 304
        take_stock([(listing, 1)])
        follow_notes()
        assert fetch(of(listing.shop, "google.xml"), **{"If-Modified-Since": said}).status_code == 200
    with time_machine.travel(noon + timedelta(days=1), tick=False):  # a certificate may have ended
        newer = fetch(of(listing.shop, "google.xml"))["Last-Modified"]
        assert newer != said and newer.endswith("17:00:00 GMT")  # midnight in Vietnam


def test_what_is_gone_is_left_out_of_the_whole_file_and_told_in_the_changes(listing: Listing) -> None:
    kept = make_listing(listing.shop, name="Mật ong")
    follow_notes()
    since = fetch(of(listing.shop, "google.xml"))["X-Next-Updated-Since"]
    take_down(listing=listing, by=SYSTEM)
    follow_notes()
    for file_name in FILES:
        assert SKUS[file_name](body(of(listing.shop, file_name))) == [kept.sku]
    assert google_items(body(of(listing.shop, "google.xml", since))) == [
        {"id": [listing.sku], "availability": ["out_of_stock"]}
    ]
    [row] = meta_rows(body(of(listing.shop, "meta.csv", since)))
    assert {name: value for name, value in row.items() if value} == {
        "id": listing.sku,
        "availability": "discontinued",
        "status": "archived",
    }
    [item] = schema_items(body(of(listing.shop, "san-pham.json", since)))
    assert item["deleted"] is True and item["dateDeleted"] and item["item"] == {"@type": "Product", "sku": listing.sku}
    for file_name in FILES:
        assert listing.name.encode() not in body(of(listing.shop, file_name, since))


def test_a_closed_shop_has_an_empty_file_that_tells_its_readers(listing: Listing) -> None:
    follow_notes()
    since = fetch(of(listing.shop, "google.xml"))["X-Next-Updated-Since"]
    close_shop(shop=listing.shop, by=SYSTEM)
    follow_notes()
    assert google_items(body(of(listing.shop, "google.xml"))) == []
    assert SKUS["google.xml"](body(of(listing.shop, "google.xml", since))) == [listing.sku]


def test_what_is_not_there(people: People, shop: Shop) -> None:
    producer = make_producer("Hộ Chưa Mở", people.hamlet)
    draft = start_shop(producer=producer, name="Chưa mở", by=SYSTEM)
    places = [of(draft, "google.xml"), of(shop, "google.json"), of(shop, "..%2Fgoogle.xml")]
    places += ["/feeds/gian-hang/khong-co/google.xml", "/feeds/tinh/00/google.xml", "/feeds/tinh/khong-co/meta.csv"]
    places += [f"/feeds/tinh/{people.commune.code}/google.xml", "/feeds/?tinh=00", "/feeds/?tinh=%00"]
    assert {place: fetch(place).status_code for place in places} == dict.fromkeys(places, 404)
    assert Client().post(of(shop, "google.xml")).status_code == 405


BAD = (
    "hom-qua",
    "2026-11-23",
    "2026-11-23T10:00:00",
    "1732330000",
    "0001-01-01T00:00:00+14:00",
    "2026-13-01T00:00:00Z",
    "\x00",
    "∞",
)


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_moment_is_refused_in_words(written: str, shop: Shop) -> None:
    answer = fetch(of(shop, "google.xml", written))
    assert answer.status_code == 400
    assert "có múi giờ" in answer.content.decode() and answer["Content-Type"] == "text/plain; charset=utf-8"


GOOD = (
    "2026-11-23T15:00:00+07:00", "2026-11-23T08:00:00Z", "2026-11-23T08:00Z", "20261123T080000Z", "2026-11-23T15:00:00.000000+07:00",
)  # fmt: skip


@pytest.mark.parametrize("written", GOOD)
def test_the_same_moment_in_every_spelling(written: str, listing: Listing) -> None:
    follow_notes()
    places = [
        of(listing.shop, "san-pham.json", written),
        of(listing.shop, "san-pham.json") + f"?updated_since={written}",
    ]
    for place in places:  # a plus sign that was not escaped is understood
        assert json.loads(body(place))["updated_since"] == "2026-11-23T08:00:00.000000Z"


def test_a_moment_at_the_edge(listing: Listing) -> None:
    follow_notes()
    at = FeedEntry.objects.get().changed_at
    for moment, count in ((at, 1), (at + timedelta(microseconds=1), 0), (at - timedelta(microseconds=1), 1)):
        assert len(schema_items(body(of(listing.shop, "san-pham.json", moment.isoformat())))) == count


def test_who_follows_next_updated_since_misses_nothing_and_hears_nothing_twice(
    listing: Listing, other_shop: Shop
) -> None:
    listings = [listing, make_listing(listing.shop, name="Mật ong"), make_listing(other_shop, name="Trà")]
    follow_notes()
    place = f"/feeds/tinh/{listing.shop.producer.commune.parent.code}/san-pham.json"
    data = json.loads(body(place))
    stocks = {
        each["item"]["sku"]: each["item"]["offers"]["inventoryLevel"]["value"] for each in data["dataFeedElement"]
    }
    for turn in range(4):
        take_stock([(listings[turn % 3], 1)])
        follow_notes()
        data = json.loads(body(f"{place}?updated_since={data['next_updated_since']}"))
        [heard] = data["dataFeedElement"]
        assert heard["item"]["sku"] == listings[turn % 3].sku
        stocks[heard["item"]["sku"]] = heard["item"]["offers"]["inventoryLevel"]["value"]
    assert stocks == dict(Listing.objects.values_list("sku", "stock"))
    assert json.loads(body(f"{place}?updated_since={data['next_updated_since']}"))["dataFeedElement"] == []


def test_a_change_while_the_file_is_written_is_never_hidden_by_the_etag(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_notes()
    real, prices = files.rows_of, iter((41_000, 42_000))

    def meanwhile(*arguments: Any) -> Iterator[FeedEntry]:
        rows = list(real(*arguments))
        if price := next(prices, None):
            change_price(listing, price)
        return iter(rows)

    monkeypatch.setattr(files, "rows_of", meanwhile)
    answer = fetch(of(listing.shop, "google.xml"))
    assert b"42000 VND" in answer.getvalue()  # written again until nothing came between
    tag = answer["ETag"]
    assert fetch(of(listing.shop, "google.xml"), **{"If-None-Match": tag}).status_code == 304
    prices = iter(range(50_000, 60_000, 100))
    restless = fetch(of(listing.shop, "san-pham.json"))
    assert "ETag" not in restless and restless["Cache-Control"] == "no-store"
    # What it says to ask for next brings what came while it was written.
    said, told = restless["X-Next-Updated-Since"], restless.getvalue()
    prices = iter(())
    assert json.loads(told)["next_updated_since"] == said
    [later] = schema_items(body(of(listing.shop, "san-pham.json", said)))
    assert later["item"]["offers"]["price"] == str(Listing.objects.get().price)


def test_a_certificate_and_a_promotion_end_at_midnight_without_anybody_looking(listing: Listing) -> None:
    evening = clock.start_of(clock.today() + timedelta(days=2)) - timedelta(minutes=1)
    last = clock.day_of(evening)
    with time_machine.travel(evening, tick=False):
        badge = BadgeFacts("MA7", "OCOP 4 sao", 4, "", None, last, last, "/ocop/MA7")
        set_badges(listing=listing, badges=[badge], by=SYSTEM)
        make_promotion(listing=listing, price=40_000, starts_on=last, ends_on=last, by=SYSTEM)
        follow_notes()
        answer = fetch(of(listing.shop, "san-pham.json"))
        tag, text = answer["ETag"], answer.getvalue().decode()
        assert "MA7" in text and '"price":"40000"' in text
        assert b"<g:sale_price>40000 VND" in body(of(listing.shop, "google.xml"))
    with time_machine.travel(evening + timedelta(minutes=1), tick=False):
        answer = fetch(of(listing.shop, "san-pham.json"), **{"If-None-Match": tag})
        assert answer.status_code == 200
        text = answer.getvalue().decode()
        assert "MA7" not in text and '"price":"50000"' in text
        assert b"sale_price" not in body(of(listing.shop, "google.xml"))


def test_a_file_that_is_written_over_midnight_is_told_as_of_the_day_in_its_etag(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = clock.start_of(clock.today() + timedelta(days=2))
    last = midnight - timedelta(seconds=5)
    real = files.rows_of
    with time_machine.travel(last, tick=False) as traveller:
        day = clock.day_of(last)
        badge = BadgeFacts("MA8", "OCOP 4 sao", 4, "", None, day, day, "/ocop/MA8")
        set_badges(listing=listing, badges=[badge], by=SYSTEM)
        follow_notes()

        def slowly(*arguments: Any) -> Iterator[FeedEntry]:
            for row in real(*arguments):
                traveller.move_to(midnight, tick=False)
                yield row

        assert "MA8" in body(of(listing.shop, "san-pham.json")).decode()
        monkeypatch.setattr(files, "rows_of", slowly)
        answer = fetch(of(listing.shop, "san-pham.json"))
        tag, told = answer["ETag"], answer.getvalue()
        assert answer["Last-Modified"].endswith("17:00:00 GMT")  # midnight in Vietnam
        monkeypatch.undo()
        fresh = fetch(of(listing.shop, "san-pham.json"))
        assert (tag, told) == (fresh["ETag"], fresh.getvalue())
        assert b"MA8" not in told


def test_no_phone_number_and_no_name_that_was_not_agreed_to(listing: Listing, people: People) -> None:
    producer = listing.shop.producer
    producer.phone = "+84912345678"
    producer.save()
    record_consents(producer=producer, answers={Purpose.CONTACT: True}, means="spoken", by=SYSTEM)
    maker = make_producer("Hộ Kín Tiếng", people.hamlet)
    Listing.objects.update(maker=maker)  # never said yes to this shop
    follow_notes()
    for file_name in FILES:
        text = body(of(listing.shop, file_name)).decode()
        assert (
            "912345678" not in text and "912 345 678" not in text and "Kín Tiếng" not in text and "Nhà số 1" not in text
        )


def test_who_asks_makes_no_difference(listing: Listing, browser: Any) -> None:
    follow_notes()
    answer = browser("an").get(of(listing.shop, "google.xml"))
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["ETag"] == fetch(of(listing.shop, "google.xml"))["ETag"]
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def copies_of(listing: Listing, start: int, end: int) -> None:
    entry = FeedEntry.objects.get(listing_id=listing.pk)
    FeedEntry.objects.bulk_create(
        FeedEntry(
            listing_id=10_000_000 + number, shop_id=entry.shop_id, province_code=entry.province_code, sku=f"Z{number}",
            facts={**entry.facts, "sku": f"Z{number}"}, digest=entry.digest, changed_at=entry.changed_at,
        )
        for number in range(start, end)
    )  # fmt: skip


def test_a_large_file_costs_a_query_for_every_five_hundred_goods(listing: Listing) -> None:
    follow_notes()
    costs = []
    for start, end in ((0, 0), (0, AT_ONCE - 2), (AT_ONCE - 2, 2 * AT_ONCE)):
        copies_of(listing, start, end)
        with CaptureQueriesContext(connection) as queries:
            content = body(of(listing.shop, "meta.csv"))
        costs.append((len(meta_rows(content)), len(queries)))
    # How often this address asked; the shop; how far it has come, before and after; the rows.
    assert costs == [(1, 5), (AT_ONCE - 1, 5), (2 * AT_ONCE + 1, 7)]
