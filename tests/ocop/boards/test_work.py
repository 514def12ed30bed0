"""The worklist: who is missing and whose turn it is, and giving rows to teams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.people.models import Role, User
from core.places.models import Unit
from market.platforms.models import PlatformListing
from ocop.boards.assigning import AssignmentRefused, assign, end_assignment, end_done
from ocop.boards.models import Assignment
from ocop.boards.worklist import Turn, worklist
from ocop.indicators.registry import HOUSEHOLDS, PRODUCTS
from ocop.presence.models import PresenceLink
from onboarding.teams.models import Team, TeamMember
from onboarding.visits.registry import follow_ups_for
from tests.ocop.boards.test_boards import page, signed_in
from tests.ocop.conftest import (
    Land,
    account,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    person,
    platform,
    producer,
    product,
    put_on,
    viewer,
)

ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def team(commune: Unit, name: str = "Tổ Một") -> Team:
    return Team.objects.create(
        commune=commune, name=name, decision_number="1/QĐ", decision_on=ON, valid_from=date(2026, 1, 1),
        recorded_at=moment(ON),
    )  # fmt: skip


def test_whose_turn_it_is_is_worked_out(land: Land, phuong: User) -> None:
    def named(name: str, written: str = "2025-06-01") -> PresenceLink:
        made = product(name, (4, written), unit=land.phu_thuy)
        return linked(made, listing(name, land.phu_thuy))

    product("Chưa có gì", (4, "2025-06-01"), unit=land.phu_thuy)
    named("Chỉ có tin ở đây")
    named("Sắp hết hạn", "2023-12-20")
    for name, observed, days in (("Bị trả", "rejected", 2), ("Đang chờ", "pending", 2), ("Lâu chưa xem", "live", 40)):
        link = named(name)
        assert link.listing is not None
        out = put_on(link.listing, "voso")
        look(out, moment(ON - timedelta(days=days)))
        PlatformListing.objects.filter(link=out).update(observed=observed, work="idle")
    done = named("Đủ cả hai")
    assert done.listing is not None
    for code in ("voso", "postmart"):
        look(put_on(done.listing, code), moment(ON))
    product("Hết hạn rồi", (4, "2021-06-01"), unit=land.phu_thuy)
    found = {row.name: row.turn for row in worklist(PRODUCTS, viewer(phuong), ON)}
    assert found == {
        "Chưa có gì": Turn.ABSENT, "Chỉ có tin ở đây": Turn.ABSENT, "Sắp hết hạn": Turn.RENEW, "Bị trả": Turn.REJECTED,
        "Đang chờ": Turn.WAITING, "Lâu chưa xem": Turn.LOOK,
    }  # fmt: skip
    text = page(phuong, "/bang/viec/", luot="sua-tin")
    assert "Bị trả" in text
    assert "Đang chờ" not in text


def test_households_of_a_frame_without_a_verified_account(land: Land, phuong: User) -> None:
    none, claimed, verified, outside = (household(land.phu_thuy) for _ in range(4))
    framed(none, claimed, verified)
    for home in (claimed, verified):
        link = put_on(listing(f"x{home.pk}", land.tuy_phong), "voso")
        link.account = account(producer("Hộ", land.phu_thuy, home), platform("voso"))
        link.save()
        if home == verified:
            look(link, moment(ON))
    found = {row.pk: row.turn for row in worklist(HOUSEHOLDS, viewer(phuong), ON)}
    assert found == {none.pk: Turn.ABSENT, claimed.pk: Turn.LOOK}
    text = page(phuong, "/bang/viec/", loai="ho")
    assert f"Hộ số {none.pk}" in text
    assert f"Hộ số {outside.pk}" not in text
    assert "Sáu" not in text


def test_several_are_given_taken_back_and_given_again(land: Land, chi: User) -> None:
    first, second = (product(name, (4, "2025-06-01"), unit=land.phu_thuy) for name in ("Mắm", "Mực"))
    one = team(land.phu_thuy)
    lead = person("Tổ trưởng", Role.TEAM_LEAD, land.phu_thuy)
    TeamMember.objects.create(team=one, user=lead, is_lead=True, valid_from=date(2026, 1, 1))
    client = signed_in(chi)
    sent = {"rows": [first.pk, second.pk], "team": one.pk, "note": "Chụp ảnh", "due_on": "2026-12-01"}
    assert client.post("/bang/viec/?loai=san-pham", sent).status_code == 302
    assert set(Assignment.objects.values_list("product", "team", "note", "due_on", "assigned_by")) == {
        (each.pk, one.pk, "Chụp ảnh", date(2026, 12, 1), chi.pk) for each in (first, second)
    }
    assert [todo.sentence for todo in todos_for(viewer(lead)) if "đưa lên sàn" in todo.sentence] == [
        "Tổ được giao 2 việc đưa lên sàn."
    ]
    assert "Mắm" in page(lead, "/bang/viec/to/")
    assert client.post("/bang/viec/?loai=san-pham", sent).status_code == 302
    assert Assignment.objects.count() == 2, "given twice is given once"
    back = Assignment.objects.get(product=first)
    assert client.post("/bang/viec/bo-giao/", {"assignment": back.pk, "loai": "san-pham"}).status_code == 302
    back.refresh_from_db()
    assert (back.ended_by, back.end_reason) == (chi, "by_hand")
    assert assign(subject=PRODUCTS, ids=[first.pk], team=one, by=viewer(chi)) == 1
    words = ["assignment.made", "assignment.made", "assignment.ended", "assignment.made"]
    assert list(AuditEntry.objects.filter(action__startswith="assignment").order_by("pk").values_list("action", flat=True)) == words  # fmt: skip


def test_what_is_typed_wrong_is_kept_and_changes_nothing(land: Land, chi: User) -> None:
    made = product("Mắm", (4, "2025-06-01"), unit=land.phu_thuy)
    one = team(land.phu_thuy)
    sent = {"rows": [made.pk], "team": one.pk, "note": "Chụp ảnh", "due_on": "2026-11-01"}
    text = signed_in(chi).post("/bang/viec/", sent).content.decode()
    assert "Hạn phải từ hôm nay" in text
    assert 'value="Chụp ảnh"' in text
    assert f'value="{made.pk}" checked' in text
    assert not Assignment.objects.exists()


def test_outsiders_and_other_places_are_refused(land: Land, chi: User, dung: User, phuong: User, an: User) -> None:
    made = product("Mắm", (4, "2025-06-01"), unit=land.phu_thuy)
    far = product("Xa", (4, "2025-06-01"), unit=land.tuy_phong)
    one, other = team(land.phu_thuy), team(land.con_dao)
    for who, subject_team in ((dung, one), (chi, other), (an, one), (person("Kiểm", Role.AUDITOR), one)):
        with pytest.raises(PermissionError):
            assign(subject=PRODUCTS, ids=[made.pk], team=subject_team, by=viewer(who))
    with pytest.raises(AssignmentRefused, match="không còn trong danh sách"):
        assign(subject=PRODUCTS, ids=[far.pk], team=one, by=viewer(chi))
    with pytest.raises(AssignmentRefused, match="nơi khác"):
        assign(subject=PRODUCTS, ids=[made.pk, far.pk], team=one, by=viewer(phuong))
    assert not Assignment.objects.exists()
    assign(subject=PRODUCTS, ids=[made.pk], team=one, by=viewer(chi))
    given = Assignment.objects.get()
    assert signed_in(dung).post("/bang/viec/bo-giao/", {"assignment": given.pk}).status_code == 404
    assert Assignment.objects.get().ended_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(product=made, team=one, assigned_by=chi, assigned_at=moment(ON))


def test_it_ends_when_it_is_no_longer_missing(land: Land, chi: User) -> None:
    homes = [household(land.phu_thuy) for _ in range(2)]
    framed(*homes)
    one = team(land.phu_thuy)
    assign(subject=HOUSEHOLDS, ids=[home.pk for home in homes], team=one, by=viewer(chi), note="Mở gian hàng")
    marks = follow_ups_for([homes[0].pk])[homes[0].pk]
    assert [mark.words for mark in marks if mark.code == "assigned"] == ["Giao đưa lên sàn: Mở gian hàng"]
    assert end_done() == 0
    link = put_on(listing("x", land.tuy_phong), "voso")
    link.account = account(producer("Hộ", land.phu_thuy, homes[0]), platform("voso"))
    link.save()
    look(link, moment(ON))
    assert end_done() == 1
    assert list(Assignment.objects.order_by("household").values_list("household", "end_reason")) == [
        (homes[0].pk, "done"), (homes[1].pk, ""),
    ]  # fmt: skip
    end_assignment(assignment_id=Assignment.objects.get(household=homes[0]).pk, by=viewer(chi))
    assert Assignment.objects.get(household=homes[0]).end_reason == "done"


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("kind", "budget"), [("san-pham", 7), ("ho", 7)])
def test_budget(land: Land, chi: User, fill: Callable[[int, date], None], kind: str, budget: int, size: int) -> None:
    fill(size, ON - timedelta(days=200))
    team(land.phu_thuy)
    client = signed_in(chi)
    client.get("/bang/viec/", {"loai": kind})
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/bang/viec/", {"loai": kind})
    assert answer.content.decode().count('name="rows"') == size
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
