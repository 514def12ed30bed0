"""The list of differences: shown field by field, decided line by line, by those who may."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.jobs.models import Job
from core.kit import clock
from core.kit.money import dong
from market.listings.models import Listing
from market.platforms.models import Connection, Drift, PlatformListing
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
PAGE = "/san/lech/"
LINES = [
    {"field": "title", "ours": "Hạt điều rang", "theirs": "<b>Hạt điều</b>"},
    {"field": "price", "ours": "50000", "theirs": "49000"},
]


def drift(listing: Listing | None = None, kind: str = "edited", platform: str = "santhu", **more: object) -> Drift:
    connection = Connection.objects.get(platform__code=platform)
    row = PlatformListing.objects.get(listing=listing, connection=connection) if listing else None
    now = clock.now()
    facts = {"title": "Hạt điều <i>rang</i>", "remote_id": "7", "sku": listing.sku if listing else "LA", "fields": []}
    return Drift.objects.create(
        connection=connection, row=row, kind=kind, found_at=now, seen_at=now, **{**facts, **more}
    )


def test_both_versions_stand_side_by_side(listing: Listing, browser: Browser) -> None:
    drift(listing, fields=LINES, url="https://santhu.example/7")
    page = browser("buu").get(PAGE).content.decode()
    for words in ("Tên sản phẩm", dong(50_000), dong(49_000), "bị sửa trên sàn", listing.sku, "Hộ Nguyễn Văn An"):
        assert words in page
    assert "&lt;b&gt;Hạt điều&lt;/b&gt;" in page and "<b>Hạt điều" not in page and "<i>rang" not in page
    assert 'href="https://santhu.example/7"' in page
    # What changes the seller's words is the seller's alone.
    assert 'value="giu"' in page and 'value="bo-qua"' in page and 'value="lay"' not in page


def test_an_address_from_outside_is_a_link_only_on_the_web(listing: Listing, browser: Browser) -> None:
    drift(listing, url="javascript:alert(1)")
    assert "javascript:" not in browser("buu").get(PAGE).content.decode()


def test_narrowed_by_kind_and_platform(listing: Listing, browser: Browser) -> None:
    drift(listing, title="Bị sửa")
    drift(None, "stranger", title="Tin lạ", sku="LA1")
    drift(None, "stranger", platform="voso", title="Tin lạ ở Voso", sku="LA2")
    drift(listing, "removed", title="Quyết rồi", decision="ignored")
    client = browser("buu")

    def titles(**asked: str) -> set[str]:
        return {row.drift.title for row in client.get(PAGE, asked).context["rows"]}

    assert titles() == {"Bị sửa", "Tin lạ", "Tin lạ ở Voso"} == titles(loai="khac", san="khac")
    assert titles(loai="stranger") == {"Tin lạ", "Tin lạ ở Voso"}
    assert titles(loai="stranger", san="voso") == {"Tin lạ ở Voso"}
    assert titles(loai="removed") == set()
    assert "Không có chỗ lệch nào như vậy" in client.get(PAGE, {"loai": "removed"}).content.decode()
    Drift.objects.all().delete()
    assert "đúng như bản ở đây" in client.get(PAGE).content.decode()


def test_ours_is_sent_again_and_noted(listing: Listing, people: People, browser: Browser) -> None:
    found = drift(listing, fields=LINES)
    PlatformListing.objects.filter(pk=found.row_id).update(work="idle", offer_work="idle", confirmed_hash="x")
    answer = browser("buu").post(f"{PAGE}{found.pk}/?loai=edited", {"quyet": "giu"})
    assert (answer.status_code, answer["location"]) == (302, f"{PAGE}?loai=edited")
    found.refresh_from_db()
    assert (found.decision, found.decided_by_id) == ("ours", people.users["buu"].pk)
    row = PlatformListing.objects.get(pk=found.row_id)
    assert (row.work, row.confirmed_hash) == ("queued", "")
    assert AuditEntry.objects.filter(action="drift.decided").count() == 1


def test_a_stray_object_with_our_sku_becomes_ours_or_is_left(listing: Listing, browser: Browser) -> None:
    client, ours, other = browser("buu"), drift(listing, "stranger", remote_id="9"), drift(None, "stranger")
    page = client.get(PAGE).content.decode()
    assert page.count('value="lay"') == 1 and 'value="giu"' not in page and page.count('value="bo-qua"') == 2
    client.post(f"{PAGE}{ours.pk}/", {"quyet": "lay"})
    client.post(f"{PAGE}{other.pk}/", {"quyet": "bo-qua"})
    assert list(Drift.objects.order_by("pk").values_list("decision", flat=True)) == ["theirs", "ignored"]
    assert PlatformListing.objects.get(pk=ours.row_id).remote_id == "9"


def test_a_twin_is_taken_down_in_the_background_and_the_page_says_how_it_goes(
    listing: Listing, people: People, browser: Browser
) -> None:
    found, client = drift(listing, "duplicate", remote_id="9"), browser("buu")
    PlatformListing.objects.filter(pk=found.row_id).update(remote_id="7", work="idle", offer_work="idle")
    answer = client.post(f"{PAGE}{found.pk}/", {"quyet": "giu"}, follow=True).content.decode()
    assert "đang gỡ bản trùng" in answer and 'value="giu"' not in answer and "Đang gỡ bản trùng trên sàn, bạn" in answer
    assert Job.objects.get(name="platforms.take_down_twin").arguments == {"drift": found.pk}
    assert AuditEntry.objects.filter(action="drift.twin_begun", actor_id=people.users["buu"].pk).count() == 1
    Drift.objects.filter(pk=found.pk).update(asked_at=None, trouble="Sàn trả lời <b>lỗi</b>.")
    page = client.get(PAGE).content.decode()
    assert "Chưa gỡ được bản trùng. Sàn trả lời &lt;b&gt;lỗi&lt;/b&gt;." in page and 'value="giu"' in page


def test_what_cannot_be_decided_changes_nothing(listing: Listing, people: People, browser: Browser) -> None:
    found, done = drift(listing, fields=LINES), drift(listing, "removed", decision="gone")
    before, client = everything(), browser("buu")
    assert "chỉ người bán" in client.post(f"{PAGE}{found.pk}/", {"quyet": "lay"}, follow=True).content.decode()
    answer = client.post(f"{PAGE}{done.pk}/", {"quyet": "giu"}, follow=True)
    assert "không còn lệch" in answer.content.decode()
    assert client.post(f"{PAGE}{found.pk}/", {"quyet": "xoa"}).status_code == 404
    assert client.post(f"{PAGE}999999/", {"quyet": "giu"}).status_code == 404
    for who in ("an", "chi", "phuong"):
        assert browser(who).get(PAGE).status_code == 404
        assert browser(who).post(f"{PAGE}{found.pk}/", {"quyet": "giu"}).status_code == 404
    assert everything() == before


def test_what_waits_for_a_decision_is_a_to_do(listing: Listing, people: People) -> None:
    drift(listing)
    drift(None, "stranger", decision="ignored")
    (todo,) = todos_for(people.viewer("buu"))
    assert (todo.sentence, todo.url) == ("1 chỗ trên sàn khác với bản ở đây.", PAGE)


def test_a_long_list_costs_the_same(shop: Shop, browser: Browser) -> None:
    client = browser("buu")
    drift(make_listing(shop, name="Tiêu"), fields=LINES)
    client.get(PAGE)
    with CaptureQueriesContext(database) as one:
        client.get(PAGE)
    for number in range(24):
        drift(make_listing(shop, name=f"Tiêu {number}"), "stranger" if number % 2 else "edited", fields=LINES)
    with CaptureQueriesContext(database) as many:
        client.get(PAGE)
    assert (len(one), len(many)) == (7, 7)
