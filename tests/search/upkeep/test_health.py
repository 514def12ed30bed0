"""The daily check and the page about the index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.jobs.registry import periodic_jobs
from core.kit import clock
from core.people.models import User
from market.listings.models import Listing
from market.shops.models import Shop
from search.documents.models import SearchDocument
from search.engines.elastic.models import Outgoing, Refused
from search.engines.embedded.engine import EmbeddedEngine
from search.upkeep.models import Check
from tests.search.goods import put_on_sale
from tests.search.pages.test_views import words_of_page

pytestmark = pytest.mark.django_db


def run(name: str) -> int:
    found: int = next(job for job in periodic_jobs() if job.name == name).run()
    return found


def checks() -> list[tuple[int, int]]:
    return list(Check.objects.order_by("pk").values_list("documents", "out_of_step"))


def test_a_check_counts_what_was_wrong_missing_or_left_over_and_puts_it_right(shop: Shop) -> None:
    for name in ("Mắm nêm", "Mắm ruốc", "Mắm tôm", "Mắm cá"):
        put_on_sale(shop, name)
    run("search.check")
    assert run("search.check") == 0
    SearchDocument.objects.filter(name="Mắm nêm").update(price=1, raw_name="sai")
    SearchDocument.objects.filter(name="Mắm ruốc").delete()
    SearchDocument.objects.filter(name="Mắm cá").update(platforms="|voso|")
    Listing.objects.filter(name="Mắm tôm").update(state=Listing.State.PAUSED)
    assert run("search.check") == 4
    assert run("search.check") == 0
    assert checks()[-2:] == [(5, 4), (5, 0)]
    assert SearchDocument.objects.get(name="Mắm nêm").price == 50_000


def test_a_check_compares_the_engine_with_the_documents_too(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    SearchDocument.objects.filter(name="Muối tôm").delete()  # no event tells the engine
    run("search.check")
    assert EmbeddedEngine().sweep() == 0


def test_a_server_that_cannot_be_reached_stops_no_check(shop: Shop, settings: Any) -> None:
    put_on_sale(shop, "Muối tôm")
    run("search.check")
    settings.SEARCH_URL = "http://127.0.0.1:9/lensan"
    assert run("search.check") == 0
    assert len(checks()) == 2


def test_the_page_says_how_the_index_is(client: Client, shop: Shop) -> None:
    client.force_login(User.objects.create_superuser(username="quantri", full_name="Quản trị"))
    assert "Chưa đối chiếu lần nào." in said(client)
    put_on_sale(shop, "Mắm nêm")
    run("search.check")
    SearchDocument.objects.filter(name="Mắm nêm").update(raw_name="sai")
    run("search.check")
    assert "Lần đối chiếu cuối thấy 1 trên 3 mục lệch với sổ gốc và đã sửa." in said(client)
    run("search.check")
    text = said(client)
    assert "Lần đối chiếu cuối: cả 3 mục đều khớp với sổ gốc." in text
    assert "Sản phẩm 1 mục Gian hàng 1 mục Sản phẩm OCOP 0 mục Chủ thể 1 mục" in text
    assert "Thay đổi mới nhất: hôm nay" in text
    assert "Tên kỹ thuật của máy: embedded" in text


def test_a_server_outside_tells_how_far_it_is_behind(client: Client, db: None, settings: Any) -> None:
    client.force_login(User.objects.create_superuser(username="quantri", full_name="Quản trị"))
    assert "Máy chủ tìm kiếm" not in said(client)  # there is none
    settings.SEARCH_URL = "http://127.0.0.1:9/thu"
    assert "Máy chủ tìm kiếm đã nhận mọi thay đổi." in said(client)
    Outgoing.objects.create(document_id=1, changed_at=clock.now() - timedelta(seconds=90))
    Refused.objects.create(document_id=2, version=1, reason="mapper", refused_at=clock.now())
    text = said(client)
    assert "Cần chú ý. Máy chủ tìm kiếm còn 1 thay đổi chưa nhận; thay đổi lâu nhất đã chờ 9" in text
    assert "Máy chủ tìm kiếm không nhận 1 mục." in text


def said(client: Client) -> str:
    answer = client.get("/ban-viec/tim-kiem/")
    assert answer.status_code == 200
    return words_of_page(answer.content.decode())
