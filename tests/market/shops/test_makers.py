"""A cooperative sells a neighbour's goods only after the neighbour's yes, and uses their name and papers only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.desk.registry import todos_for
from core.events.registry import Event
from core.messages.models import Message
from core.people.queries import SYSTEM
from core.places.models import Unit
from market.listings.actions import WrongFacts, write_listing
from market.listings.events import ListingChanged
from market.listings.forms import ListingForm
from market.listings.models import Listing
from market.listings.queries import makers_of as makers_to_choose
from market.listings.queries import papers_of
from market.lists.comparing import facts_of
from market.platforms.engine.documents import document_of
from market.shops.actions import MakerRefused, add_maker, confirm_maker, end_maker, refuse_maker
from market.shops.models import Shop, ShopMaker
from market.shops.queries import makers_of
from market.storefront.queries.printing import label_facts
from market.storefront.queries.product import product_facts, product_standing
from onboarding.consent.actions import record_consents
from onboarding.papers.actions import PaperFacts, record_paper
from onboarding.papers.models import Paper
from onboarding.producers.actions import add_member
from onboarding.producers.models import Producer
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing, make_producer, shop_for

NUMBER = "079123456789"


@pytest.fixture
def coop(people: People) -> Shop:
    """An's cooperative."""
    Producer.objects.filter(pk=people.producer.pk).update(kind="cooperative_group", name="THT An")
    people.producer.refresh_from_db()
    return shop_for(people.producer, "THT An", people.viewer("an"))


@pytest.fixture
def dungs(people: People) -> Producer:
    """Dũng's household, with two papers."""
    found = make_producer("Hộ Dũng", people.hamlet)
    add_member(user=people.users["dung"], producer=found, right="owner", by=SYSTEM, how="bài thử")
    for kind, number in (("business", NUMBER), ("vietgap", "VG-77")):
        record_paper(producer=found, facts=PaperFacts(kind, number, "Sở", date(2026, 1, 5)), by=people.viewer("dung"))
    return found


def asked(people: People, coop: Shop, dungs: Producer) -> ShopMaker:
    return add_maker(shop=coop, producer=dungs, by=people.viewer("an"))


def confirmed(people: People, coop: Shop, dungs: Producer) -> ShopMaker:
    return confirm_maker(maker=asked(people, coop, dungs), by=people.viewer("dung"))


def sold(people: People, coop: Shop, dungs: Producer, *, papers: bool = True) -> Listing:
    """A good of the cooperative made by Dũng, with his VietGAP."""
    listing = make_listing(coop)
    used = tuple(Paper.objects.filter(producer=dungs, kind="vietgap")) if papers else ()
    return write_listing(
        shop=coop,
        facts=replace(facts_of(listing), maker=dungs, papers=used),
        photos=[row.photo for row in listing.photos.all()],
        by=people.viewer("an"),
        listing=listing,
    )


def names(listing: Listing) -> tuple[str, str, str]:
    """Who is named on the page, to platforms, on the label."""
    _, found = product_standing(listing.slug)
    assert found is not None
    facts = product_facts(found)
    return facts.maker.name, document_of(Listing.objects.get(pk=listing.pk)).producer_name, label_facts(found).maker


def test_before_the_yes_nothing_of_the_neighbour_is_used(
    people: People, coop: Shop, dungs: Producer, browser: Browser
) -> None:
    asked(people, coop, dungs)
    assert [message.user for message in Message.objects.filter(kind="shop.maker_asked")] == [people.users["dung"]]
    assert "THT An muốn bán hàng của bạn dưới tên bạn." in [todo.sentence for todo in todos_for(people.viewer("dung"))]
    assert not makers_of(coop) and not makers_to_choose(coop) and not papers_of(coop)
    form = browser("an").get("/nguoi-ban/san-pham/moi/").content.decode()
    assert NUMBER not in form and "VG-77" not in form and "Hộ Dũng" not in form
    listing = make_listing(coop)
    before = everything()
    for facts, field in (
        (replace(facts_of(listing), maker=dungs), "maker"),
        (replace(facts_of(listing), papers=tuple(Paper.objects.filter(producer=dungs))), "papers"),
    ):
        with pytest.raises(WrongFacts, match=field):
            write_listing(shop=coop, facts=facts, photos=[], by=people.viewer("an"), listing=listing)
    assert everything() == before


def test_dung_answers_on_his_page_and_nobody_for_him(
    people: People, coop: Shop, dungs: Producer, browser: Browser
) -> None:
    maker = asked(people, coop, dungs)
    add_member(user=people.users["hanh"], producer=dungs, right="acting", by=SYSTEM, how="bài thử")
    before = everything()
    for name in ("an", "binh", "chi", "phuong", "hanh"):
        for turn in (confirm_maker, refuse_maker):
            with pytest.raises(PermissionError):
                turn(maker=maker, by=people.viewer(name))
    browser("hanh").post(f"/nguoi-ban/ban-chung/{maker.pk}/dong-y/")
    assert browser("an").post(f"/nguoi-ban/ban-chung/{maker.pk}/dong-y/").status_code == 404
    assert everything() == before
    dung = browser("dung")
    assert "THT An" in dung.get("/nguoi-ban/ban-chung/").content.decode()
    dung.post(f"/nguoi-ban/ban-chung/{maker.pk}/dong-y/")
    maker.refresh_from_db()
    assert (maker.confirmed_by, [row.producer for row in makers_of(coop)]) == (people.users["dung"], [dungs])
    assert {message.user.username for message in Message.objects.filter(kind="shop.maker_answered") if message.user} == {
        "an", "binh",
    }  # fmt: skip
    dung.post(f"/nguoi-ban/ban-chung/{maker.pk}/khong/")
    assert not makers_of(coop)


def test_who_has_no_log_in_answers_on_paper_at_the_commune(people: People, coop: Shop, browser: Browser) -> None:
    maker = asked(people, coop, make_producer("Hộ Lý", people.hamlet))
    chi = browser("chi")
    assert "Hộ Lý" in chi.get("/xa/gian-hang/").content.decode()
    chi.post(f"/xa/gian-hang/ban-chung/{maker.pk}/dong-y/")
    assert [row.confirmed_by for row in makers_of(coop)] == [people.users["chi"]]


def test_an_officer_of_the_shop_does_not_answer_its_own_question(people: People, coop: Shop) -> None:
    maker = asked(people, coop, make_producer("Hộ Lý", people.hamlet))
    add_member(user=people.users["chi"], producer=coop.producer, right="helper", by=SYSTEM, how="bài thử")
    with pytest.raises(PermissionError):
        confirm_maker(maker=maker, by=people.viewer("chi"))


def test_a_household_of_another_commune_is_not_asked(people: People, coop: Shop, dungs: Producer) -> None:
    other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
    Producer.objects.filter(pk=dungs.pk).update(commune=other)
    dungs.refresh_from_db()
    before = everything()
    with pytest.raises(MakerRefused, match="cùng xã"):
        asked(people, coop, dungs)
    assert everything() == before


def test_papers_go_when_the_maker_goes_and_no_personal_number_is_read(
    people: People, coop: Shop, dungs: Producer, heard: list[Event]
) -> None:
    maker = confirmed(people, coop, dungs)
    listing = sold(people, coop, dungs)
    offered = str(ListingForm(shop=coop, listing=listing)["papers"])
    assert "VG-77" in offered and NUMBER not in offered
    _, found = product_standing(listing.slug)
    assert found is not None and [paper.number for paper in product_facts(found).papers] == ["VG-77"]
    heard.clear()
    end_maker(maker=maker, by=people.viewer("an"))
    assert heard == [ListingChanged(listing.pk)]
    assert not listing.papers.exists() and not papers_of(coop, listing)
    facts = replace(facts_of(listing), papers=tuple(Paper.objects.filter(producer=dungs)))
    with pytest.raises(WrongFacts, match="papers"):  # the name stays with what they made
        write_listing(shop=coop, facts=facts, photos=[], by=people.viewer("an"), listing=listing)
    # The last day is the day before `valid_to`: added again on the same day, one row is in force.
    again = confirmed(people, coop, dungs)
    assert [row.pk for row in makers_of(coop)] == [again.pk] and again.pk != maker.pk
    assert makers_to_choose(coop).count() == 1


def test_a_maker_is_named_as_they_agreed(people: People, coop: Shop, dungs: Producer, heard: list[Event]) -> None:
    confirmed(people, coop, dungs)
    listing = sold(people, coop, dungs, papers=False)
    assert names(listing) == ("Hộ Dũng", "Hộ Dũng", "Hộ Dũng")
    revision = Listing.objects.get(pk=listing.pk).revision
    heard.clear()
    record_consents(producer=dungs, answers={"platform": False}, means="paper", by=SYSTEM)
    assert heard == [ListingChanged(listing.pk)] and Listing.objects.get(pk=listing.pk).revision == revision + 1
    assert names(listing) == ("Hộ Dũng", "THT An", "Hộ Dũng")
    record_consents(producer=dungs, answers={"platform": True, "publication": False}, means="paper", by=SYSTEM)
    assert names(listing) == ("THT An", "THT An", "THT An")


def test_a_name_from_before_there_were_questions_is_not_shown(people: People, coop: Shop, dungs: Producer) -> None:
    asked(people, coop, dungs)
    listing = make_listing(coop)
    Listing.objects.filter(pk=listing.pk).update(maker=dungs)
    assert names(listing) == ("THT An", "THT An", "THT An")
