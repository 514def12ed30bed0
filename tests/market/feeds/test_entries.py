"""The entries follow the goods: whatever makes them change, or is missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.jobs.registry import periodic_jobs
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Level, Unit
from core.places.queries import unit_by_code
from market.feeds import actions
from market.feeds.actions import check_everything, follow_notes, sweep
from market.feeds.facts import from_json
from market.feeds.models import FeedEntry, FeedNote
from market.feeds.queries import feed_of_province, feed_of_shop, rows_of, standing_of, with_other_sizes
from market.goods.models import Category
from market.listings.actions import (
    BadgeFacts,
    pause_listing,
    publish_listing,
    put_back,
    set_badges,
    take_down,
    take_stock,
    write_listing,
)
from market.listings.models import Listing, ListingPhoto
from market.listings.promotions.actions import make_promotion
from market.lists.comparing import facts_of as listing_facts
from market.shops.actions import close_shop, pause_shop, reopen_shop
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.producers.events import ProducersChanged
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 5, tzinfo=clock.VIETNAM)


def told(shop: Shop) -> dict[str, int]:
    """Price by name of what the feed of a shop tells."""
    facts = [from_json(entry.facts) for entry in rows_of(feed_of_shop(shop), None)]
    return {each.title: each.price for each in facts}


def entry_of(listing: Listing) -> FeedEntry:
    return FeedEntry.objects.get(listing_id=listing.pk)


def test_what_is_published_is_told_after_a_moment_and_once(listing: Listing) -> None:
    assert told(listing.shop) == {}
    assert FeedNote.objects.exists()
    assert follow_notes() == 1
    assert told(listing.shop) == {"Hạt điều rang": 50_000}
    assert not FeedNote.objects.exists()
    entry = entry_of(listing)
    assert (entry.version, entry.shop_id, entry.sku) == (1, listing.shop_id, listing.sku)
    assert (follow_notes(), sweep(), check_everything()) == (0, 0, 0)
    assert entry_of(listing).changed_at == entry.changed_at


def test_two_changes_of_one_transaction_are_one_change(listing: Listing) -> None:
    follow_notes()
    with transaction.atomic():
        take_stock([(listing, 1)])
        take_stock([(listing, 2)])
    assert FeedNote.objects.count() == 2
    assert follow_notes() == 1
    entry = entry_of(listing)
    assert (entry.version, from_json(entry.facts).stock, entry.revision) == (2, 7, Listing.objects.get().revision)


def test_a_change_that_feeds_do_not_tell_moves_nothing(listing: Listing) -> None:
    follow_notes()
    before = standing_of(feed_of_shop(listing.shop))
    Listing.objects.filter(pk=listing.pk).update(revision=listing.revision + 5, storage_note="Nơi khô ráo")
    assert sweep() == 0
    assert standing_of(feed_of_shop(listing.shop)) == before
    assert entry_of(listing).revision == listing.revision + 5  # and is not looked at again


def no_longer_agrees(purpose: Purpose) -> Callable[[Listing], object]:
    def act(listing: Listing) -> None:
        record_consents(producer=listing.shop.producer, answers={purpose: False}, means="spoken", by=SYSTEM)

    return act


LEAVE: dict[str, Callable[[Listing], object]] = {
    "off sale": lambda listing: pause_listing(listing=listing, by=SYSTEM),
    "taken down": lambda listing: take_down(listing=listing, by=SYSTEM),
    "shop rests": lambda listing: pause_shop(shop=listing.shop, note_for_buyers="", by=SYSTEM),
    "shop closed": lambda listing: close_shop(shop=listing.shop, by=SYSTEM),
    "not to be shown": no_longer_agrees(Purpose.PUBLICATION),
    "not to be sent to platforms": no_longer_agrees(Purpose.PLATFORM),
}


@pytest.mark.parametrize("why", LEAVE)
def test_what_may_not_be_shown_leaves_and_nothing_is_kept_of_it(why: str, listing: Listing) -> None:
    follow_notes()
    since = standing_of(feed_of_shop(listing.shop)).next_since
    LEAVE[why](listing)
    assert follow_notes() == 1
    assert told(listing.shop) == {}
    [gone] = rows_of(feed_of_shop(listing.shop), since)
    assert (gone.sku, gone.is_gone, gone.facts, gone.digest, gone.version) == (listing.sku, True, {}, "", 2)
    assert follow_notes() == sweep() == check_everything() == 0


def test_what_comes_back_is_told_again(listing: Listing) -> None:
    follow_notes()
    take_down(listing=listing, by=SYSTEM)
    follow_notes()
    put_back(listing=listing, by=SYSTEM)
    pause_shop(shop=listing.shop, note_for_buyers="", by=SYSTEM)
    assert follow_notes() == 0  # back and away in one go: nothing to tell
    reopen_shop(shop=listing.shop, by=SYSTEM)
    assert follow_notes() == 1
    assert told(listing.shop) == {"Hạt điều rang": 50_000}
    assert entry_of(listing).version == 3


def test_sold_out_stays(listing: Listing) -> None:
    take_stock([(listing, 10)])
    follow_notes()
    assert from_json(entry_of(listing).facts).stock == 0


def test_strong_drink_is_never_told(shop: Shop) -> None:
    listing = make_listing(shop, name="Rượu nếp")
    Listing.objects.update(category=Category.objects.get(code="ruou"), alcohol=290)
    follow_notes()
    assert told(shop) == {}
    # What is weaker may be promoted.
    Listing.objects.update(alcohol=50)
    assert sweep() == 1
    assert told(shop) == {listing.name: listing.price}


def test_without_a_photo_nothing_is_told(listing: Listing) -> None:
    follow_notes()
    ListingPhoto.objects.all().delete()
    assert sweep() == 1
    assert told(listing.shop) == {}


def test_missed_changes_are_found_by_the_sweep(listing: Listing, other_shop: Shop) -> None:
    other = make_listing(other_shop, name="Mật ong")
    FeedNote.objects.all().delete()  # as if nobody had told
    assert sweep() == 2
    Listing.objects.filter(pk=listing.pk).update(price=45_000, revision=listing.revision + 1)
    Shop.objects.filter(pk=other.shop_id).update(state=Shop.State.CLOSED)
    assert (follow_notes(), sweep()) == (0, 2)
    assert (told(listing.shop), told(other_shop)) == ({"Hạt điều rang": 45_000}, {})


def test_what_neither_news_nor_revision_tells_is_found_by_the_daily_check(listing: Listing) -> None:
    follow_notes()
    Shop.objects.update(name="Vườn nhà An")
    assert (sweep(), check_everything(), check_everything()) == (0, 1, 0)
    assert from_json(entry_of(listing).facts).shop == "Vườn nhà An"


def test_a_deleted_row_is_told_as_gone(listing: Listing) -> None:
    follow_notes()
    FeedEntry.objects.update(listing_id=987_654_321)  # no such listing any more
    assert sweep() == 2
    gone = FeedEntry.objects.get(listing_id=987_654_321)
    assert gone.is_gone and gone.facts == {}


def certify(listing: Listing, since: date, until: date) -> None:
    badge = BadgeFacts("MA1", "OCOP 4 sao", 4, "", None, since, until, "/ocop/MA1")
    set_badges(listing=listing, badges=[badge], by=SYSTEM)


def codes(listing: Listing, day: date) -> list[str]:
    return [each.code for each in from_json(entry_of(listing).facts).on(day).certificates]


def test_a_certificate_ends_with_its_day_and_the_entry_follows(listing: Listing) -> None:
    with time_machine.travel(NOON, tick=False):
        today = clock.today()
        certify(listing, today - timedelta(days=9), today)
        follow_notes()
        assert codes(listing, today) == ["MA1"]
        assert (
            codes(listing, today + timedelta(days=1)) == []
        )  # told no more from midnight on, whoever has looked by then
        assert entry_of(listing).holds_until == today
        assert sweep() == 0
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert sweep() == 1
        entry = entry_of(listing)
        assert (entry.version, entry.holds_until, from_json(entry.facts).certificates) == (2, None, ())
        assert sweep() == 0


def test_a_certificate_begins_with_its_day(listing: Listing) -> None:
    with time_machine.travel(NOON, tick=False):
        tomorrow = clock.today() + timedelta(days=1)
        certify(listing, tomorrow, tomorrow + timedelta(days=400))
        follow_notes()
        assert (codes(listing, tomorrow), entry_of(listing).holds_until) == ([], clock.today())
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert sweep() == 1
        assert codes(listing, tomorrow) == ["MA1"]


def test_a_certificate_that_begins_while_its_good_is_read_is_found(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = clock.start_of(clock.day_of(NOON) + timedelta(days=1))
    real = actions.facts_of
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False) as traveller:
        first = clock.day_of(midnight)
        certify(listing, first, first + timedelta(days=400))

        def slowly(each: Listing) -> object:
            facts = real(each)
            traveller.move_to(midnight)
            return facts

        monkeypatch.setattr(actions, "facts_of", slowly)
        follow_notes()
        monkeypatch.undo()
        assert codes(listing, first) == []
        assert (sweep(), codes(listing, first)) == (1, ["MA1"])


def test_a_promotion_begins_and_ends_with_its_days(listing: Listing) -> None:
    def reduced() -> int | None:
        reduction = from_json(entry_of(listing).facts).on(clock.today()).reduction
        return reduction.price if reduction else None

    with time_machine.travel(NOON, tick=False):
        first = clock.today() + timedelta(days=1)
        make_promotion(listing=listing, price=40_000, starts_on=first, ends_on=first + timedelta(days=1), by=SYSTEM)
        follow_notes()
        assert reduced() is None
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert (sweep(), reduced()) == (1, 40_000)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert reduced() is None
        assert sweep() == 1


def test_a_shop_that_moves_leaves_word_in_its_old_province(listing: Listing) -> None:
    follow_notes()
    producer = listing.shop.producer
    old, new = producer.commune.parent, unit_by_code(Level.COMMUNE, "22945", clock.today())
    assert old and new and new.parent and new.parent != old
    since = standing_of(feed_of_province(old)).next_since
    producer.commune = new
    producer.save()
    with transaction.atomic():
        actions.on_producers_changed(ProducersChanged((producer.pk,)))
    assert follow_notes() == 2
    assert [(row.sku, row.is_gone) for row in rows_of(feed_of_province(old), since)] == [(listing.sku, True)]
    assert [(row.sku, row.is_gone) for row in rows_of(feed_of_province(new.parent), since)] == [(listing.sku, False)]
    # The shop's own feed tells of one good, not of one that came and one that went.
    assert [(row.sku, row.is_gone) for row in rows_of(feed_of_shop(listing.shop), since)] == [(listing.sku, False)]
    producer.commune = Unit.objects.filter(level=Level.COMMUNE, parent=old, valid_to=None).order_by("code")[0]
    producer.save()
    assert sweep() == 2
    assert [row.is_gone for row in rows_of(feed_of_shop(listing.shop), since)] == [False]


def test_later_writings_have_later_moments_even_if_the_clock_goes_back(listing: Listing) -> None:
    follow_notes()
    seen = standing_of(feed_of_shop(listing.shop))
    with time_machine.travel(clock.now() - timedelta(hours=3), tick=False):
        take_stock([(listing, 1)])
        follow_notes()
        assert [row.sku for row in rows_of(feed_of_shop(listing.shop), seen.next_since)] == [listing.sku]


def test_what_was_read_up_to_a_moment_is_not_told_again_and_what_came_at_it_is(listing: Listing) -> None:
    follow_notes()
    standing = standing_of(feed_of_shop(listing.shop))
    assert len(list(rows_of(feed_of_shop(listing.shop), standing.changed_at))) == 1  # the moment itself counts
    assert list(rows_of(feed_of_shop(listing.shop), standing.next_since)) == []


def test_a_good_that_cannot_be_told_stops_no_other(
    listing: Listing, other_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_listing(other_shop, name="Mật ong")
    real = actions.facts_of

    def broken(each: Listing) -> object:
        if each.pk == listing.pk:
            raise ValueError("strange")
        return real(each)

    monkeypatch.setattr(actions, "facts_of", broken)
    assert follow_notes() == 1
    assert (told(listing.shop), told(other_shop)) == ({}, {other.name: other.price})
    monkeypatch.undo()
    assert sweep() == 1


def test_sizes_tell_themselves_apart(listing: Listing, people: People) -> None:
    def size(name: str, number: int) -> Listing:
        made = Listing.objects.get(pk=listing.pk)
        made.pk, made.sku, made.slug, made.main, made.variant_name = None, f"S{number}", f"s-{number}", listing, name
        made.save()
        ListingPhoto.objects.create(listing=made, photo=listing.photos.get().photo, position=0, alt="Ảnh")
        return made

    size("gói 250 g", 1)
    size("gói 500 g", 2)
    follow_notes()
    sweep()
    facts = {each.sku: (each.title, each.group) for each in (from_json(row.facts) for row in FeedEntry.objects.all())}
    assert facts == {
        listing.sku: ("Hạt điều rang", ""),
        "S1": ("Hạt điều rang, gói 250 g", listing.sku),
        "S2": ("Hạt điều rang, gói 500 g", listing.sku),
    }


def add_size(main: Listing, name: str) -> Listing:
    facts = replace(listing_facts(main), price=80_000, stock=3, variant_name=name)
    return write_listing(shop=main.shop, facts=facts, photos=[], by=SYSTEM, main=main)


def groups() -> dict[str, str]:
    """Group by size of what is told."""
    facts = [from_json(entry.facts) for entry in FeedEntry.objects.filter(is_gone=False)]
    return {each.size: each.group for each in facts}


def test_the_first_size_that_comes_and_the_last_that_goes_turn_the_group_of_the_main_one(listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(variant_name="500 g")
    follow_notes()
    feed, since = feed_of_shop(listing.shop), standing_of(feed_of_shop(listing.shop)).next_since
    size = add_size(listing, "1 kg")
    assert (follow_notes(), groups()) == (0, {"500 g": ""})  # not on sale yet: nothing to be grouped with
    publish_listing(listing=size, by=SYSTEM)
    assert (follow_notes(), groups()) == (2, {"500 g": listing.sku, "1 kg": listing.sku})
    assert {row.sku for row in rows_of(feed, since)} == {listing.sku, size.sku}
    assert sweep() == check_everything() == 0
    since = standing_of(feed).next_since
    pause_listing(listing=size, by=SYSTEM)
    assert (follow_notes(), groups()) == (2, {"500 g": ""})
    assert {row.sku: row.is_gone for row in rows_of(feed, since)} == {listing.sku: False, size.sku: True}
    assert sweep() == check_everything() == 0


def test_a_main_one_that_goes_or_loses_its_name_ends_the_group_of_its_only_size(listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(variant_name="500 g")
    size = publish_listing(listing=add_size(listing, "1 kg"), by=SYSTEM)
    follow_notes()
    pause_listing(listing=listing, by=SYSTEM)
    assert (follow_notes(), groups()) == (2, {"1 kg": ""})
    third = publish_listing(listing=add_size(listing, "2 kg"), by=SYSTEM)
    assert (follow_notes(), groups()) == (2, {"1 kg": listing.sku, "2 kg": listing.sku})
    pause_listing(listing=third, by=SYSTEM)
    publish_listing(listing=listing, by=SYSTEM)
    follow_notes()
    assert groups() == {"500 g": listing.sku, "1 kg": listing.sku}
    shown = [row.photo for row in listing.photos.all()]
    write_listing(shop=listing.shop, facts=listing_facts(listing), photos=shown, by=SYSTEM, listing=listing)
    assert (follow_notes(), groups()) == (2, {"": "", "1 kg": ""})
    assert entry_of(size).version == entry_of(listing).version


def test_a_size_that_nobody_told_of_turns_the_group_of_the_others_with_the_sweep(listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(variant_name="500 g")
    follow_notes()
    size = publish_listing(listing=add_size(listing, "1 kg"), by=SYSTEM)
    FeedNote.objects.all().delete()
    assert (sweep(), groups()) == (2, {"500 g": listing.sku, "1 kg": listing.sku})
    pause_listing(listing=size, by=SYSTEM)
    FeedNote.objects.all().delete()
    assert (sweep(), groups()) == (2, {"500 g": ""})


def test_all_sizes_of_what_was_noted_are_found_with_two_queries(listing: Listing) -> None:
    sizes = [add_size(listing, f"{number} kg") for number in range(1, 5)]
    every = sorted([listing.pk, *[size.pk for size in sizes]])
    for noted in (listing, sizes[2]):
        with CaptureQueriesContext(connection) as queries:
            assert with_other_sizes([noted.pk, 987_654_321]) == [
                *every,
                987_654_321,
            ]  # one that is no more is looked at too
        assert len(queries) == 2


def test_the_jobs_run_by_themselves(listing: Listing) -> None:
    jobs = {job.name: job for job in periodic_jobs()}
    assert jobs["feeds.follow"].run() == 1
    assert jobs["feeds.follow"].every <= timedelta(seconds=5)
    assert jobs["feeds.sweep"].run() == jobs["feeds.check"].run() == 0
    assert jobs["feeds.sweep"].every <= timedelta(minutes=5)
    publish_listing(listing=pause_listing(listing=listing, by=SYSTEM), by=SYSTEM)
    assert jobs["feeds.follow"].run() == 0


def test_following_costs_the_same_for_one_and_for_many(listing: Listing) -> None:
    follow_notes()
    costs = []
    for count in (1, 25):
        many = [make_listing(listing.shop, name=f"Hàng {count}-{number}") for number in range(count)]
        FeedNote.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            actions.bring_up_to_date([each.pk for each in many])
        costs.append(len(queries))
    assert costs == [11, 11]
    with CaptureQueriesContext(connection) as queries:
        assert sweep() == 0
    assert len(queries) == 4  # the law; what should be told; what is told; what ended
