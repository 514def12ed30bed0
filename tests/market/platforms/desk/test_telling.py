"""What the desk tells whoever stands at it: the next step, and nothing that is not so."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from core.kit import clock
from core.kit.money import dong
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.listings.promotions.actions import make_promotion
from market.platforms.desk.actions import mark_sent
from market.platforms.models import Connection
from market.platforms.running.queries.connections import ways
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import LIVE, Desk

UNSENT = "Lô 1 đã tạo, chưa ghi là đã gửi cho sàn."


def test_a_batch_that_was_not_given_away_is_the_next_step(desk: Desk, listing: Listing, browser: Browser) -> None:
    buu = browser("buu")
    assert UNSENT not in buu.get(reverse("platform_desk")).content.decode()
    desk.export()
    page = buu.get(reverse("platform_desk")).content.decode()
    assert UNSENT in page and reverse("platform_batch_page", args=["voso", 1]) in page
    mark_sent(batch=desk.batch, sent=True, by=desk.people.viewer("buu"))
    assert UNSENT not in buu.get(reverse("platform_desk")).content.decode()


def test_what_is_in_the_platforms_hands_is_not_in_our_queue(desk: Desk, listing: Listing) -> None:
    assert ways([desk.connection])[0].waiting == 1
    desk.export()
    row = desk.row(listing)
    row.offer_work = "queued"  # a price that will go with the words
    row.save()
    assert ways([desk.connection])[0].waiting == 0


def test_whoever_brought_a_link_reads_who_confirms_it(desk: Desk, listing: Listing, browser: Browser) -> None:
    nothing, brought = "Không có liên kết nào chờ xác nhận.", "Bạn đã đưa vào 1 liên kết"
    page = browser("buu").get(reverse("platform_confirm")).content.decode()
    assert nothing in page and brought not in page
    desk.take(desk.answer(desk.export(), {listing.sku: LIVE}))
    page = browser("buu").get(reverse("platform_confirm")).content.decode()
    assert brought in page and nothing not in page


def test_the_price_to_look_for_is_the_one_of_today(desk: Desk, listing: Listing, browser: Browser) -> None:
    today = clock.today()
    lower = listing.price - 10_000
    make_promotion(listing=listing, price=lower, starts_on=today, ends_on=today + timedelta(days=3), by=SYSTEM)
    desk.take(desk.answer(desk.export(), {listing.sku: LIVE}))
    page = browser("chi").get(reverse("platform_confirm")).content.decode()
    assert dong(lower) in page and dong(listing.price) not in page


def test_what_is_to_mend_stands_before_everything_else(desk: Desk, listing: Listing, browser: Browser) -> None:
    """A to-do leads a seller to this page: its reason must not lie below the share buttons and platforms that are well."""
    Connection.objects.filter(platform__code="postmart").update(is_enabled=True)
    an, address = browser("an"), reverse("seller_on_platforms", args=[listing.sku])

    def places() -> list[int]:
        page = an.get(address).content.decode()
        return [page.index(words) for words in ("Cho khách xem", "san-postmart", "san-voso")]

    share, other, platform = places()
    assert share < other < platform
    desk.take(desk.answer(desk.export(), {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ"}}))
    share, other, platform = places()
    assert platform < other < share
