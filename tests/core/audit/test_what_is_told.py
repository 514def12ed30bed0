"""The changes that matter keep their old and new value: encrypted, apart from the entry, for auditors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.audit.actions import read_detail
from core.audit.models import AuditDetail, AuditEntry
from core.jobs.actions import enqueue
from core.jobs.registry import register_job
from core.jobs.work.runner import run_waiting_jobs
from core.people.codes.actions import set_phone
from core.people.queries import SYSTEM
from market.goods.models import Category
from market.listings.actions import ListingFacts, pause_listing, write_listing
from market.shops.actions import change_shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from tests.people import People, make_listing, make_shop

pytestmark = pytest.mark.django_db


def told(action: str) -> dict[str, tuple[str, str]]:
    """What the newest entry of this action says was changed."""
    entry = AuditEntry.objects.filter(action=action).order_by("-pk")[0]
    return read_detail(entry=entry, actor_id=None)


def test_a_listing_tells_its_price_and_what_else_changed(people: People) -> None:
    listing = make_listing(make_shop(people), price=50_000)
    assert told("listing.written")["giá"] == ("", "50000")
    photos = [row.photo for row in listing.photos.all()]
    facts = ListingFacts(
        listing.name, Category.objects.get(code="che-bien-rau-qua"), listing.description, price=55_000,
        unit=listing.unit, net_weight=listing.net_weight, stock=listing.stock,
    )  # fmt: skip
    write_listing(shop=listing.shop, facts=facts, photos=photos, by=SYSTEM, listing=listing)
    assert told("listing.written") == {"giá": ("50000", "55000")}
    write_listing(shop=listing.shop, facts=replace(facts, price=55_000), photos=photos, by=SYSTEM, listing=listing)
    assert told("listing.written") == {}
    pause_listing(listing=listing, by=SYSTEM)
    [(before, after)] = told("listing.paused").values()
    assert before != after and before and after


def test_a_shop_tells_its_words(people: People) -> None:
    shop = make_shop(people)
    change_shop(shop=shop, name="Vườn chị Ba", story="", by=people.viewer("an"))
    assert told("shop.changed") == {"tên gian hàng": ("Vườn anh An", "Vườn chị Ba")}


def test_a_consent_tells_what_was_answered_before(people: People) -> None:
    record_consents(
        producer=people.producer,
        answers={Purpose.PUBLICATION: True, Purpose.PLATFORM: False},
        means="spoken",
        by=SYSTEM,
    )
    assert told("consent.recorded") == {str(Purpose.PLATFORM.label): ("đồng ý", "không đồng ý")}


def test_a_phone_stands_in_no_table_in_plain(people: People) -> None:
    set_phone(user=people.users["an"], phone="+84912345678", by_id=people.users["an"].pk)
    assert told("phone.set") == {"số điện thoại": ("", "+84912345678")}
    assert "912345678" not in str(list(AuditEntry.objects.values()))
    assert json.loads(AuditDetail.objects.order_by("-pk")[0].text)


def test_what_the_worker_does_says_so(people: People) -> None:
    register_job("test.shop", lambda arguments: make_shop(people) and None)
    job = enqueue("test.shop", {})
    run_waiting_jobs()
    opened = AuditEntry.objects.get(action="shop.opened")
    assert job is not None and (opened.via, opened.request_id) == ("worker", str(job.pk))
