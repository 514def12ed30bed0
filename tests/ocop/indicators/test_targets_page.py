"""Targets, as people see them."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from ocop.indicators.actions import set_target
from ocop.indicators.models import Target
from tests.ocop.conftest import Land, framed, household, viewer

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> object:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_phuong_sets_one_and_the_board_measures_against_it(land: Land, phuong: User, chi: User) -> None:
    framed(household(land.phu_thuy))
    client, form = signed_in(phuong), {"indicator": "I1", "year": "2026", "percent": "70", "document": ""}
    form["unit_code"] = str(land.phu_thuy.pk)
    refused = client.post("/bang/chi-tieu/", form)
    assert "Hãy ghi văn bản giao chỉ tiêu." in refused.content.decode() and not Target.objects.exists()
    former = {**form, "unit_code": str(land.old_binh_thuan.pk), "document": "9/KH"}
    assert client.post("/bang/chi-tieu/", former).status_code == 302
    assert client.post("/bang/chi-tieu/", form | {"document": "15/KH-UBND"}).status_code == 302
    assert set(Target.objects.values_list("unit", "percent")) == {(land.phu_thuy.pk, 70), (land.old_binh_thuan.pk, 70)}
    listed = signed_in(chi).get("/bang/chi-tieu/").content.decode()
    assert "70 %" in listed and "15/KH-UBND" in listed
    assert signed_in(chi).post("/bang/chi-tieu/", form | {"document": "x"}).status_code == 404
    assert "Ghi chỉ tiêu này" not in signed_in(chi).get("/bang/chi-tieu/").content.decode()
    elsewhere = client.post("/bang/chi-tieu/", form | {"unit_code": str(land.con_dao.pk), "document": "x"})
    assert elsewhere.status_code == 200 and Target.objects.count() == 2


@pytest.mark.parametrize("size", [1, 25])
def test_query_budget(land: Land, phuong: User, size: int) -> None:
    for number in range(size):
        set_target(
            indicator="I1",
            unit=land.phu_thuy,
            year=2018 + number % 10,
            percent=1 + number,
            document="x",
            by=viewer(phuong),
        )
    client = signed_in(phuong)
    client.get("/bang/chi-tieu/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/bang/chi-tieu/")
    assert len(captured) == 10, [query["sql"][:90] for query in captured]
