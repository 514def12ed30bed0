"""The same addresses, opened from outside: officers of the commune next door and of another province, a member of
another hamlet's team, a seller far away, somebody who only buys. And the two back offices, address by address.

`test_permissions.py` holds the addresses; here is who else there is. An address with a gap for something of this place
(`{…}`) is not there for them; write the gap also where the thing is a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from core.people.actions import give_grant, make_api_token
from core.people.models import ApiToken, Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from onboarding.producers.actions import add_member
from tests.house.test_permissions import (
    MOVES_ON,
    PAGES,
    SIGNED_IN,
    WRITES,
    Page,
    World,
    ask,
    browser_of,
    outcome,
    routes,
    world,
)
from tests.people import People, make_listing, make_producer, shop_for

__all__ = ["world"]

# Who stands outside, and whose pages they would have at home.
LIKE = {
    "tam": "hanh",  # a team member of another hamlet
    "cuc": "chi",  # the commune next door
    "hoa": "phuong",  # another province
    "xuan": "chi",  # a commune there
    "thu": "hanh",  # a team lead there
    "kha": "kiem",  # an auditor of that province only
    "lan": "an",  # a seller there
    "mua": "dung",  # a buyer, nothing else
}
# Pages of a role that the one like them has and they have not, and the reason.
NOT_FOR = {
    # A member helps nobody to sign in, as a lead does, and so has no desk; nor one in the commune.
    "tam": {"ban-viec/dang-nhap/", "ban-viec/", *(route for route in PAGES if route.startswith("xa/"))},
    # The operator's book of money is of the whole country.
    "kha": {route for route in PAGES if route.startswith("ke-toan/")},
    # Dũng has a shop, a buyer has none.
    "mua": {route for route in PAGES if route.startswith("nguoi-ban/")},
}
# Pages about the commune in which Tâm has a hamlet after all.
STILL_FOR = {"tam": {"api/v1/units/<code>/hamlets"}}
# Pages with a gap in their address that is filled with something of no place.
NOT_BOUND = {
    "ban-viec/viec-nen/loai/<str:name>/",  # one kind of background job
    "bang/bo-tieu-chi/<int:pk>/",  # criteria are the same in the whole country
    "bang/bo-tieu-chi/<int:pk>/thu/",
    # The common lines of the catalogue are everybody's; figures, targets and terms are written for one's own province.
    *(f"bang/danh-muc/<int:pk>/{page}" for page in ("", "so-lieu/", "cach-tinh/", "muc-tieu/")),
}


@pytest.fixture
def outside(world: World, people: People) -> World:
    """The world of the other sweep with the people of `LIKE` and of the national level."""
    province = people.commune.parent
    communes = Unit.objects.filter(level="commune", valid_to=None).order_by("pk")
    next_door = communes.filter(parent=province).exclude(pk=people.commune.pk)[0]
    far = communes.exclude(parent=province).select_related("parent")[0]
    second, far_hamlet = (
        Hamlet.objects.create(commune=people.commune, name="Thôn 2"),
        Hamlet.objects.create(commune=far, name="Thôn xa"),
    )
    world.users |= {
        name: User.objects.create_user(username=name, full_name=name.capitalize()) for name in [*LIKE, "nga"]
    }
    for name, role, unit, hamlet in (
        ("nga", Role.NATIONAL, None, None),
        ("tam", Role.TEAM_MEMBER, people.commune, second),
        ("cuc", Role.COMMUNE, next_door, None),
        ("hoa", Role.PROVINCE, far.parent, None),
        ("xuan", Role.COMMUNE, far, None),
        ("thu", Role.TEAM_LEAD, far, None),
        ("kha", Role.AUDITOR, far.parent, None),
    ):
        give_grant(user=world.users[name], role=role, unit=unit, hamlet=hamlet, given_by=SYSTEM)
    producer = make_producer("Hộ Lan", far_hamlet)
    add_member(user=world.users["lan"], producer=producer, right="owner", by=SYSTEM, how="bài thử")
    make_listing(shop_for(producer, "Nhà Lan", viewer_for(world.users["lan"])), name="Trà")
    for name in world.users.keys() - world.keys.keys():
        world.keys[name] = make_api_token(user=world.users[name], name="thử", by=SYSTEM)
    ApiToken.objects.update(last_used_at=ApiToken.objects.get(pk=world.facts["key_of_chi"]).last_used_at)
    return world


def may(name: str, route: str, page: Page) -> bool:
    """Whether somebody outside gets an answer: pages of their own role yes, another place's things no."""
    if page.allowed >= SIGNED_IN:
        return True
    if "{" in page.address and route not in NOT_BOUND:
        return route in STILL_FOR.get(name, set())
    return LIKE[name] in page.allowed and route not in NOT_FOR.get(name, set())


def files(tmp_path: Path) -> set[tuple[str, int]]:
    """Every stored file with its size."""
    roots = [Path(settings.MEDIA_ROOT), tmp_path]
    return {(str(path), path.stat().st_size) for root in roots for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", sorted(LIKE))
def test_nothing_is_there_for_outsiders(outside: World, name: str, tmp_path: Path) -> None:
    wrong: list[str] = []
    client, before = browser_of(outside, name), files(tmp_path)
    for route, page in PAGES.items():
        for method in page.methods:
            answer, written = ask(outside, client, name, route, method)
            found = outcome(answer)
            if may(name, route, page):
                turned_away = found == "asked to sign in" and not route.startswith("dang-nhap/")
                if answer.status_code not in page.answers | MOVES_ON or turned_away:
                    wrong.append(f"{method} {route}: allowed, but {found}")
            elif found != "not there":
                wrong.append(f"{method} {route}: not allowed, but {found}")
            elif written:
                wrong.append(f"{method} {route}: denied, but wrote {written}")
    assert wrong == []
    assert files(tmp_path) == before and mail.outbox == []


def test_the_national_level_sees_everywhere_but_is_no_operator(outside: World) -> None:
    """Nga may read and give grants like a province everywhere; what only a province, a commune or an operator may do
    is not there for her."""
    client, seen = browser_of(outside, "nga"), {}
    for route, page in PAGES.items():
        if page.allowed == frozenset({"quantri"}):
            answer, written = ask(outside, client, "nga", route, page.methods[0])
            seen[route] = (outcome(answer), written)
    assert seen and {found for found, _ in seen.values()} == {"not there"}
    assert all(written == [] for _, written in seen.values())
    for route in (
        "bang/",
        "ban-viec/quyen/",
        "ban-viec/quyen/moi/",
        "ban-viec/quyen/nguoi/<int:pk>/",
        "bang/san-pham/<int:pk>/",
    ):
        assert ask(outside, client, "nga", route, "GET")[0].status_code == 200, route


def test_the_names_of_this_place_leak_into_no_list_outside(outside: World) -> None:
    """Lists are there for an officer elsewhere, but hold nothing of this commune."""
    ours = re.compile(r"Hộ Nguyễn Văn An|Nguyễn Văn An|Hanh|Vườn anh An")
    for name in ("cuc", "hoa", "xuan", "thu", "kha", "tam"):
        client = browser_of(outside, name)
        for route, page in PAGES.items():
            if "{" in page.address or "GET" not in page.methods or page.allowed >= SIGNED_IN:
                continue
            answer, _ = ask(outside, client, name, route, "GET")
            if answer.status_code == 200 and not getattr(answer, "streaming", False):
                main = answer.content.decode(errors="replace").split("<main", 1)[-1]
                found = ours.search(main)
                assert found is None, f"{name} sees {found and found.group()} at {route}"


BACK_OFFICES = ("admin/", "cms/")
# What the editor's and the admin's own addresses are open to by design, none of it ours.
OPEN_DOORS = re.compile(r"^(admin|cms)/(login|logout|jsi18n|sprite|password_reset)|^cms/pages/\d+/view_draft")


def back_office_addresses() -> Iterator[str]:
    """An address for every pattern of the two back offices, with something in each gap."""
    for route in sorted(set(routes(get_resolver().url_patterns))):
        if not route.startswith(BACK_OFFICES):
            continue
        plain = re.sub(r"<(?:int:)?(?:\w*id|pk|\w*version\w*)>|<int:\w+>", "1", route)
        plain = re.sub(r"<\w+:\w+>|<\w+>", "x", plain)
        plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1", plain)
        yield "/" + re.sub(r"[\^$\\]|\(\?:[^)]*\)\??", "", plain)


@pytest.mark.parametrize("name", ["nobody", "an", "nga"])
def test_the_back_offices_are_closed_at_every_address(outside: World, name: str) -> None:
    addresses = [each for each in back_office_addresses() if not OPEN_DOORS.match(each[1:])]
    assert len(addresses) > 150, "the walk no longer finds the back offices"
    client, wrong = browser_of(outside, name), []
    for address in addresses:
        for method in ("GET", "POST"):
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                answer = client.generic(method, address)
                transaction.set_rollback(True)
            written = {found.group(1) for query in queries if (found := WRITES.match(query["sql"]))} - {
                "django_session"
            }
            if not is_closed(answer) or written:
                wrong.append(f"{method} {address}: {answer.status_code} {answer.get('location', '')} {sorted(written)}")
    assert wrong == []


def is_closed(answer: Any) -> bool:
    """Sent to the one log-in or away, forbidden, or not there; never a page and never an error of ours."""
    if answer.status_code in {301, 302}:
        target = urlsplit(answer["location"]).path
        ours = {
            "/dang-nhap/",
            "/di-tiep/",
            "/tai-khoan/",
            "/tai-khoan/buoc-hai/",
            "/tai-khoan/mat-khau/",
            "/ban-viec/quyen/",
            "/",
        }
        return target in ours or target.startswith(("/admin/login/", "/cms/login/", "/admin/", "/cms/"))
    return answer.status_code in {400, 401, 403, 404, 405}


def test_an_open_door_would_be_seen(outside: World) -> None:
    """The operator opens what the others do not: the walk asks for real pages."""
    client: Client = browser_of(outside, "quantri")
    opened = [address for address in list(back_office_addresses())[:60] if client.get(address).status_code == 200]
    assert len(opened) > 10 and "/admin/" in opened
