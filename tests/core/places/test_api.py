"""Units for programs."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def get(user: User | None, path: str, **query: str) -> Any:
    headers = {}
    if user is not None:
        headers = {"Authorization": f"Bearer {make_api_token(user=user, name='thử', by=SYSTEM)}"}
    return Client().get(f"/api/v1/units{path}", query, headers=headers)


@pytest.fixture
def chi(people: People) -> User:
    return people.users["chi"]


@pytest.mark.parametrize("path", ["", "/find", "/68", "/68/became", "/68/communes", "/22891/hamlets"])
def test_without_a_key_there_is_nothing(path: str, people: People) -> None:
    answer = get(None, path)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_one_unit_with_the_name_of_the_day(chi: User) -> None:
    before = get(chi, "/25270", on="2026-04-29").json()
    assert before == {
        "level": "commune",
        "code": "25270",
        "kind": "Xã",
        "name": "Lộc Ninh",
        "full_name": "Xã Lộc Ninh",
        "parent": "75",
        "valid_from": "2025-07-01",
        "valid_to": None,
        "latitude": 11.8389,
        "longitude": 106.635,
        "decision": "1662/NQ-UBTVQH15",
    }
    assert get(chi, "/25270").json() == {**before, "kind": "Phường", "full_name": "Phường Lộc Ninh"}
    assert get(chi, "/26740", on="2025-06-30").json()["name"] == "Bến Nghé"


def test_the_list_is_paged_and_filtered(chi: User) -> None:
    page = get(chi, "", level="commune", parent="68", page="2").json()
    assert {name: page[name] for name in ("on", "count", "page", "pages")} == {
        "on": "2026-11-22", "count": 124, "page": 2, "pages": 2,
    }  # fmt: skip
    assert len(page["units"]) == 24
    assert get(chi, "", level="province").json()["count"] == 34
    assert get(chi, "", level="province", on="2025-06-30").json()["count"] == 63
    found = get(chi, "", q="bac ruong").json()
    assert [(unit["code"], unit["parent"]) for unit in found["units"]] == [("23152", "68")]
    assert get(chi, "", parent="99").json()["units"] == []


def test_what_it_became(chi: User) -> None:
    answer = get(chi, "/22978/became", on="2025-06-30").json()
    assert answer["unit"]["full_name"] == "Xã Phong Phú"
    assert (answer["as_of"], answer["is_exact"]) == ("2026-11-22", False)
    assert [(share["unit"]["code"], share["kind"]) for share in answer["became"]] == [
        ("22972", "default"),
        ("22978", "part"),
    ]
    communes = get(chi, "/77/communes", on="2025-06-30").json()
    assert (len(communes["communes"]), communes["is_exact"]) == (30, True)


def test_finding_a_written_name(chi: User) -> None:
    sure = get(chi, "/find", name="xã Xuyên Mộc (TPHCM)").json()
    assert sure["unit"]["code"] == "26632" and sure["warnings"] == []
    mended = get(chi, "/find", commune="xã Bắc Ruộg", province="Lâm Đồng").json()
    assert (mended["unit"]["code"], [warning["code"] for warning in mended["warnings"]]) == ("23152", ["letter"])
    open_question = get(chi, "/find", name="Xuyên Mộc, BR-VT", on="2025-06-30").json()
    assert open_question["unit"] is None
    assert [unit["words"] for unit in open_question["candidates"]][:2] == [
        "xã Xuyên Mộc, huyện Xuyên Mộc, tỉnh Bà Rịa - Vũng Tàu",
        "huyện Xuyên Mộc, tỉnh Bà Rịa - Vũng Tàu",
    ]


@pytest.mark.parametrize("path", ["/99999", "/77", "/00", "/abc", "/99999/became", "/77/communes", "/77/hamlets"])
def test_what_was_not_there_that_day_is_not_found(path: str, chi: User) -> None:
    answer = get(chi, path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json; charset=utf-8")


@pytest.mark.parametrize("query", [{"on": "mai"}, {"on": "0001-01-01"}, {"level": "xã"}, {"page": "0"}])
def test_questions_that_make_no_sense_are_told_so(query: dict[str, str], chi: User) -> None:
    assert get(chi, "", **query).status_code == 422


def test_hamlets_only_in_one_s_area(people: People, chi: User) -> None:
    Hamlet.objects.create(commune=people.commune, name="Thôn 10")
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    address = f"/{people.commune.code}/hamlets"
    mine = get(chi, address).json()
    assert [hamlet["name"] for hamlet in mine["hamlets"]] == ["Thôn 1", "Thôn 2", "Thôn 10"]
    assert mine["count"] == 3
    assert [hamlet["name"] for hamlet in get(people.users["phuong"], address).json()["hamlets"]] == [
        "Thôn 1", "Thôn 2", "Thôn 10",
    ]  # fmt: skip
    assert get(people.users["dung"], address).status_code == 404
    assert get(people.users["buu"], address).status_code == 404
    assert get(chi, "/25270/hamlets").status_code == 404
    dung = people.users["dung"]
    give_grant(user=dung, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=other, given_by=SYSTEM)
    assert [hamlet["name"] for hamlet in get(dung, address).json()["hamlets"]] == ["Thôn 2"]


def test_names_are_data_never_markup(chi: User) -> None:
    answer = get(chi, "/find", name="<script>alert(1)</script>")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json()["unit"] is None
