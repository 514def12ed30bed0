"""From «báo sai» to an answer within a day, a takedown, and the way back by another officer's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.kit import clock
from core.messages.models import Message
from core.people.models import User
from core.people.queries import NOBODY, SYSTEM
from market.listings.actions import OutOfStock, pause_listing, publish_listing, take_stock, write_listing
from market.listings.models import Listing
from market.listings.queries import goods_for_sale
from market.lists.comparing import facts_of
from market.platforms.models import Connection, PlatformListing
from market.reports.actions import (
    AlreadyDecided,
    NotAllowed,
    Said,
    answer_report,
    appeal,
    decide_appeal,
    take_down_for,
    take_report,
)
from market.reports.models import Appeal, Report, ReportStep, Takedown
from market.reports.queries import clock_of, reports_visible_to, waiting_appeals
from market.shops.models import Shop
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import Observation, OutsideLink
from onboarding.consent.actions import record_consents
from onboarding.producers.actions import add_member
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing, make_producer

SAID = Said(reason="wrong_photo", words="Ảnh lấy trên mạng.", contact="+84903111222")
FORM = {"reason": "wrong_photo", "words": "Ảnh lấy trên mạng.", "contact": "0903 111 222"}


@pytest.fixture
def report(people: People, listing: Listing) -> Report:
    return take_report(said=SAID, shop=listing.shop, listing=listing, by=NOBODY)


@pytest.fixture
def takedown(people: People, report: Report) -> Takedown:
    return take_down_for(report=report, words="Chụp lại ảnh của chính sản phẩm.", by=people.viewer("chi"))


def inbox_of(user: User) -> list[tuple[str, str]]:
    return list(Message.objects.filter(user=user, channel="inbox").order_by("pk").values_list("kind", "text"))


def test_anybody_may_report_and_follow_it(people: People, listing: Listing) -> None:
    passer_by = Client()
    page = passer_by.get(f"/san-pham/{listing.slug}")
    assert page.status_code == 200
    answer = passer_by.post(reverse("report_listing", args=[listing.slug]), FORM)

    report = Report.objects.get()
    assert (report.listing, report.shop, report.about, report.reason) == (
        listing,
        listing.shop,
        "Hạt điều rang",
        "wrong_photo",
    )
    assert (report.words, report.contact, report.reporter, report.state) == (
        "Ảnh lấy trên mạng.", "+84903111222", None, "open",
    )  # fmt: skip
    assert report.due_at - report.made_at == timedelta(hours=24)
    assert answer["Location"] == reverse("report", args=[report.key])
    followed = passer_by.get(answer["Location"]).content.decode()
    assert report.number in followed and "Còn 24 giờ để trả lời." in followed
    assert "Ảnh lấy" not in followed and "903" not in followed, "whoever finds the address reads nothing private"
    assert Client().get(reverse("report", args=["x" * 32])).status_code == 404
    entry = AuditEntry.objects.get(action="report.taken")
    assert (entry.actor_id, entry.unit_code) == (None, people.commune.code)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "reason"),
        ({"reason": "dead_link"}, "reason"),  # nothing of these goods stands elsewhere
        ({"reason": "other"}, "words"),
        ({"reason": "fake", "contact": "gọi tôi nhé"}, "contact"),
        ({"reason": "fake", "words": "x" * 1001}, "words"),
    ],
)
def test_what_is_missing_is_said_and_nothing_kept(listing: Listing, form: dict[str, str], field: str) -> None:
    answer = Client().post(reverse("report_listing", args=[listing.slug]), form)
    assert answer.status_code == 200 and set(answer.context["form"].errors) == {field}
    assert not Report.objects.exists() and not ReportStep.objects.exists()


def test_a_flood_from_one_address_is_stopped(listing: Listing) -> None:
    url = reverse("report_listing", args=[listing.slug])
    codes = [Client(REMOTE_ADDR="203.0.113.9").post(url, FORM).status_code for _ in range(11)]
    assert codes == [302] * 10 + [429] and Report.objects.count() == 10
    assert Client(REMOTE_ADDR="203.0.113.77").post(url, FORM).status_code == 302, "others go on"


def test_a_shop_can_be_reported_a_draft_or_closed_one_is_not_there(listing: Listing) -> None:
    url = reverse("report_shop", args=[listing.shop.slug])
    assert Client().post(url, FORM).status_code == 302
    assert Report.objects.get().listing is None
    for state in ("draft", "closed"):
        Shop.objects.update(state=state)
        assert Client().get(url).status_code == 404


def test_taking_down_takes_it_off_everything(people: People, listing: Listing, report: Report) -> None:
    record_consents(producer=people.producer, answers={"platform": True}, means="online", by=people.viewer("an"))
    wanted = PlatformListing.objects.filter(listing=listing, wanted=True)
    assert wanted.exists() and goods_for_sale().filter(pk=listing.pk).exists()
    made = take_down_for(report=report, words="Chụp lại ảnh.", by=people.viewer("chi"))

    listing.refresh_from_db()
    assert listing.state == "published" and listing.taken_down_at is not None and not listing.is_on_sale
    assert not goods_for_sale().exists() and not wanted.exists()
    assert Client().get(f"/san-pham/{listing.slug}").status_code == 410
    with pytest.raises(OutOfStock):
        take_stock([(listing, 1)])
    publish_listing(listing=listing, by=people.viewer("an"))
    assert not goods_for_sale().exists(), "publishing does not bring it back"

    report.refresh_from_db()
    assert (report.state, report.handled_by, made.reason) == ("taken_down", people.users["chi"], "wrong_photo")
    for name in ("an", "binh"):
        [(kind, text)] = inbox_of(people.users[name])
        assert kind == "listing.taken_down" and "Chụp lại ảnh." in text
    assert inbox_of(people.users["dung"]) == []
    [todo] = [each for each in todos_for(people.viewer("an")) if "gỡ xuống" in each.sentence]
    assert (todo.urgency, todo.url) == (1, reverse("seller_takedown", args=[made.pk]))


def add_size(listing: Listing, people: People, name: str) -> Listing:
    """Another size, put on sale by An."""
    an = people.viewer("an")
    words = replace(facts_of(listing), variant_name=name, stock=5)
    made = write_listing(shop=listing.shop, facts=words, photos=[], by=an, main=listing)
    return publish_listing(listing=made, by=an)


@pytest.mark.parametrize("which", ["main", "size"])
def test_a_takedown_is_of_every_size_also_of_a_new_one(people: People, listing: Listing, which: str) -> None:
    small, paused = add_size(listing, people, "nhỏ"), add_size(listing, people, "vừa")
    pause_listing(listing=paused, by=people.viewer("an"))
    said, wrong = Said("fake", "Hàng giả."), small if which == "size" else listing
    other = make_listing(listing.shop, name="Tiêu")
    reports = [take_report(said=said, shop=listing.shop, listing=each, by=NOBODY) for each in (wrong, listing)]
    made = take_down_for(report=reports[0], words="x", by=people.viewer("chi"))
    assert take_down_for(report=reports[1], words="x", by=people.viewer("chi")) == made, "one decision about one good"
    assert made.listing == listing
    new = add_size(listing, people, "to")
    assert [each.pk for each in goods_for_sale()] == [other.pk]
    for each in (small, new):
        assert Client().get(f"/san-pham/{each.slug}").status_code == 410
        with pytest.raises(OutOfStock):
            take_stock([(each, 1)])

    asked = appeal(takedown=made, words="Đã sửa.", by=people.viewer("an"))
    decide_appeal(appeal=asked, is_granted=True, answer="Được.", by=people.viewer("phuong"))
    assert {each.pk for each in goods_for_sale()} == {listing.pk, small.pk, new.pk, other.pk}
    told = AuditEntry.objects.filter(object_label=f"listing:{small.pk}").order_by("pk").values_list("action", flat=True)
    assert list(told)[-2:] == ["listing.taken_down", "listing.put_back"]


def test_the_form_does_not_say_that_goods_taken_down_are_on_sale(
    people: People, listing: Listing, takedown: Takedown, browser: Browser
) -> None:
    size = {"variant_name": "to", "price": "60.000", "unit": "kg", "stock": "3", "publish": "1"}
    answer = browser("an").post(reverse("seller_listing_size", args=[listing.sku]), size, follow=True)
    assert "Hàng này đang bị gỡ xuống, nên người mua chưa thấy." in answer.content.decode()
    assert Listing.objects.get(variant_name="to").taken_down_at is not None and not goods_for_sale().exists()


@pytest.mark.parametrize("name", ["an", "binh", "dung", "hanh", "nobody"])
def test_who_may_not_judge(people: People, report: Report, name: str) -> None:
    viewer = NOBODY if name == "nobody" else people.viewer(name)
    before = everything()
    for work in (
        lambda: take_down_for(report=report, words="x", by=viewer),
        lambda: answer_report(report=report, state="unfounded", answer="x", by=viewer),
    ):
        with pytest.raises(NotAllowed):
            work()
    assert everything() == before


def test_an_officer_does_not_judge_their_own_goods(people: People, report: Report) -> None:
    add_member(
        user=people.users["chi"], producer=people.producer, right="helper", by=people.viewer("phuong"), how="thử"
    )
    with pytest.raises(NotAllowed):
        take_down_for(report=report, words="x", by=people.viewer("chi"))


def test_an_officer_judges_neither_what_their_people_made_nor_what_they_reported(
    people: People, listing: Listing, report: Report, takedown: Takedown, browser: Browser
) -> None:
    maker = make_producer("Hộ Mai", people.hamlet)
    add_member(user=people.users["phuong"], producer=maker, right="helper", by=SYSTEM, how="thử")
    asked = appeal(takedown=takedown, words="Đã sửa.", by=people.viewer("an"))
    made = Listing.objects.get(pk=make_listing(listing.shop, name="Mật ong của Mai").pk)
    Listing.objects.filter(pk__in=[made.pk, listing.pk]).update(maker=maker)
    about_maker = take_report(said=SAID, shop=listing.shop, listing=made, by=NOBODY)
    by_chi = take_report(said=SAID, shop=listing.shop, listing=None, by=people.viewer("chi"))
    before = everything()
    for name, each in (("phuong", about_maker), ("chi", by_chi)):
        with pytest.raises(NotAllowed):
            answer_report(report=each, state="unfounded", answer="x", by=people.viewer(name))
        assert each not in reports_visible_to(people.viewer(name))
    with pytest.raises(NotAllowed):
        decide_appeal(appeal=asked, is_granted=True, answer="x", by=people.viewer("phuong"))
    assert not waiting_appeals(people.viewer("phuong")).exists()
    assert everything() == before

    Listing.objects.update(maker=None)
    Report.objects.filter(pk=report.pk).update(reporter=people.users["phuong"])
    before = everything()
    with pytest.raises(NotAllowed):
        decide_appeal(appeal=asked, is_granted=True, answer="x", by=people.viewer("phuong"))
    assert not waiting_appeals(people.viewer("phuong")).exists()
    assert everything() == before

    Report.objects.filter(pk=report.pk).update(reporter=None)
    assert about_maker in reports_visible_to(people.viewer("phuong"))
    assert by_chi in reports_visible_to(people.viewer("phuong"))
    assert waiting_appeals(people.viewer("phuong")).get() == asked


def test_only_one_answer(people: People, report: Report, takedown: Takedown) -> None:
    before = everything()
    with pytest.raises(AlreadyDecided):
        answer_report(report=report, state="unfounded", answer="Không sai.", by=people.viewer("phuong"))
    assert everything() == before


def test_the_way_back_needs_another_officer(people: People, listing: Listing, takedown: Takedown) -> None:
    asked = appeal(takedown=takedown, words="Đã chụp lại.", by=people.viewer("binh"))
    with pytest.raises(AlreadyDecided):
        appeal(takedown=takedown, words="Nhanh lên.", by=people.viewer("an"))
    for name in ("chi", "an", "dung"):
        with pytest.raises(NotAllowed):
            decide_appeal(appeal=asked, is_granted=True, answer="Được.", by=people.viewer(name))
    assert not goods_for_sale().exists()

    decide_appeal(appeal=asked, is_granted=False, answer="Ảnh vẫn chưa đúng.", by=people.viewer("phuong"))
    assert not goods_for_sale().exists()
    again = appeal(takedown=takedown, words="Lần này đúng rồi.", by=people.viewer("an"))
    decide_appeal(appeal=again, is_granted=True, answer="Ảnh đúng.", by=people.viewer("phuong"))

    takedown.refresh_from_db()
    assert (takedown.lifted_by, takedown.lifted_because) == (people.users["phuong"], "Ảnh đúng.")
    assert [each.pk for each in goods_for_sale()] == [listing.pk]
    kinds = [kind for kind, _ in inbox_of(people.users["an"])]
    assert kinds == ["listing.taken_down", "appeal.decided", "appeal.decided"]
    with pytest.raises(AlreadyDecided):
        decide_appeal(appeal=again, is_granted=False, answer="x", by=people.viewer("phuong"))
    with pytest.raises(NotAllowed):
        appeal(takedown=takedown, words="x", by=people.viewer("an"))


def test_the_database_knows_two_people(people: People, takedown: Takedown) -> None:
    from django.db import IntegrityError, transaction

    asked = appeal(takedown=takedown, words="Đã sửa.", by=people.viewer("an"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=asked.pk).update(
            decided_by=people.users["chi"], outcome="granted", decided_at=clock.now()
        )


@pytest.fixture
def link(people: People, listing: Listing) -> OutsideLink:
    """A page on Voso that was seen live."""
    connection = Connection.objects.get(platform__code="voso")
    account = claim_account(platform=connection.platform, producer=people.producer, by=people.viewer("binh"))
    made = claim_link(account=account, url="https://voso.vn/hat-dieu-p123.html", by=people.viewer("binh"))
    observe(link=made, result="live", observer="person", by=people.viewer("chi"))
    PlatformListing.objects.update_or_create(
        listing=listing,
        connection=connection,
        defaults={"link": made, "observed": "live", "wanted": True, "revision": 1},
    )
    return made


def test_a_dead_link_that_was_looked_at_counts_no_more(people: People, listing: Listing, link: OutsideLink) -> None:
    url = reverse("report_listing", args=[listing.slug])
    missing = Client().post(url, {"reason": "dead_link"})
    assert set(missing.context["form"].errors) == {"link"}
    assert Client().post(url, {"reason": "dead_link", "link": "999999"}).status_code == 200
    assert Client().post(url, {"reason": "dead_link", "link": str(link.pk)}).status_code == 302
    report = Report.objects.get()
    assert report.link == link
    with pytest.raises(AlreadyDecided):
        take_down_for(report=report, words="x", by=people.viewer("chi"))
    answer_report(report=report, state="mended", answer="Đúng là trang đã mất.", by=people.viewer("chi"))
    last = Observation.objects.filter(link=link).latest("pk")
    assert (last.result, last.observed_by) == ("gone", people.users["chi"])
    assert goods_for_sale().exists(), "our own page stays"


def test_the_clock(people: People, report: Report) -> None:
    words = {}
    for hours in (0, 21, 25):
        with time_machine.travel(report.made_at + timedelta(hours=hours), tick=False):
            told = clock_of(report)
            words[hours] = (told.kind, told.words)
            sentences = [
                (todo.kind, todo.sentence) for todo in todos_for(people.viewer("chi")) if "phản ánh" in todo.sentence
            ]
            assert len(sentences) == 1
    assert words == {
        0: ("wait", "Còn 24 giờ để trả lời."),
        21: ("warn", "Còn 3 giờ để trả lời."),
        25: ("bad", "Quá hạn 1 giờ."),
    }
    assert sentences == [("bad", "Có 1 phản ánh chờ trả lời, 1 quá hạn.")]


def test_the_desk_and_the_card(people: People, report: Report, browser: Browser) -> None:
    chi = browser("chi")
    assert report.number in chi.get(reverse("report_desk")).content.decode()
    card = reverse("report_card", args=[report.number])
    page = chi.get(card).content.decode()
    assert "+84903111222" not in page and "903" not in page, "the contact is behind a noted click"
    shown = chi.post(reverse("reveal", args=["report-contact", report.pk]))
    assert "903" in shown.content.decode()
    assert chi.post(card, {"take_down": "1", "words": " "}).status_code == 200
    assert Report.objects.get().state == "open"
    assert chi.post(card, {"reply": "1", "state": "unfounded", "answer": "Ảnh đúng."}).status_code == 302
    assert Report.objects.get().state == "unfounded"
    assert chi.post(card, {"take_down": "1", "words": "x"}).status_code == 302, "too late, said kindly"
    assert not Takedown.objects.exists()
    assert report.number in chi.get(reverse("report_desk"), {"xem": "da-tra-loi"}).content.decode()


def test_pages_of_both_sides(people: People, takedown: Takedown, browser: Browser) -> None:
    an, phuong = browser("an"), browser("phuong")
    assert "Đang bị gỡ" in an.get(reverse("seller_takedowns")).content.decode()
    one = reverse("seller_takedown", args=[takedown.pk])
    assert "Chụp lại ảnh của chính sản phẩm." in an.get(one).content.decode()
    assert browser("dung").get(one).status_code == 404
    assert an.post(reverse("seller_appeal", args=[takedown.pk]), {"words": ""}).status_code == 200
    an.post(reverse("seller_appeal", args=[takedown.pk]), {"words": "Đã chụp lại."})
    asked = Appeal.objects.get()
    decide = reverse("appeal_decide", args=[asked.pk])
    assert "Đã chụp lại." in phuong.get(decide).content.decode()
    assert browser("chi").get(decide).status_code == 404, "who took it down does not decide"
    phuong.post(decide, {"outcome": "granted", "answer": "Được."})
    assert goods_for_sale().exists()
    assert "cho bán lại" in phuong.get(reverse("takedown_desk")).content.decode()


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budgets(
    people: People, listing: Listing, browser: Browser, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        take_report(said=SAID, shop=listing.shop, listing=listing, by=NOBODY)
        other = make_listing(listing.shop, name="Tiêu")
        report = take_report(said=SAID, shop=listing.shop, listing=other, by=NOBODY)
        take_down_for(report=report, words="x", by=people.viewer("chi"))
    chi = browser("chi")
    chi.get(reverse("report_desk"))
    with django_assert_num_queries(7):
        chi.get(reverse("report_desk"))
    with django_assert_num_queries(7):
        chi.get(reverse("takedown_desk"))
