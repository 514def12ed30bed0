"""A shop from draft to closed and back: An's, which Bình helps in and Dũng has nothing to do with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.events.registry import Event
from core.people.queries import NOBODY, SYSTEM, Viewer
from market.listings.queries import goods_for_sale
from market.platforms.models import PlatformListing
from market.shops.actions import (
    NotReady,
    NotYourProducer,
    OnlyTheOwner,
    PublicationNotAgreed,
    ShopExists,
    WrongState,
    change_shop,
    close_shop,
    open_shop,
    pause_shop,
    reopen_shop,
    start_shop,
    starting,
)
from market.shops.events import ShopChanged
from market.shops.models import Shop
from market.shops.queries import open_shop_by_slug
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.producers.actions import add_member
from tests.market.proof import everything, trail
from tests.people import People, fill_steps, make_listing, make_producer, make_shop


def agree_to_publication(people: People, answer: bool) -> None:
    answers = {Purpose.PUBLICATION: answer}
    record_consents(producer=people.producer, answers=answers, means=Consent.Means.SPOKEN, by=SYSTEM)


def draft(people: People) -> Shop:
    return start_shop(producer=people.producer, name="Vườn anh An", by=people.viewer("an"))


def pause(shop: Shop, by: Viewer) -> Shop:
    return pause_shop(shop=shop, note_for_buyers="Nghỉ mùa mưa", by=by)


def close(shop: Shop, by: Viewer) -> Shop:
    return close_shop(shop=shop, by=by)


def reopen(shop: Shop, by: Viewer) -> Shop:
    return reopen_shop(shop=shop, by=by)


@pytest.mark.parametrize("name", ["an", "binh"])
def test_an_and_his_helper_may_start_and_open_the_shop(people: People, heard: list[Event], name: str) -> None:
    before, by = len(trail()), people.viewer(name)
    shop = start_shop(producer=people.producer, name="Vườn anh An", story="Rang củi.", by=by)
    row = Shop.objects.values("pk", "producer_id", "slug", "name", "story", "state", "opened_at", "is_demo").get()
    assert row == {
        "pk": shop.pk,
        "producer_id": people.producer.pk,
        "slug": "vuon-anh-an",
        "name": "Vườn anh An",
        "story": "Rang củi.",
        "state": "draft",
        "opened_at": None,
        "is_demo": False,
    }
    assert heard == [] and open_shop_by_slug("vuon-anh-an") is None, "a draft is nobody else's business"
    open_shop(shop=fill_steps(shop, by), by=by)
    assert heard == [ShopChanged(shop.pk)]
    me, label = people.users[name].pk, f"shop:{shop.pk}"
    words = ["shop.started", *["shop.changed"] * 4, "shop.opened"]
    assert trail(before) == [(word, me, label) for word in words]
    found = open_shop_by_slug("vuon-anh-an")
    assert found == shop and found is not None and found.opened_at is not None


def test_no_neighbour_and_no_officer_starts_or_opens_it_for_him(people: People, heard: list[Event]) -> None:
    shop = fill_steps(draft(people), people.viewer("an"))
    other = make_producer("Hộ Khác", people.hamlet)
    before = everything()
    for viewer in (*map(people.viewer, ["dung", "chi", "hanh", "phuong", "buu"]), NOBODY):
        with pytest.raises(NotYourProducer):
            start_shop(producer=other, name="Nhà Khác", by=viewer)
        with pytest.raises(NotYourProducer):
            open_shop(shop=shop, by=viewer)
    assert everything() == before
    assert heard == []


def test_it_opens_only_when_all_is_done(people: People, heard: list[Event]) -> None:
    shop = draft(people)
    before = everything()
    with pytest.raises(NotReady) as refusal:
        open_shop(shop=shop, by=people.viewer("an"))
    assert refusal.value.steps == ["noi-ban", "mat-hang", "tra-tien", "giao-hang"]
    assert everything() == before and heard == []


def test_without_the_consent_to_be_shown_it_stays_a_draft(people: People, heard: list[Event]) -> None:
    agree_to_publication(people, False)
    shop = fill_steps(draft(people), SYSTEM)
    before = everything()
    with pytest.raises(PublicationNotAgreed):
        open_shop(shop=shop, by=people.viewer("an"))
    assert everything() == before and heard == []


def test_the_second_start_finds_the_first(people: People, shop: Shop, heard: list[Event]) -> None:
    before = everything()
    with pytest.raises(ShopExists) as refusal:
        start_shop(producer=people.producer, name="Tên khác", story="Khác", by=people.viewer("binh"))
    assert refusal.value.shop == shop
    assert everything() == before and heard == []


def test_each_shop_has_an_address_of_its_own(people: People) -> None:
    names = ["Vườn An", "Vườn Án", "vườn  an!", "Vườn An Bình", "★★★", "🍯"]
    slugs = []
    for number, name in enumerate(names):
        producer = make_producer(f"Hộ {number}", people.hamlet)
        slugs.append(start_shop(producer=producer, name=name, by=SYSTEM).slug)
    assert slugs == ["vuon-an", "vuon-an-2", "vuon-an-3", "vuon-an-binh", "gian-hang", "gian-hang-2"]


def test_an_address_taken_a_moment_ago_only_moves_on(
    people: People, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, seen = starting.free_slug, iter([shop.slug])
    monkeypatch.setattr(starting, "free_slug", lambda name: next(seen, None) or free(name))
    other = start_shop(producer=make_producer("Hộ Hai", people.hamlet), name="Vườn anh An", by=SYSTEM)
    assert (other.slug, Shop.objects.count()) == ("vuon-anh-an-2", 2)


def test_dung_does_not_rename_ans_shop(people: People, shop: Shop, other_shop: Shop, heard: list[Event]) -> None:
    before = everything()
    with pytest.raises(NotYourProducer):
        change_shop(shop=shop, name="Của Dũng", story="", by=people.viewer("dung"))
    assert everything() == before and heard == []


def wishes(shop: Shop) -> set[tuple[bool, str]]:
    return set(PlatformListing.objects.filter(listing__shop=shop).values_list("wanted", "work"))


def test_pausing_closing_and_reopening_moves_the_goods_here_and_on_platforms(
    people: People, shop: Shop, heard: list[Event]
) -> None:
    make_listing(shop)
    an = people.viewer("an")
    assert goods_for_sale().count() == 1 and {wanted for wanted, _ in wishes(shop)} == {True}

    heard.clear()
    pause(shop, people.viewer("binh"))
    paused = open_shop_by_slug(shop.slug)
    assert paused is not None and (paused.state, paused.pause_note) == ("paused", "Nghỉ mùa mưa")
    assert goods_for_sale().count() == 0 and wishes(shop) == {(False, "queued")}
    assert heard[0] == ShopChanged(shop.pk)

    close(shop, an)
    assert open_shop_by_slug(shop.slug) is None and goods_for_sale().count() == 0
    closed = Shop.objects.get()
    assert (closed.state, closed.pause_note, closed.closed_at is not None) == ("closed", "", True)

    reopen(shop, an)
    again = Shop.objects.get()
    assert (again.state, again.closed_at, again.opened_at) == ("open", None, closed.opened_at)
    assert goods_for_sale().count() == 1 and {wanted for wanted, _ in wishes(shop)} == {True}
    assert [word for word, _, _ in trail() if word.startswith("shop.")][-3:] == [
        "shop.paused", "shop.closed", "shop.reopened",
    ]  # fmt: skip


def test_a_helper_pauses_but_neither_closes_nor_reopens_what_the_owner_closed(people: People, shop: Shop) -> None:
    binh = people.viewer("binh")
    before = everything()
    with pytest.raises(OnlyTheOwner):
        close(shop, binh)
    assert everything() == before
    pause(shop, binh)
    reopen(shop, binh)
    close(shop, people.viewer("an"))
    before = everything()
    with pytest.raises(OnlyTheOwner):
        reopen(shop, binh)
    assert everything() == before


def test_who_acts_for_a_house_without_an_owner_decides_in_its_place(people: People) -> None:
    producer = make_producer("Hộ Không Máy", people.hamlet)
    add_member(user=people.users["binh"], producer=producer, right="acting", by=SYSTEM, how="bài thử")
    add_member(user=people.users["dung"], producer=producer, right="helper", by=SYSTEM, how="bài thử")
    binh, dung = people.viewer("binh"), people.viewer("dung")
    shop = open_shop(shop=fill_steps(start_shop(producer=producer, name="Nhà", by=binh), binh), by=binh)
    with pytest.raises(OnlyTheOwner):
        close(shop, dung)
    close(shop, binh)
    add_member(user=people.users["an"], producer=producer, right="owner", by=SYSTEM, how="bài thử")
    with pytest.raises(OnlyTheOwner):
        reopen(shop, binh)


@pytest.mark.parametrize(
    ("state", "denied"),
    [("draft", [pause, close, reopen]), ("paused", [pause]), ("closed", [pause, close]), ("open", [reopen])],
)
def test_no_state_is_left_by_a_way_that_is_not_there(
    people: People, heard: list[Event], state: str, denied: list[Callable[..., Any]]
) -> None:
    shop, an = (draft(people) if state == "draft" else make_shop(people)), people.viewer("an")
    if state in {"paused", "closed"}:
        {"paused": pause, "closed": close}[state](shop, an)
    before = everything()
    heard.clear()
    for turn in denied:
        with pytest.raises(WrongState):
            turn(shop, an)
    assert everything() == before and heard == []


def test_reopening_asks_for_everything_again(people: People, shop: Shop) -> None:
    pause(shop, people.viewer("an"))
    shop.delivery.all().delete()
    before = everything()
    with pytest.raises(NotReady) as refusal:
        reopen(shop, people.viewer("an"))
    assert refusal.value.steps == ["giao-hang"] and everything() == before


def test_who_takes_the_consent_back_has_no_shop_in_public(people: People, shop: Shop) -> None:
    make_listing(shop)
    agree_to_publication(people, False)
    assert Shop.objects.get().state == "closed"
    assert open_shop_by_slug(shop.slug) is None and goods_for_sale().count() == 0
    before = everything()
    with pytest.raises(PublicationNotAgreed):
        reopen(shop, people.viewer("an"))
    assert everything() == before
    agree_to_publication(people, True)
    assert Shop.objects.get().state == "closed", "a yes opens nothing by itself"
    assert reopen(shop, people.viewer("an")).state == "open"
