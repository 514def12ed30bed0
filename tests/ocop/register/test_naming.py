"""Whose maker is named to everybody, and what nobody reads of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from core.people.actions import make_api_token
from core.people.models import User
from core.people.queries import SYSTEM
from ocop.boards.sheets import rows_as_csv
from ocop.indicators.queries import Scope
from ocop.indicators.registry import INDICATORS
from ocop.presence.actions import link_listing
from ocop.register.models import OcopProduct
from ocop.snapshots.open_data import open_products
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from search.documents.actions import index_ocop_products
from search.documents.models import SearchDocument
from tests.ocop.conftest import Land, listing, producer, product, viewer

TODAY = date(2026, 11, 22)
NUMBER = "079201001234"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def named(made: OcopProduct) -> list[str]:
    """The maker in the open data and in the search."""
    index_ocop_products([made.pk])
    [row] = open_products(TODAY, "https://x")
    return [row.maker, SearchDocument.objects.get(kind="ocop").producer]


def test_the_standing_of_a_seller_names_no_other_person(land: Land, chi: User) -> None:
    made = product("Mật ong", (4, "2025-03-01"), maker="Nguyễn Thị Hoa", unit=land.phu_thuy)
    sold = listing("Mật ong", land.phu_thuy, maker="HTX Ong Vàng")
    link_listing(product=made, listing=sold, by=viewer(chi), same_maker_confirmed=True)
    made.refresh_from_db()
    assert made.producer == sold.shop.producer
    assert named(made) == ["", ""]


def test_the_consent_of_a_seller_names_itself_and_nobody_else(land: Land) -> None:
    made = product("Mật ong", (4, "2025-03-01"), maker=f"Hộ kinh doanh Nguyễn Thị Hoa {NUMBER}", unit=land.phu_thuy)
    for name, is_told in (("Lê Văn Ba", False), ("Nguyễn Thị Hoa", True)):
        seller = producer(name, land.phu_thuy)
        record_consents(producer=seller, answers={Purpose.PUBLICATION: True}, by=SYSTEM, means="online")
        OcopProduct.objects.filter(pk=made.pk).update(producer=seller)
        assert named(made) == (["Hộ kinh doanh Nguyễn Thị Hoa … …234"] * 2 if is_told else ["", ""]), name


def test_a_legal_person_is_named_whoever_sells(land: Land) -> None:
    made = product("Mật ong", (4, "2025-03-01"), maker="HTX Ong Vàng", unit=land.phu_thuy)
    OcopProduct.objects.filter(pk=made.pk).update(producer=producer("Lê Văn Ba", land.phu_thuy))
    assert named(made) == ["HTX Ong Vàng", "HTX Ong Vàng"]


def test_nobody_reads_a_personal_number(land: Land, phuong: User) -> None:
    made = product(f"Trà {NUMBER}", (4, "2026-05-07"), maker=f"HTX Trà Sen {NUMBER}", unit=land.phu_thuy)
    texts = {name: Client().get(f"/mo/san-pham-ocop.{name}").content.decode() for name in ("csv", "json")}
    texts["rows"] = "".join(rows_as_csv(INDICATORS["I2both"], Scope(viewer(phuong), TODAY), None))
    token = {"Authorization": f"Bearer {make_api_token(user=phuong, name='thử', by=SYSTEM)}"}
    told = Client().get("/api/v1/indicators/i2both/rows", {"unit": "68"}, headers=token).json()
    texts["api"] = json.dumps(told, ensure_ascii=False)
    client = Client()
    client.force_login(phuong)
    for path in ("/bang/san-pham/", f"/bang/san-pham/{made.pk}/", "/bang/i2both/"):
        texts[path] = client.get(path).content.decode()
    for where, text in texts.items():
        assert "HTX Trà Sen … …234" in text and "Trà … …234" in text, where
        assert NUMBER not in text, where
