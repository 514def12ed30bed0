"""What was made for somebody signed in is stored by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.people.actions import make_api_token
from core.people.queries import SYSTEM
from market.listings.models import Listing
from tests.people import People, make_listing, make_people, make_shop


@pytest.fixture
def world(db: None) -> tuple[People, Listing]:
    people = make_people()
    return people, make_listing(make_shop(people))


def test_pages_of_the_signed_in_are_not_stored_and_those_of_strangers_may_be(world: tuple[People, Listing]) -> None:
    people, listing = world
    goods = "/nguoi-ban/san-pham/"
    pages = [
        "/nguoi-ban/", goods, f"{goods}moi/", f"{goods}{listing.sku}/", f"{goods}{listing.sku}/xem-truoc/",
        f"{goods}bang.xlsx", f"{goods}bang-mau.xlsx", f"{goods}nhap/", f"{goods}nhap/moi/", f"{goods}{listing.sku}/nhan.pdf",
        "/nguoi-ban/gian-hang/ap-phich.pdf", "/nguoi-ban/kho/", f"/san-pham/{listing.slug}", "/nguoi-ban/khong-co/",
    ]  # fmt: skip
    stored = {("an", path): kept(people, "an", path) for path in pages}
    stored |= {("phuong", path): kept(people, "phuong", path) for path in ("/ban-viec/nhap/", "/ban-viec/nhap/moi/")}
    assert {
        asked: header for asked, header in stored.items() if "no-store" not in header or "private" not in header
    } == {}
    assert "no-store" not in Client().get(f"/san-pham/{listing.slug}").headers.get("Cache-Control", "")


def kept(people: People, name: str, path: str) -> str:
    client = Client()
    client.force_login(people.users[name])
    answer = client.get(path)
    assert answer.status_code == (404 if "khong-co" in path else 200), path
    return str(answer.headers.get("Cache-Control", ""))


def test_what_a_key_gets_is_not_stored_and_what_everybody_gets_may_be(
    world: tuple[People, Listing], client: Any
) -> None:
    key = {"authorization": f"Bearer {make_api_token(user=world[0].users['an'], name='thử', by=SYSTEM)}"}
    assert "no-store" in client.get("/api/v1/listings?own=true", headers=key).headers["Cache-Control"]
    assert "Cache-Control" not in client.get("/api/v1/listings").headers


def test_a_page_that_says_how_it_may_be_kept_is_believed(world: tuple[People, Listing], client: Client) -> None:
    client.force_login(world[0].users["an"])
    assert client.get("/thuc-dia/").headers["Cache-Control"] == "no-cache"
