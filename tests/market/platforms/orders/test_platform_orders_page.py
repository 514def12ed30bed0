"""The operator's list of orders on platforms: what came, what to look at, where a platform may knock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.kit import clock
from core.kit.money import dong
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.contract import OrderPage, OrderState, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformFeed, PlatformOrder
from market.platforms.orders.actions import feed_of, keep_orders, mark_reviewed
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People

pytestmark = pytest.mark.django_db
PAGE = "/san/don-hang/"


def keep(sku: str, *numbers: str, minutes: int = 0, **changes: Any) -> None:
    now = clock.now() + timedelta(minutes=minutes)
    santhu = Connection.objects.get(adapter="santhu")
    feed_of(santhu)
    values: dict[str, Any] = {"raw_status": "new", "state": OrderState.PLACED, "placed_at": now, "updated_at": now}
    values["lines"] = (RemoteOrderLine(sku, 2, 50_000, "Hạt <b>lạ</b>"),)
    page = OrderPage(tuple(RemoteOrder(order_id=number, **values | changes) for number in numbers))
    keep_orders(connection=santhu, page=page, by=SYSTEM)


def test_orders_are_shown_with_their_goods_and_sums(listing: Listing, browser: Browser) -> None:
    keep(listing.sku, "DH-1", shipping_fee=15_000)
    keep("LA", "DH-2", raw_status="<i>bay</i>", state=OrderState.UNKNOWN)
    page = browser("buu").get(PAGE).content.decode()
    for words in ("DH-1", "mới đặt", listing.name, listing.sku, dong(100_000), f"phí giao {dong(15_000)}", "chưa rõ"):
        assert words in page
    assert "Hạt &lt;b&gt;lạ&lt;/b&gt;" in page and "&lt;i&gt;bay&lt;/i&gt;" in page and "<b>lạ" not in page
    assert "Có món không khớp mã hàng nào ở đây." in page
    assert f"/san/goi-lai/{PlatformFeed.objects.get().push_token}/" in page


def test_narrowed_to_what_is_to_be_looked_at_and_ticked_off(listing: Listing, browser: Browser, people: People) -> None:
    keep(listing.sku, "DH-1")
    keep("LA", "DH-2")
    client, order = browser("buu"), PlatformOrder.objects.get(remote_id="DH-2")
    page = client.get(PAGE, {"xem-lai": "1", "san": "santhu"}).content.decode()
    assert "DH-2" in page and "DH-1" not in page
    answer = client.post(f"{PAGE}{order.pk}/da-xem/?xem-lai=1")
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}?xem-lai=1"
    assert "Không có đơn nào như vậy." in client.get(PAGE, {"xem-lai": "1"}).content.decode()
    order.refresh_from_db()
    assert (order.reviewed_by_id, order.reasons) == (people.users["buu"].pk, ["goods"])
    client.post(f"{PAGE}{order.pk}/da-xem/")
    assert AuditEntry.objects.filter(action="platform_order.reviewed").count() == 1
    # The same reason again is no news, another one is.
    keep("LA", "DH-2", minutes=1, raw_status="confirmed", state=OrderState.CONFIRMED)
    assert not PlatformOrder.objects.filter(needs_review=True).exists()
    keep("LA", "DH-2", minutes=2, raw_status="?", state=OrderState.UNKNOWN)
    assert PlatformOrder.objects.get(needs_review=True).reasons == ["status", "goods"]


@pytest.mark.parametrize("who", ["an", "chi", "phuong"])
def test_nobody_else_ticks_off(listing: Listing, browser: Browser, people: People, who: str) -> None:
    keep("LA", "DH-2")
    order = PlatformOrder.objects.get()
    client, before = browser(who), everything()
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}{order.pk}/da-xem/").status_code == 404
    with pytest.raises(PermissionError):
        mark_reviewed(order=order, by=people.viewer(who))
    assert everything() == before


def test_how_reading_goes_is_said(listing: Listing, browser: Browser) -> None:
    client = browser("buu")
    assert "Chưa có sàn nào cho đọc đơn." in client.get(PAGE).content.decode()
    feed = feed_of(Connection.objects.get(adapter="santhu"))
    assert "Chưa đọc đơn lần nào." in client.get(PAGE).content.decode()
    for changes, words in (
        ({"pulled_at": clock.now(), "unreadable": 2}, "Có 2 đơn sàn ghi sai mẫu"),
        ({"pulled_at": clock.now(), "unreadable": 0}, "Đã đọc đơn hôm nay"),
        ({"last_failure": "Retryable"}, "Lần đọc đơn gần nhất chưa xong."),
    ):
        PlatformFeed.objects.filter(pk=feed.pk).update(**changes)
        assert words in client.get(PAGE).content.decode()


def test_the_number_of_queries_does_not_grow(listing: Listing, browser: Browser) -> None:
    client, counts = browser("buu"), []
    client.get(PAGE)
    for count in (1, 25):
        keep(listing.sku, *(f"DH-{count}-{number}" for number in range(count)))
        with CaptureQueriesContext(
            database,
        ) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
