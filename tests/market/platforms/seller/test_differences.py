"""Sellers decide about differences on their own page; nobody else can, and what is late changes nothing."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.audit.models import AuditEntry
from core.kit import clock
from market.listings.models import Listing
from market.platforms.models import Connection, Drift, PlatformListing
from tests.market.conftest import Browser
from tests.market.proof import everything

pytestmark = pytest.mark.django_db


def line(field: str, ours: str, theirs: str) -> dict[str, str]:
    return {"field": field, "ours": ours, "theirs": theirs, "was": ours, "whole": theirs}


def drift(listing: Listing, kind: str = "edited", platform: str = "santhu", **more: object) -> Drift:
    connection = Connection.objects.get(platform__code=platform)
    row = PlatformListing.objects.get(listing=listing, connection=connection)
    gone = {"work": "dead", "observed": "absent", "cause": "NotFound", "remote_id": ""}
    there = {"work": "idle", "observed": "live", "remote_id": "7"}
    changes = gone if kind == "removed" else there
    PlatformListing.objects.filter(pk=row.pk).update(**changes, offer_work="idle", confirmed_hash="x")
    fields = [line("title", listing.name, "<b>Hạt</b>"), line("price", str(listing.price), "49000")]
    facts = {"connection": connection, "row": row, "kind": kind, "remote_id": "7", "sku": listing.sku}
    facts |= {"found_at": clock.now(), "seen_at": clock.now(), "fields": [] if kind == "removed" else fields}
    return Drift.objects.create(**{**facts, **more})


def page(listing: Listing) -> str:
    return reverse("seller_on_platforms", args=[listing.sku])


def decide(found: Drift, listing: Listing) -> str:
    return reverse("seller_drift_decide", args=[listing.sku, found.pk])


def test_an_edit_is_shown_with_both_versions_and_taken(listing: Listing, browser: Browser) -> None:
    found, an = drift(listing), browser("an")
    text = an.get(page(listing)).text
    for words in ("khác bản của bạn", "&lt;b&gt;Hạt&lt;/b&gt;", "Giữ bản của tôi", "Lấy bản trên sàn", "Để nguyên"):
        assert words in text
    assert "mục tên sản phẩm, giá ở đây bị thay" in text and "<b>Hạt" not in text
    stock = listing.stock
    an.post(decide(found, listing), {"quyet": "lay"})
    listing.refresh_from_db()
    assert (listing.name, listing.price, listing.stock) == ("<b>Hạt</b>", 49_000, stock)
    found.refresh_from_db()
    assert found.decision == "theirs" and AuditEntry.objects.filter(action="drift.decided").count() == 1
    assert "Giữ bản của tôi" not in an.get(page(listing)).text


def test_ours_is_sent_again_or_it_is_left(listing: Listing, browser: Browser) -> None:
    found, an = drift(listing), browser("an")
    an.post(decide(found, listing), {"quyet": "giu"})
    assert found.row is not None
    found.row.refresh_from_db()
    assert (found.row.work, found.row.offer_work, found.row.confirmed_hash) == ("queued", "queued", "")
    other = drift(listing)
    an.post(decide(other, listing), {"quyet": "de"})
    assert list(Drift.objects.order_by("pk").values_list("decision", flat=True)) == ["ours", "ignored"]


def test_a_removal_is_put_up_again_or_stays_off(listing: Listing, browser: Browser) -> None:
    an = browser("an")
    found = drift(listing, "removed")
    text = an.get(page(listing)).text
    assert "đã gỡ sản phẩm này" in text
    assert text.count(">Đăng lại<") == 1 and text.count(">Thôi bán ở sàn này<") == 1, "one pair for one question"
    assert (
        f'href="#lech-{found.pk}"' in text and reverse("seller_platform_off", args=[listing.sku, "santhu"]) not in text
    )
    an.post(decide(found, listing), {"quyet": "lay"})
    row = PlatformListing.objects.get(pk=found.row_id)
    assert (row.is_off, row.wanted, row.work) == (True, False, "idle")
    text = an.get(page(listing)).text
    assert "Bán lại ở sàn này" in text and "đã gỡ sản phẩm này" not in text
    PlatformListing.objects.filter(pk=row.pk).update(is_off=False, wanted=True)
    again = drift(listing, "removed")
    an.post(decide(again, listing), {"quyet": "giu"})
    row.refresh_from_db()
    assert (row.work, row.sent_revision) == ("queued", 0)


def test_what_is_hidden_there_is_shown_again_or_sold_there_no_more(listing: Listing, browser: Browser) -> None:
    an = browser("an")
    found = drift(listing, "hidden", fields=[])
    text = an.get(page(listing)).text
    assert "đang ẩn sản phẩm này" in text and "Cho hiện lại" in text and "Thôi bán ở sàn này" in text
    assert "sẽ được cho hiện lại" in an.post(decide(found, listing), {"quyet": "giu"}, follow=True).text
    row = PlatformListing.objects.get(pk=found.row_id)
    assert (row.shall_show, row.work, row.confirmed_hash) == (True, "queued", "x")
    again = drift(listing, "hidden", fields=[])
    an.post(decide(again, listing), {"quyet": "lay"})
    row.refresh_from_db()
    assert (row.is_off, row.wanted, row.work, row.shall_show) == (True, False, "queued", False)


def test_what_is_late_or_not_ones_own_changes_nothing(listing: Listing, browser: Browser) -> None:
    found, stranger = drift(listing), drift(listing, "stranger", remote_id="8")
    an = browser("an")
    before = everything()
    for who in ("dung", "chi", "phuong"):
        assert browser(who).post(decide(found, listing), {"quyet": "giu"}).status_code == 404
    assert an.post(decide(found, listing), {"quyet": "xoa"}).status_code == 404
    assert an.post(decide(stranger, listing), {"quyet": "giu"}).status_code == 404
    assert an.get(decide(found, listing)).status_code == 405
    assert everything() == before
    Drift.objects.filter(pk=found.pk).update(decision="gone")
    before = everything()
    assert "không còn lệch" in an.post(decide(found, listing), {"quyet": "giu"}, follow=True).text
    assert everything() == before


def test_many_differences_cost_the_same(listing: Listing, browser: Browser) -> None:
    an = browser("an")
    drift(listing)
    an.get(page(listing))
    with CaptureQueriesContext(database) as one:
        an.get(page(listing))
    for platform in ("voso", "postmart"):
        drift(listing, platform=platform)
    with CaptureQueriesContext(database) as several:
        text = an.get(page(listing)).text
    assert text.count("khác bản của bạn") == 3
    assert (len(one), len(several)) == (17, 17)
