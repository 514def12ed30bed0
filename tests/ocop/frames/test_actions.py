"""Frames: frozen, signed by a second person, changed only with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from core.audit.models import AuditEntry
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer
from core.places.models import Unit, UnitLink
from ocop.frames.actions import FrameRefused, cancel_frame, make_frame, replace_frame, sign_frame
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.queries import coverage_of, frame_in_force, framed_communes, framed_households, is_untouched
from ocop.frames.rules import digest
from ocop.frames.todos import frame_todos
from onboarding.households.actions import end_household
from tests.ocop.conftest import Land, framed, household, person, viewer

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock:
        yield clock


def make(land: Land, by: Viewer, **more: Any) -> Frame:
    facts: dict[str, Any] = {"unit": land.phu_thuy, "year": 2026, "source": "review", "document": "15/DS", "by": by}
    return make_frame(**facts | more)


def state() -> list[tuple[Any, ...]]:
    rows = Frame.objects.order_by("pk").values_list("signed_by", "ended_at", "cancelled_at", "count")
    return [*rows, (FrameHousehold.objects.count(), AuditEntry.objects.count())]


def test_chi_makes_it_of_the_living_and_phuong_signs(land: Land, chi: User, phuong: User) -> None:
    homes = [household(land.phu_thuy) for _ in range(3)]
    end_household(household=homes[0], reason="moved", by=SYSTEM)
    household(land.tuy_phong)
    made = make(land, viewer(chi))
    assert (made.count, made.sha256) == (2, digest([homes[2].pk, homes[1].pk]))
    assert frame_in_force(land.phu_thuy, 2026) is None
    assert not framed_households(TODAY).exists()
    sign_frame(frame=made, by=viewer(phuong))
    signed = frame_in_force(land.phu_thuy, 2026)
    assert signed == made
    assert (signed.made_by, signed.signed_by) == (chi, phuong)
    assert sorted(framed_households(TODAY).values_list("household", flat=True)) == sorted(h.pk for h in homes[1:])
    # Frozen: who comes or goes later changes nothing.
    end_household(household=homes[1], reason="moved", by=SYSTEM)
    household(land.phu_thuy)
    assert sorted(framed_households(TODAY).values_list("household", flat=True)) == sorted(h.pk for h in homes[1:])
    words = AuditEntry.objects.filter(action__startswith="frame.").order_by("pk").values_list("action", "actor_id")
    assert list(words) == [("frame.made", chi.pk), ("frame.signed", phuong.pk)]


def test_it_holds_for_its_year_from_its_signature_on(land: Land, chi: User, phuong: User, noon: Any) -> None:
    household(land.phu_thuy)
    sign_frame(frame=make(land, viewer(chi)), by=viewer(phuong))
    for day, is_there in ((TODAY, True), (TODAY - timedelta(days=1), False), (date(2027, 1, 1), False)):
        assert framed_households(day).exists() == is_there, day
        assert (frame_in_force(land.phu_thuy, day.year, day) is not None) == is_there, day


def test_nobody_signs_their_own_and_the_commune_signs_none(land: Land, chi: User, phuong: User, dung: User) -> None:
    household(land.phu_thuy)
    by_phuong = make(land, viewer(phuong))
    colleague = person("Cúc", Role.COMMUNE, land.phu_thuy)
    before = state()
    elsewhere = person("Ở xa", Role.PROVINCE, land.ho_chi_minh)
    for who in (phuong, chi, colleague, dung, elsewhere, person("Kiểm", Role.AUDITOR)):
        with pytest.raises(PermissionError):
            sign_frame(frame=by_phuong, by=viewer(who))
    with pytest.raises(PermissionError):
        sign_frame(frame=by_phuong, by=SYSTEM)
    assert state() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Frame.objects.filter(pk=by_phuong.pk).update(signed_by=phuong, signed_at=by_phuong.made_at)
    second = person("Phúc", Role.PROVINCE, land.lam_dong)
    assert sign_frame(frame=by_phuong, by=viewer(second)).signed_by == second
    assert sign_frame(frame=by_phuong, by=viewer(person("Ba", Role.PROVINCE, land.lam_dong))).signed_by == second


def test_only_the_communes_own_officers_and_the_province_make_one(land: Land, dung: User, an: User) -> None:
    household(land.phu_thuy)
    before = state()
    for who in (viewer(dung), viewer(an), SYSTEM, viewer(person("Tổ", Role.TEAM_LEAD, land.phu_thuy))):
        with pytest.raises(PermissionError):
            make(land, who)
    with pytest.raises(PermissionError):
        make(land, viewer(person("Tỉnh", Role.PROVINCE, land.lam_dong)), unit=land.lam_dong)
    assert state() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"year": 2025}, "năm nay hoặc năm sau"),
        ({"year": 2028}, "năm nay hoặc năm sau"),
        ({"source": "bịa"}, "lấy từ đâu"),
        ({"household_ids": [999_999_999]}, "mang số 999999999"),
        ({"household_ids": []}, "chưa có hộ nào"),
    ],
)
def test_what_makes_no_sense_is_refused(land: Land, chi: User, more: dict[str, Any], words: str) -> None:
    household(land.phu_thuy)
    before = state()
    with pytest.raises(FrameRefused, match=words):
        make(land, viewer(chi), **more)
    assert state() == before


def test_a_household_of_another_commune_is_named_and_refused(land: Land, chi: User) -> None:
    here, there = household(land.phu_thuy), household(land.tuy_phong)
    with pytest.raises(FrameRefused, match=f"mang số {there.pk} "):
        make(land, viewer(chi), household_ids=[here.pk, there.pk])
    assert make(land, viewer(chi), household_ids=[here.pk]).count == 1


def test_one_waits_at_a_time_and_one_is_in_force(land: Land, chi: User, phuong: User) -> None:
    household(land.phu_thuy)
    first = make(land, viewer(chi))
    with pytest.raises(FrameRefused, match="đang chờ ký"):
        make(land, viewer(chi))
    sign_frame(frame=first, by=viewer(phuong))
    with pytest.raises(FrameRefused, match="lập mẫu số thay thế"):
        make(land, viewer(chi))


def test_a_replacement_needs_a_reason_and_the_old_one_holds_until_it_is_signed(
    land: Land, chi: User, phuong: User, noon: Any
) -> None:
    homes = [household(land.phu_thuy) for _ in range(3)]
    first = sign_frame(frame=make(land, viewer(chi)), by=viewer(phuong))
    noon.move_to("2026-11-24T05:00:00+00:00")
    facts: dict[str, Any] = {"frame": first, "source": "review", "document": "", "by": viewer(chi)}
    kept = [home.pk for home in homes[:2]]
    with pytest.raises(FrameRefused, match="lý do"):
        replace_frame(**facts, reason=" ", household_ids=kept)
    second = replace_frame(**facts, reason="rà soát lại", household_ids=kept)
    assert frame_in_force(land.phu_thuy, 2026) == first
    sign_frame(frame=second, by=viewer(phuong))
    first.refresh_from_db()
    assert (first.ended_at, second.replaces, second.reason) == (second.made_at, first, "rà soát lại")
    assert frame_in_force(land.phu_thuy, 2026) == second
    # Reports on the days before stay what they were.
    assert framed_households(date(2026, 11, 23)).count() == 3
    assert framed_households(date(2026, 11, 24)).count() == 2
    entry = AuditEntry.objects.get(action="frame.replaced")
    assert entry.actor_id == phuong.pk
    with pytest.raises(FrameRefused, match="không còn hiệu lực"):
        replace_frame(**facts, reason="lần nữa")


def test_one_that_waits_is_taken_back_and_another_may_replace_instead(land: Land, chi: User, phuong: User) -> None:
    household(land.phu_thuy)
    first = sign_frame(frame=make(land, viewer(chi)), by=viewer(phuong))
    facts: dict[str, Any] = {"frame": first, "source": "census", "document": "", "reason": "vì", "by": viewer(chi)}
    second = replace_frame(**facts)
    with pytest.raises(PermissionError):
        cancel_frame(frame=second, by=viewer(person("Cúc", Role.COMMUNE, land.phu_thuy)))
    cancel_frame(frame=second, by=viewer(chi))
    with pytest.raises(FrameRefused, match="đã được rút"):
        sign_frame(frame=second, by=viewer(phuong))
    with pytest.raises(FrameRefused, match="đã ký không rút"):
        cancel_frame(frame=first, by=viewer(phuong))
    third = sign_frame(frame=replace_frame(**facts), by=viewer(phuong))
    assert frame_in_force(land.phu_thuy, 2026) == third


def test_a_list_that_was_tampered_with_is_not_signed(land: Land, chi: User, phuong: User) -> None:
    household(land.phu_thuy)
    made = make(land, viewer(chi))
    assert is_untouched(made)
    FrameHousehold.objects.create(frame=made, household=household(land.phu_thuy))
    assert not is_untouched(made)
    with pytest.raises(FrameRefused, match="mã kiểm tra"):
        sign_frame(frame=made, by=viewer(phuong))
    assert frame_in_force(land.phu_thuy, 2026) is None
    with pytest.raises(TypeError):
        FrameHousehold.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ocop_framehousehold")


def test_phuong_is_told_what_waits_and_its_maker_is_not(land: Land, chi: User, phuong: User) -> None:
    household(land.phu_thuy)
    made = make(land, viewer(chi))
    assert [todo.url for todo in frame_todos(viewer(phuong))] == [f"/bang/mau-so/{made.pk}/"]
    assert list(frame_todos(viewer(chi))) == []
    other = person("Ở xa", Role.PROVINCE, land.ho_chi_minh)
    assert list(frame_todos(viewer(other))) == []


def test_coverage_counts_communes_with_households_only(land: Land) -> None:
    framed(household(land.phu_thuy))
    household(land.tuy_phong)
    found = coverage_of(Unit.objects.filter(parent=land.lam_dong), TODAY)
    assert (found.framed, found.communes, found.is_whole) == (1, 2, False)


def test_a_commune_made_in_the_year_goes_on_with_the_frames_of_those_it_came_from(land: Land) -> None:
    new = Unit.objects.create(
        level="commune", code="99001", kind="Xã", name="Mới", folded_name="moi", parent=land.lam_dong,
        valid_from=date(2026, 7, 1),
    )  # fmt: skip

    def join(old: Unit) -> None:
        UnitLink.objects.create(old=old, new=new, on=date(2026, 7, 1), kind="whole")

    framed(household(land.phu_thuy))
    join(land.phu_thuy)
    assert framed_communes(TODAY).filter(pk=new.pk).exists()
    join(land.tuy_phong)
    assert not framed_communes(TODAY).filter(pk=new.pk).exists(), "one of the two has none"
    assert not framed_communes(date(2026, 6, 30)).filter(pk=new.pk).exists(), "not yet there"
    [own] = framed(household(new))
    assert not framed_communes(TODAY).filter(pk=new.pk).exists(), "signed before they were joined"
    Frame.objects.filter(pk=own.pk).update(signed_at=own.signed_at + timedelta(days=200))
    assert framed_communes(TODAY).filter(pk=new.pk).exists()
