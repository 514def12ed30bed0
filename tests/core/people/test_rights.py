"""Grants: who sees which area, today. Signing in, by page and by key."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.onward import first_page
from core.kit import clock
from core.people.actions import give_grant, make_api_token
from core.people.codes.actions import set_phone
from core.people.models import ApiToken, Grant, Role, User
from core.people.queries import NOBODY, STAFF_ROLES, SYSTEM, person_named, viewer_by_token, viewer_for
from core.people.views import for_roles
from core.places.models import Hamlet, Unit
from ocop.indicators.queries import Scope, rows_on
from ocop.indicators.registry import INDICATORS
from onboarding.households.models import Household
from onboarding.households.queries import hamlets_of_team, households_visible_to
from tests.people import PASSWORD, People, make_producer


@pytest.fixture
def elsewhere(people: People) -> Household:
    """A household in another province than everybody's."""
    commune = (
        Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent).order_by("pk")[0]
    )
    hamlet = Hamlet.objects.create(commune=commune, name="Thôn xa")
    household = make_producer("Hộ Xa", hamlet).household
    assert household is not None
    return household


@pytest.fixture
def next_commune(people: People) -> Household:
    """A household in the commune next to An's, in the same province."""
    commune = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent).exclude(
        pk=people.commune.pk
    )[0]
    household = make_producer("Hộ Bên", Hamlet.objects.create(commune=commune, name="Thôn bên")).household
    assert household is not None
    return household


def seen(viewer: Any) -> set[str]:
    """The heads of the households in the viewer's area as staff."""
    rows = Household.objects.filter(viewer.area(*STAFF_ROLES, unit_field="commune"))
    return set(rows.values_list("head_name", flat=True))


def test_everybody_sees_their_own_area(people: People, next_commune: Household, elsewhere: Household) -> None:
    everything = {"Nguyễn Văn An", "Bên", "Xa"}
    assert seen(SYSTEM) == everything  # all three could leak
    areas = {name: seen(people.viewer(name)) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu")}
    assert areas == {
        "an": set(),
        "binh": set(),
        "chi": {"Nguyễn Văn An"},
        "dung": set(),
        "hanh": set(),  # a team lead is no staff
        "phuong": {"Nguyễn Văn An", "Bên"},
        "buu": set(),
    }
    assert seen(NOBODY) == set()


def test_an_auditor_of_the_whole_country_sees_every_area(people: People, elsewhere: Household) -> None:
    give_grant(user=people.users["dung"], role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    assert seen(people.viewer("dung")) == {"Nguyễn Văn An", "Xa"}


def test_a_grant_counts_from_its_first_day_to_the_day_before_its_end(people: People) -> None:
    dung, first = people.users["dung"], date(2026, 3, 1)
    give_grant(
        user=dung, role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM, valid_from=first, valid_to=date(2026, 4, 1)
    )
    held = {}
    for day in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"):
        with time_machine.travel(f"{day}T05:00:00Z", tick=False):
            held[day] = (seen(viewer_for(dung)), viewer_for(dung).has_role(Role.COMMUNE))
    an = {"Nguyễn Văn An"}
    assert held == {
        "2026-02-28": (set(), False),
        "2026-03-01": (an, True),
        "2026-03-31": (an, True),
        "2026-04-01": (set(), False),
    }


def test_a_grant_ends_at_midnight_in_vietnam(people: People) -> None:
    chi = people.users["chi"]
    Grant.objects.filter(user=chi).update(valid_from=date(2026, 1, 1), valid_to=date(2026, 4, 1))
    with time_machine.travel("2026-03-31T16:59:00Z", tick=False):
        assert viewer_for(chi).has_role(Role.COMMUNE)
    with time_machine.travel("2026-03-31T17:00:00Z", tick=False):
        assert not viewer_for(chi).has_role(Role.COMMUNE)


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.COMMUNE, Role.TEAM_LEAD, Role.TEAM_MEMBER])
def test_the_database_refuses_a_local_role_for_the_whole_country(people: People, role: Role) -> None:
    with pytest.raises(IntegrityError):
        Grant.objects.create(user=people.users["dung"], role=role, unit=None, valid_from=clock.today())


def test_the_database_refuses_a_hamlet_for_an_officer(people: People) -> None:
    with pytest.raises(IntegrityError):
        Grant.objects.create(
            user=people.users["dung"],
            role=Role.COMMUNE,
            unit=people.commune,
            hamlet=people.hamlet,
            valid_from=clock.today(),
        )


def test_a_grant_of_a_hamlet_covers_that_hamlet_only(people: People, next_commune: Household) -> None:
    """Tâm's hamlet is Thôn 2: not the rest of the commune, and nothing of a table that knows no hamlets."""
    second = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    make_producer("Hộ Nhì", second)
    tam = User.objects.create_user(username="tam", full_name="Tâm")
    give_grant(user=tam, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=second, given_by=SYSTEM)
    viewer = viewer_for(tam)
    area = viewer.area(Role.TEAM_MEMBER, unit_field="commune", hamlet_field="hamlet")
    assert set(Household.objects.filter(area).values_list("head_name", flat=True)) == {"Nhì"}
    assert not Household.objects.filter(viewer.area(Role.TEAM_MEMBER, unit_field="commune")).exists()
    assert not viewer.covers(people.commune, Role.TEAM_MEMBER)
    assert not Unit.objects.filter(viewer.units(Role.TEAM_MEMBER)).exists()
    assert [row.head_name for row in households_visible_to(viewer)] == ["Nhì"]
    assert [row.name for row in hamlets_of_team(viewer)] == ["Thôn 2"]


def test_an_operator_walks_to_no_doors(people: People) -> None:
    User.objects.filter(username="dung").update(is_superuser=True)
    assert list(hamlets_of_team(viewer_for(User.objects.get(username="dung")))) == []


def test_cover_and_area_say_the_same(people: People, next_commune: Household, elsewhere: Household) -> None:
    for name in people.users:
        viewer = people.viewer(name)
        inside = set(Unit.objects.filter(viewer.units(*STAFF_ROLES)).values_list("pk", flat=True))
        for household in (next_commune, elsewhere, people.producer.household):
            assert household is not None
            by_area = Household.objects.filter(viewer.area(*STAFF_ROLES, unit_field="commune"), pk=household.pk)
            assert (
                by_area.exists() == viewer.covers(household.commune, *STAFF_ROLES) == (household.commune_id in inside)
            )
        assert not viewer.covers(None, *STAFF_ROLES)


@pytest.mark.parametrize("who", ["chi", "phuong"])
def test_an_area_is_asked_of_the_units_not_of_each_row(people: People, who: str) -> None:
    """With millions of rows a condition over each row's unit reads them all; one over the unit's key uses its index."""
    area = viewer_for(people.users[who]).area(*STAFF_ROLES, unit_field="commune")
    households = Household.objects.filter(area)
    assert " JOIN " not in str(households.query)
    assert set(households) == set(Household.objects.filter(commune__parent=people.commune.parent)) != set()
    unit = people.commune.parent if who == "phuong" else people.commune
    scoped = rows_on(INDICATORS["I1"], Scope(SYSTEM, clock.today(), unit))
    assert " JOIN " not in str(scoped.query).partition(" WHERE ")[0]


def test_nobody_is_not_the_system(people: People) -> None:
    assert viewer_for(AnonymousUser()) is NOBODY
    User.objects.filter(username="chi").update(is_active=False)
    assert viewer_for(User.objects.get(username="chi")) is NOBODY
    assert not SYSTEM.is_signed_in and not NOBODY.is_signed_in and not NOBODY.is_system


@for_roles(Role.COMMUNE)
def commune_page(request: HttpRequest) -> HttpResponse:
    """A page of commune officers."""
    return HttpResponse("chỉ cán bộ xã")


def test_a_staff_page_is_not_there_for_outsiders(people: People, rf: RequestFactory) -> None:
    def open_page(user: Any) -> Any:
        request = rf.get("/xa/?trang=2")
        request.user = user
        proof = {"method": "mfa", "at": 0}
        request.session = {
            "account_authentication_methods": [proof],
            "account_authentication_methods_user": str(user.pk),
        }
        return commune_page(request)

    assert open_page(people.users["chi"]).content.decode() == "chỉ cán bộ xã"
    for name in ("an", "dung", "hanh", "phuong", "buu"):
        with pytest.raises(Http404):
            open_page(people.users[name])
    asked = open_page(AnonymousUser())
    assert (asked.status_code, asked["location"]) == (302, "/dang-nhap/?next=/xa/%3Ftrang%3D2")
    Grant.objects.filter(user=people.users["chi"]).update(valid_from=clock.today() - timedelta(days=9))
    Grant.objects.filter(user=people.users["chi"]).update(valid_to=clock.today())
    with pytest.raises(Http404):
        open_page(people.users["chi"])


@pytest.mark.parametrize("typed", ["0912345678", "912345678", "+84912345678", "0912 345 678", "84912345678"])
def test_signing_in_with_a_phone_in_any_spelling(client: Client, people: People, typed: str) -> None:
    set_phone(user=people.users["an"], phone="+84912345678", by_id=None)
    answer = client.post("/dang-nhap/", {"username": typed, "password": PASSWORD})
    assert (answer.status_code, answer["location"]) == (302, "/di-tiep/")
    assert client.session["_auth_user_id"] == str(people.users["an"].pk)


def test_signing_in_goes_back_only_to_our_own_pages(client: Client, people: People) -> None:
    for wanted, sent_to in (
        ("/bang/", "/bang/"),
        ("https://dung.example/", "/di-tiep/"),
        ("//dung.example", "/di-tiep/"),
    ):
        answer = client.post("/dang-nhap/", {"username": "chi", "password": PASSWORD, "next": wanted})
        assert answer["location"] == sent_to
        client.logout()


def test_a_wrong_password_signs_nobody_in(client: Client, people: People) -> None:
    answer = client.post("/dang-nhap/", {"username": "an", "password": "doan-mo"})
    assert answer.status_code == 200 and "_auth_user_id" not in client.session
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.content.decode()


def test_a_user_name_comes_before_a_phone(people: People) -> None:
    set_phone(user=people.users["an"], phone="+84912345678", by_id=None)
    User.objects.filter(username="binh").update(username="0912345678")
    found = [person_named(name) for name in (" an ", "0912345678", "0912 345 678", "113", "")]
    assert found == [people.users["an"], people.users["binh"], people.users["an"], None, None]


def test_where_the_day_starts(people: People) -> None:
    names = ("an", "chi", "hanh", "phuong", "buu")
    pages = ["/nguoi-ban/", "/xa/", "/thuc-dia/", "/bang/", "/san/"]
    assert [first_page(people.viewer(name)) for name in names] == pages


def test_a_key_has_the_rights_of_its_person_while_it_lasts(people: People) -> None:
    phuong = people.users["phuong"]
    key = make_api_token(user=phuong, name="IOC", by=SYSTEM)
    assert viewer_by_token(key) == people.viewer("phuong")
    assert key not in str(ApiToken.objects.values_list().get())
    assert viewer_by_token("ls_" + "x" * 43) is None
    assert viewer_by_token("") is None
    assert viewer_by_token(ApiToken.objects.get().key_hash) is None  # what a stolen table holds opens nothing
    User.objects.filter(pk=phuong.pk).update(is_active=False)
    assert viewer_by_token(key) is None
    User.objects.filter(pk=phuong.pk).update(is_active=True)
    ApiToken.objects.update(ended_at=clock.now())
    assert viewer_by_token(key) is None


def test_the_api_asks_for_a_key(client: Client, people: People) -> None:
    address = "/api/v1/indicators/ocop-on-voso"
    assert client.get(address).status_code == 401
    assert client.get(address, headers={"authorization": "Bearer khong-co"}).status_code == 401
    client.force_login(people.users["phuong"])
    assert client.get(address).status_code == 401  # the session of a browser is no key
