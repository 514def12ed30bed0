"""Samples: drawn reproducibly, given to another team, recorded by another person, with an honest interval."""

from __future__ import annotations

import io
import uuid
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core.audit.models import AuditEntry
from core.kit.clock import VIETNAM
from core.kit.wilson import wilson
from core.people.queries import NOBODY, SYSTEM
from core.places.models import Hamlet
from onboarding.checks.actions.sampling import RevisitRefused, SampleRefused, draw_sample, record_revisit
from onboarding.checks.actions.verifying import verify_household
from onboarding.checks.drawing import draw, sample_size
from onboarding.checks.interval import interval_words
from onboarding.checks.models import Revisit, RevisitSample, SampleFrame
from onboarding.checks.queries import redraw
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from tests.people import People

OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel("2026-11-10T03:00:00Z", tick=False):
        yield


def registered(
    people: People, count: int, *, by: str = "hanh", hamlet: Hamlet | None = None, day: str = "2026-10-15"
) -> list[Household]:
    with time_machine.travel(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=VIETNAM), tick=False):
        return [
            register_household(
                record_id=uuid.uuid5(uuid.NAMESPACE_URL, f"{day}-{by}-{number}"),
                facts=HouseholdFacts(f"Hộ Số {number}", hamlet or people.hamlet, phone_owner="none"),
                by=people.viewer(by),
            )
            for number in range(count)
        ]  # fmt: skip


def team(people: People, name: str, *members: str, hamlet: Hamlet | None = None) -> Team:
    since = date(2026, 1, 1)
    made = Team.objects.create(commune=people.commune, name=name, decision_number="1/QĐ", decision_on=since, valid_from=since,
                               recorded_at=datetime(2026, 1, 1, tzinfo=VIETNAM))  # fmt: skip
    for member in members:
        TeamMember.objects.create(team=made, user=people.users[member], valid_from=since)
    if hamlet:
        TeamHamlet.objects.create(team=made, hamlet=hamlet, valid_from=since)
    return made


def october(people: People, per_mille: int = 50) -> RevisitSample:
    start, end = OCTOBER
    return draw_sample(
        commune=people.commune, period_from=start, period_to=end, per_mille=per_mille, by=people.viewer("chi")
    )


# Newcombe (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_against_known_values(successes: int, total: int, low: float, high: float) -> None:
    found = wilson(successes, total)
    assert found is not None and (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_an_interval_in_words() -> None:
    assert (wilson(0, 0), interval_words(0, 0)) == (None, "")
    assert interval_words(18, 20) == "từ 69,9\u00a0% đến 97,2\u00a0%"


def test_the_draw_is_what_its_description_says() -> None:
    frame = [uuid.UUID(int=number) for number in range(1, 101)]
    drawn = draw(reversed(frame), seed="a1", per_mille=30)
    assert [each.int for each in drawn] == [each.int for each in draw(frame, seed="a1", per_mille=30)] and len(
        drawn
    ) == 3
    assert set(drawn) != set(draw(frame, seed="a2", per_mille=30))
    assert [sample_size(size, 50) for size in (0, 1, 20, 21, 40)] == [0, 1, 1, 2, 2]


def test_a_month_is_drawn_once_from_exactly_its_households(people: People) -> None:
    inside = registered(people, 40)
    registered(people, 5, day="2026-09-30")
    registered(people, 5, day="2026-11-01")
    end_household(household=inside[0], reason="mistake", by=people.viewer("chi"))  # on the day of the draw: still in
    sample = october(people)
    assert (sample.frame_size, sample.revisits.count(), len(sample.seed), len(sample.frame_hash)) == (40, 2, 32, 64)
    assert set(sample.revisits.values_list("household", flat=True)) <= {each.pk for each in inside}
    assert AuditEntry.objects.filter(action="sample.drawn", object_label=f"sample:{sample.pk}").count() == 1
    with pytest.raises(SampleRefused, match="đã rút mẫu rồi"):
        october(people)
    assert (RevisitSample.objects.count(), Revisit.objects.count()) == (1, 2)


def test_what_cannot_be_drawn(people: People) -> None:
    with pytest.raises(SampleRefused, match="Không có hộ nào"):
        october(people)
    with pytest.raises(SampleRefused, match="chưa hết"):
        draw_sample(commune=people.commune, period_from=date(2026, 11, 1), period_to=date(2026, 12, 1), per_mille=50,
                    by=people.viewer("chi"))  # fmt: skip
    registered(people, 3)
    for viewer in (people.viewer("hanh"), people.viewer("dung"), NOBODY, SYSTEM):
        with pytest.raises(PermissionError):
            draw_sample(commune=people.commune, period_from=OCTOBER[0], period_to=OCTOBER[1], per_mille=50, by=viewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        october(people, per_mille=60)
    assert not RevisitSample.objects.exists()


def test_redrawing_gives_the_same_households_whatever_became_of_them(people: People) -> None:
    inside = registered(people, 60)
    sample = october(people)
    drawn = list(Household.objects.filter(revisits__sample=sample))
    with time_machine.travel("2026-11-20T03:00:00Z", tick=False):
        end_household(household=drawn[0], reason="moved", by=people.viewer("chi"))
        again = redraw(sample)
        assert (again.is_same_frame, again.is_same_sample, again.frame_size) == (True, True, 60)
        assert set(again.drawn) == {each.record_id for each in drawn}
        out = io.StringIO()
        call_command("redraw_sample", sample.pk, stdout=out)
        assert out.getvalue().rstrip().endswith("the same households") and sample.seed in out.getvalue()
    assert sample.revisits.filter(household=drawn[0]).exists(), "who has ended since stays in the sample"
    gone = next(each for each in inside if each not in drawn)
    Household.objects.filter(pk=gone.pk).delete()
    again = redraw(sample)
    assert (again.is_same_frame, again.is_same_sample, again.frame_size) == (True, True, 60), "the frame was kept"
    sample.revisits.all()[0].delete()
    with pytest.raises(CommandError, match="NOT the same households: the kept sample"):
        call_command("redraw_sample", sample.pk, stdout=io.StringIO())
    kept = SampleFrame.objects.get(sample=sample)
    SampleFrame.objects.filter(pk=kept.pk).update(record_ids=bytes(kept.record_ids)[16:])
    with pytest.raises(CommandError, match="NOT the same households: the kept frame"):
        call_command("redraw_sample", sample.pk, stdout=io.StringIO())


def test_never_to_the_team_of_the_registrar_or_of_the_hamlet(people: People) -> None:
    team(people, "Tổ của Hạnh", "hanh")
    team(people, "Tổ của thôn", hamlet=people.hamlet)
    first, second = team(people, "Tổ A"), team(people, "Tổ B", "dung")
    registered(people, 80)
    sample = october(people)
    given = sorted(sample.revisits.values_list("team__name", flat=True))
    assert given == ["Tổ A", "Tổ A", "Tổ B", "Tổ B"], (first, second)
    assert set(sample.revisits.values_list("registrar", flat=True)) == {people.users["hanh"].pk}


def test_to_nobody_when_there_is_no_other_team(people: People) -> None:
    team(people, "Tổ của Hạnh", "hanh", hamlet=people.hamlet)
    registered(people, 3)
    assert list(october(people).revisits.values_list("team", flat=True)) == [None]


def test_not_by_the_registrar_not_by_the_registrars_team(people: People) -> None:
    team(people, "Tổ của Hạnh", "hanh", "binh")
    other = team(people, "Tổ khác", "dung")
    registered(people, 1)
    revisit = october(people).revisits.get()
    assert revisit.team == other
    TeamMember.objects.create(team=other, user=people.users["binh"], valid_from=date(2026, 1, 1))
    reasons = {}
    for name in ("hanh", "binh", "an", "buu"):
        with pytest.raises(RevisitRefused) as refused:
            record_revisit(revisit=revisit, result="confirmed", note="", by=people.viewer(name))
        reasons[name] = str(refused.value)
    assert reasons == {
        "hanh": "Hộ này không giao cho tổ của bạn.",
        "binh": "Tổ của bạn đã ghi hộ này. Người của tổ khác phải kiểm tra lại.",
        "an": "Hộ này không giao cho tổ của bạn.",
        "buu": "Hộ này không giao cho tổ của bạn.",
    }
    revisit.refresh_from_db()
    assert (revisit.result, revisit.visited_by_id) == ("", None)
    record_revisit(revisit=revisit, result="different", note="Nuôi heo", by=people.viewer("dung"))
    record_revisit(revisit=revisit, result="confirmed", note="", by=people.viewer("chi"))
    revisit.refresh_from_db()
    assert (revisit.result, revisit.note, revisit.visited_by_id) == ("confirmed", "", people.users["chi"].pk)
    assert AuditEntry.objects.filter(action="revisit.recorded").count() == 2


def test_an_officer_who_registered_does_not_look_again_and_the_database_agrees(people: People) -> None:
    registered(people, 1, by="chi")
    revisit = october(people).revisits.get()
    with pytest.raises(RevisitRefused, match="Bạn là người ghi hộ này"):
        record_revisit(revisit=revisit, result="confirmed", note="", by=people.viewer("chi"))
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="revisit_by_another"), transaction.atomic():
        cursor.execute(
            "UPDATE onboarding_revisit SET visited_by_id = %s, result = 'confirmed', visited_at = %s WHERE id = %s",
            [people.users["chi"].pk, datetime(2026, 11, 10, tzinfo=VIETNAM), revisit.pk],
        )


def test_the_pages(people: People) -> None:
    other = team(people, "Tổ khác", "phuong")
    registered(people, 40)
    chi = Client()
    chi.force_login(people.users["chi"])
    assert "Chưa có mẫu nào" in chi.get("/xa/kiem-tra-lai/").content.decode()
    answer = chi.post("/xa/kiem-tra-lai/", {"commune": people.commune.code, "month": "2026-10", "per_mille": "50"})
    sample = RevisitSample.objects.get()
    assert answer["location"] == f"/xa/kiem-tra-lai/{sample.pk}/"
    page = chi.get(f"/xa/kiem-tra-lai/{sample.pk}/").content.decode()
    assert sample.seed in page and sample.frame_hash in page and other.name in page
    revisit = sample.revisits.order_by("pk")[0]
    assert (
        "Hãy ghi chỗ nào khác"
        in chi.post(f"/xa/kiem-tra-lai/luot/{revisit.pk}/", {"result": "different"}).content.decode()
    )
    chi.post(f"/xa/kiem-tra-lai/luot/{revisit.pk}/", {"result": "confirmed"})
    page = chi.get("/xa/kiem-tra-lai/").content.decode()
    assert "1/1 (100,0\u00a0%)" in page and "từ 20,7\u00a0% đến 100,0\u00a0%" in page and "Còn 1 hộ chưa đến" in page
    paper = chi.get(f"/xa/kiem-tra-lai/{sample.pk}/?in").content.decode()
    assert paper.count("☐") == 3, "only who is still to be visited"
    hanh = Client()
    hanh.force_login(people.users["hanh"])
    assert hanh.get(f"/xa/kiem-tra-lai/{sample.pk}/").status_code == 404, (
        "the registrars do not learn who is looked at again"
    )
    assert (
        hanh.post(
            "/xa/kiem-tra-lai/", {"commune": people.commune.code, "month": "2026-09", "per_mille": "50"}
        ).status_code
        == 404
    )


def test_nobody_who_ever_wrote_the_household_looks_a_second_time(people: People) -> None:
    home = registered(people, 1)[0]
    change_household(household=home, changes={"head_name": "Lê Hai"}, by=people.viewer("chi"))
    verify_household(household=home, how="visit", by=people.viewer("phuong"), seen_version=2)
    change_household(household=home, changes={"head_name": "Lê Hải"}, by=people.viewer("dung"))
    revisit = october(people).revisits.get()
    with pytest.raises(RevisitRefused, match="Bạn đã ghi hoặc sửa thông tin của hộ này"):
        record_revisit(revisit=revisit, result="confirmed", note="", by=people.viewer("chi"))
    revisit.refresh_from_db()
    assert (revisit.result, revisit.visited_by) == ("", None)
    record_revisit(revisit=revisit, result="confirmed", note="", by=people.viewer("phuong"))
