"""What a seller is asked to do about platforms, the most urgent first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.desk.registry import todos_for
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.seller.todos import platform_todos
from market.shops.models import Shop
from onboarding.accounts.actions import claim_account, claim_link, observe
from tests.people import People, make_listing


def set_row(listing: Listing, code: str = "voso", **facts: Any) -> PlatformListing:
    listing.on_platforms.filter(connection__platform__code=code).update(work="idle", offer_work="idle")
    rows = listing.on_platforms.filter(connection__platform__code=code)
    rows.update(**facts)
    return rows.select_related("connection__platform").get()


def told(people: People, name: str = "an") -> list[tuple[int, str, str]]:
    return [(each.urgency, each.sentence, each.label) for each in platform_todos(people.viewer(name))]


def differs(row: PlatformListing, kind: str = "edited", **more: Any) -> Drift:
    facts = {"connection": row.connection, "kind": kind, "remote_id": f"r{row.pk}", "row": row}
    return Drift.objects.create(**facts, found_at=clock.now(), seen_at=clock.now(), **more)


NAME = "Hạt điều rang"


@pytest.fixture(autouse=True)
def _nothing_to_do(listing: Listing) -> None:
    listing.on_platforms.update(work="idle")


@pytest.mark.parametrize(
    ("facts", "todo"),
    [
        ({"work": "blocked"}, (1, f"VoSo chưa nhận {NAME}.", "Xem lý do và sửa")),
        ({"observed": "rejected"}, (1, f"VoSo chưa nhận {NAME}.", "Xem lý do và sửa")),
        ({"offer_work": "blocked"}, (1, f"VoSo chưa nhận {NAME}.", "Xem lý do và sửa")),
        ({"work": "dead"}, (1, f"VoSo chưa nhận {NAME}.", "Xem và gửi lại")),
        ({"work": "dead", "cause": "NotFound"}, (1, f"{NAME} không còn trên VoSo.", "Đăng lại hoặc thôi bán ở đó")),
        ({"offer_work": "dead"}, (1, f"VoSo chưa nhận giá hoặc số lượng mới của {NAME}.", "Xem và gửi lại")),
        ({"work": "dead", "wanted": False}, (1, f"Chưa gỡ được {NAME} khỏi VoSo.", "Gửi lại")),
    ],
)
def test_what_stopped(listing: Listing, people: People, facts: dict[str, Any], todo: tuple[int, str, str]) -> None:
    assert told(people) == []
    set_row(listing, **facts)
    assert told(people) == [todo]
    assert told(people, "dung") == [] and told(people, "chi") == []
    Connection.objects.filter(platform__code="voso").update(is_enabled=False)
    assert told(people) == []


def test_late_reviews_and_pages_long_unseen_come_after(listing: Listing, people: People) -> None:
    now = clock.now()
    set_row(listing, "santhu", observed="pending", expected_by=now - timedelta(minutes=1))
    row = set_row(listing, "voso", observed="live")
    account = claim_account(platform=row.connection.platform, producer=listing.shop.producer, by=SYSTEM)
    row.link = claim_link(account=account, url="https://voso.vn/a-p1.html", by=SYSTEM)
    row.save()
    late = (3, f"Sàn thử duyệt {NAME} lâu hơn dự kiến.", "Xem")
    assert told(people) == [late, (4, f"Chưa ai thấy {NAME} trên VoSo.", "Xem")]
    observe(link=row.link, result="live", observer="adapter", by=SYSTEM)
    assert told(people) == [late]
    set_row(listing, "postmart", work="dead")
    with time_machine.travel(now + timedelta(days=31)):
        unseen = (4, f"Lần cuối thấy {NAME} trên VoSo 31 ngày trước.", "Xem")
        assert told(people) == [(1, f"Postmart chưa nhận {NAME}.", "Xem và gửi lại"), late, unseen]
        mine = [each.sentence for each in todos_for(people.viewer("an")) if NAME in each.sentence]
        assert mine[0] == f"Postmart chưa nhận {NAME}."
        Connection.objects.filter(platform__code="santhu").update(stopped="key")
        assert late not in told(people)


@pytest.mark.parametrize("size", [1, 12])
def test_the_list_costs_the_same_and_has_an_end(shop: Shop, listing: Listing, people: People, size: int) -> None:
    for number in range(size):
        made = make_listing(shop, name=f"Hạt điều số {number}")
        set_row(made, "postmart", work="dead")
        set_row(made, "santhu", observed="pending", expected_by=clock.now() - timedelta(minutes=1))
        row = set_row(made, "voso", observed="live")
        account = claim_account(platform=row.connection.platform, producer=shop.producer, by=SYSTEM)
        row.link = claim_link(account=account, url=f"https://voso.vn/a-p{number + 1}.html", by=SYSTEM)
        row.save()
        differs(row)
    viewer = people.viewer("an")
    with CaptureQueriesContext(connection) as asked:
        found = list(platform_todos(viewer))
    assert (len(found), len(asked)) == (4 * min(size, 10), 6)


def test_what_a_platform_changed_or_hides_waits_for_its_seller(listing: Listing, people: People) -> None:
    row = set_row(listing, "santhu", observed="live")
    drift = differs(row)
    differs(row, "edited", sku="xong", decision="ours")
    assert told(people) == [(2, f"{NAME} trên Sàn thử khác bản của bạn.", "Xem và chọn bản nào")]
    Drift.objects.filter(pk=drift.pk).update(kind="hidden")
    assert told(people) == [(2, f"Sàn thử đang ẩn {NAME}.", "Cho hiện lại hoặc thôi bán ở đó")]
    assert told(people, "dung") == [] and told(people, "chi") == []
    Drift.objects.filter(pk=drift.pk).update(kind="duplicate")
    assert told(people) == [], "the operators' turn"
    Drift.objects.filter(pk=drift.pk).update(kind="edited")
    set_row(listing, "santhu", wanted=False)
    assert told(people) == []
