"""The day a paper lapses, its extension ends or another one speaks: the badge leaves page, platform document and search."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.jobs.models import Schedule
from core.jobs.work.periodic import run_daily_jobs
from core.people.models import User
from core.people.queries import SYSTEM
from market.listings.models import Listing, ListingBadge
from market.platforms.engine.documents import document_of
from market.platforms.models import PlatformListing
from ocop.certificates.actions.renewing import record_file, record_result
from ocop.certificates.models import Certificate
from ocop.presence.actions import link_listing
from onboarding.consent.actions import record_consents
from search.documents.models import SearchDocument
from tests.ocop.conftest import Land, listing, paper, product, viewer

END = date(2027, 5, 7)


def at(day: date, hour: int = 17, minute: int = 6) -> Any:
    """00:06 in Vietnam of that day (17:06 UTC of the day before)."""
    before = day - timedelta(days=1)
    return time_machine.travel(f"{before}T{hour:02d}:{minute:02d}:00+00:00", tick=False)


@pytest.fixture
def sold(land: Land, phuong: User) -> Listing:
    """Tea with a paper that ends on 7 May 2027, on sale here and on a platform."""
    with at(date(2026, 11, 22)):
        made = product("Trà sen", unit=land.phu_thuy)
        paper(made, 4, "2024-05-07", "12/QĐ")
        on_sale = listing("Trà sen", land.phu_thuy)
        record_consents(producer=on_sale.shop.producer, answers={"platform": True}, means="spoken", by=SYSTEM)
        link_listing(product=made, listing=on_sale, by=viewer(phuong))
        return on_sale


def wish_of(on_sale: Listing) -> int:
    """How often something was wished for on VoSo."""
    return PlatformListing.objects.get(listing=on_sale, connection__platform__code="voso", wanted=True).wish


def seen(on_sale: Listing, day: date) -> tuple[bool, int, int, bool]:
    """After the job of that day: badge on the page, in the platform's document, in search; and whether a new push was wished for."""
    with at(day):
        before = wish_of(on_sale)
        run_daily_jobs()
        page = Client().get(reverse("product", args=[on_sale.slug])).content.decode()
        code = Certificate.objects.order_by("pk")[0].check_code
        fresh = Listing.objects.get(pk=on_sale.pk)
        document = SearchDocument.objects.filter(kind="product", object_id=on_sale.pk).first()
        stars = (document.stars or 0) if document else -1
        return (
            code in page,
            len(document_of(fresh).badges),
            stars,
            wish_of(on_sale) > before,
        )


def test_on_the_day_after_its_last_day_it_is_gone_and_pushed(sold: Listing) -> None:
    assert seen(sold, END - timedelta(days=20)) == (True, 1, 4, False)
    assert seen(sold, END) == (True, 1, 4, False)
    assert seen(sold, END + timedelta(days=1)) == (False, 0, 0, True)


def test_a_worker_that_was_away_for_weeks_pushes_when_it_is_back(sold: Listing) -> None:
    assert seen(sold, END) == (True, 1, 4, False)
    assert seen(sold, END + timedelta(days=40)) == (False, 0, 0, True)
    assert seen(sold, END + timedelta(days=60)) == (False, 0, 0, False)


def test_a_job_that_failed_for_a_week_looks_back_further(sold: Listing) -> None:
    assert seen(sold, END) == (True, 1, 4, False)
    late = END + timedelta(days=9)
    with at(late - timedelta(days=1)):
        Schedule.objects.filter(name="listings.badges").update(last_error="OperationalError")
        Schedule.objects.filter(name="listings.badges").update(last_run_at=f"{late}T00:00:00Z")
    assert seen(sold, late) == (False, 0, 0, True)


def test_extended_it_stays_for_180_days_and_then_goes(sold: Listing, chi: User) -> None:
    with at(END - timedelta(days=125)):
        record_file(
            certificate=Certificate.objects.get(),
            kind="renewal",
            submitted_on=END - timedelta(days=126),
            note="",
            by=viewer(chi),
        )
    assert seen(sold, END + timedelta(days=1))[:3] == (True, 1, 4)
    assert seen(sold, END + timedelta(days=180)) == (True, 1, 4, False)
    assert seen(sold, END + timedelta(days=181)) == (False, 0, 0, True)


def test_a_refusal_during_the_extension_takes_it_away_at_once(sold: Listing, chi: User, phuong: User) -> None:
    with at(END - timedelta(days=125)):
        file = record_file(
            certificate=Certificate.objects.get(),
            kind="renewal",
            submitted_on=END - timedelta(days=126),
            note="",
            by=viewer(chi),
        )
    day = END + timedelta(days=10)
    assert seen(sold, day)[:3] == (True, 1, 4)
    with at(day, hour=23):
        wish = wish_of(sold)
        record_result(file=file, result="refused", on=day, note="", by=viewer(phuong))
        assert document_of(Listing.objects.get(pk=sold.pk)).badges == ()
        assert wish_of(sold) > wish
        assert not ListingBadge.objects.filter(valid_until__gte=day).exists()
