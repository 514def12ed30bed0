"""Who goes on a list and who not, the sheet that leaves the house, and consent taken back on the way."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import load_workbook

from core.audit.models import AuditDetail, AuditEntry
from core.desk.registry import todos_for
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import Platform
from onboarding.households.models import Household
from onboarding.opening.actions import batches as actions
from onboarding.opening.actions.batches import BatchRefused, end_batch, make_batch, mark_sent, note_told, take_sheet
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.progress import HamletProgress, progress_of
from onboarding.opening.queries.standings import living_households, standings
from onboarding.opening.queries.tasks import with_dead_account, without_account
from tests.onboarding.opening.conftest import agree, home, seller, sent_batch, voso
from tests.people import People


def left_out(people: People) -> dict[str, str]:
    rows = standings(living_households(people.commune), voso(), clock.today())
    return {row.name: row.left_out for row in rows}


def lines() -> list[tuple[int, str, str]]:
    rows = OpeningLine.objects.order_by("batch", "number")
    return [(row.number, row.household.head_name, row.state) for row in rows.select_related("household")]


def test_who_is_asked_for_and_why_others_are_not(people: People) -> None:
    hamlet = people.hamlet
    home(hamlet, "Được")
    home(hamlet, "Chưa hỏi", agreed=None)
    home(hamlet, "Nói không", agreed=False)
    home(hamlet, "Chưa là người bán", producer=False)
    home(hamlet, "Máy của con", owner="relative")
    home(hamlet, "Chung 1", phone="+84988000111")
    home(hamlet, "Chung 2", phone="+84988000111")
    claim_account(platform=voso(), producer=seller(home(hamlet, "Có rồi")), by=SYSTEM)
    claim_account(
        platform=Platform.objects.get(code="postmart"), producer=seller(home(hamlet, "Có sàn khác")), by=SYSTEM
    )
    dead = claim_account(platform=voso(), producer=seller(home(hamlet, "Gian hàng mất")), by=SYSTEM)
    observe(link=claim_link(account=dead, url="https://voso.vn/x-p1.html", by=SYSTEM), result="gone", observer="adapter", by=SYSTEM)  # fmt: skip
    gone = home(hamlet, "Chuyển đi")
    Household.objects.filter(pk=gone.pk).update(ended_on=clock.today())
    assert left_out(people) == {
        "Nguyễn Văn An": "no_phone", "Được": "", "Chưa hỏi": "no_consent", "Nói không": "no_consent",
        "Chưa là người bán": "no_producer", "Máy của con": "no_phone", "Chung 1": "shared_phone",
        "Chung 2": "shared_phone", "Có rồi": "has_account", "Có sàn khác": "", "Gian hàng mất": "",
    }  # fmt: skip
    make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    assert lines() == [(1, "Được", "waiting"), (2, "Có sàn khác", "waiting"), (3, "Gian hàng mất", "waiting")]
    assert left_out(people)["Được"] == "waiting"
    with pytest.raises(BatchRefused, match="Không còn hộ nào"):
        make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    ids = list(Household.objects.filter(head_name__in=["Gian hàng mất", "Được", "Có rồi"]).values_list("pk", flat=True))
    assert set(without_account(ids)) == set(ids) - {Household.objects.get(head_name="Có rồi").pk}
    assert set(with_dead_account(ids)) == {Household.objects.get(head_name="Gian hàng mất").pk}


def test_a_batch_of_one_hamlet_and_the_counts_of_each(people: People) -> None:
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    home(people.hamlet, "A")
    home(other, "B")
    home(other, "C", agreed=False)
    make_batch(platform=voso(), commune=people.commune, hamlet=other, by=people.viewer("chi"))
    assert lines() == [(1, "B", "waiting")]
    hamlets, total = progress_of(people.commune, voso(), clock.today())
    assert hamlets == [
        HamletProgress(people.hamlet, 2, 2, 0, 0, 0, 1),  # An agreed, but has no phone
        HamletProgress(other, 2, 1, 1, 0, 0, 0),
    ]
    assert total == HamletProgress(None, 4, 3, 1, 0, 0, 1)


@pytest.mark.parametrize("name", ["phuong", "hanh", "dung", "buu", "an"])
def test_others_make_no_batch_and_take_no_sheet(people: People, name: str) -> None:
    home(people.hamlet, "A")
    batch = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    before = (AuditEntry.objects.count(), list(OpeningBatch.objects.values()), lines())
    who = people.viewer(name)
    steps: list[Any] = [
        lambda: make_batch(platform=voso(), commune=people.commune, hamlet=None, by=who),
        lambda: take_sheet(batch=batch, by=who),
        lambda: mark_sent(batch=batch, by=who),
        lambda: end_batch(batch=batch, by=who),
        lambda: note_told(line=batch.lines.get(), by=who),
    ]
    for step in steps:
        with pytest.raises(PermissionError):
            step()
    assert (AuditEntry.objects.count(), list(OpeningBatch.objects.values()), lines()) == before


def test_the_sheet_holds_the_minimum_and_the_trail_says_whose(people: People) -> None:
    first = home(people.hamlet, "=HYPERLINK(1)", phone="+84912345678")
    second = home(people.hamlet, "Trần Thị Sáu", phone="+84987654321")
    Household.objects.filter(pk=first.pk).update(personal_id_hash="a" * 64, personal_id_end="123")
    chi = people.viewer("chi")
    batch = make_batch(platform=voso(), commune=people.commune, hamlet=people.hamlet, by=chi)
    with pytest.raises(BatchRefused, match="tải bảng"):
        mark_sent(batch=batch, by=chi)
    content = take_sheet(batch=batch, by=chi)
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    place = f"Thôn 1, {people.commune}, {people.commune.parent}"
    assert rows[2:] == [
        ["Lô", "Số", "Họ tên", "Số điện thoại", "Địa chỉ", "Hàng bán",
         "Kết quả", "Mã người bán", "Liên kết gian hàng", "Lý do chưa mở"],
        [str(batch.pk), "1", "'=HYPERLINK(1)", "0912345678", place, "điều", "", "", "", ""],
        [str(batch.pk), "2", "Trần Thị Sáu", "0987654321", place, "điều", "", "", "", ""],
    ]  # fmt: skip
    given = AuditEntry.objects.filter(action="opening.phone_given")
    assert {entry.object_label for entry in given} == {f"household:{first.pk}", f"household:{second.pk}"}
    assert not any("0912345678" in detail.text for detail in AuditDetail.objects.all())
    batch.refresh_from_db()
    assert batch.sheet_sha256 == hashlib.sha256(content).hexdigest()
    assert take_sheet(batch=batch, by=chi) == content, "the same batch gives the same bytes"
    mark_sent(batch=batch, by=chi)
    Household.objects.filter(pk=second.pk).update(head_name="Trần Thị Bảy")
    assert take_sheet(batch=batch, by=chi) != content
    batch.refresh_from_db()
    assert (batch.state, batch.sheet_sha256) == ("sent", hashlib.sha256(content).hexdigest())
    assert given.all().count() == 6


def test_consent_taken_back_before_the_sheet_left_and_after(people: People) -> None:
    early, late, stays = (home(people.hamlet, name) for name in ("Sớm", "Muộn", "Ở lại"))
    chi = people.viewer("chi")
    batch = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=chi)
    agree(seller(early), False)
    assert [row["state"] for row in OpeningLine.objects.order_by("number").values("state")] == [
        "withdrawn",
        "waiting",
        "waiting",
    ]
    assert not [todo for todo in todos_for(chi) if "rút đồng ý" in todo.sentence], "nothing left the house yet"
    content = take_sheet(batch=batch, by=chi)
    assert b"S" in content and "Sớm" not in str(load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    mark_sent(batch=batch, by=chi)
    agree(seller(late), False)
    agree(seller(stays), True)
    stop = [todo.sentence for todo in todos_for(chi) if "rút đồng ý" in todo.sentence]
    assert stop == [f"Báo VoSo dừng cho hộ Muộn (lô {batch.pk}, số 2). Hộ rút đồng ý gửi thông tin cho sàn."]
    assert not [todo for todo in todos_for(people.viewer("phuong")) if "rút đồng ý" in todo.sentence]
    note_told(line=OpeningLine.objects.get(household=late), by=chi)
    note_told(line=OpeningLine.objects.get(household=late), by=chi)
    assert not [todo for todo in todos_for(chi) if "rút đồng ý" in todo.sentence]
    assert AuditEntry.objects.filter(action="opening.told_to_stop").count() == 1
    assert lines() == [(1, "Sớm", "withdrawn"), (2, "Muộn", "withdrawn"), (3, "Ở lại", "waiting")]
    agree(seller(stays), False)
    batch.refresh_from_db()
    assert batch.state == "closed"


def test_an_ended_batch_sets_its_households_free(people: People) -> None:
    home(people.hamlet, "A")
    first = sent_batch(people)
    end_batch(batch=first, by=people.viewer("chi"))
    end_batch(batch=first, by=people.viewer("chi"))
    assert AuditEntry.objects.filter(action="opening.batch_ended").count() == 1
    with pytest.raises(BatchRefused):
        mark_sent(batch=first, by=people.viewer("chi"))
    sent_batch(people)
    assert lines() == [(1, "A", "withdrawn"), (1, "A", "waiting")]


def test_a_household_waits_in_one_batch_also_in_the_database(people: People) -> None:
    home(people.hamlet, "A")
    batch = sent_batch(people)
    line = batch.lines.get()
    again = OpeningBatch.objects.create(
        platform=voso(), commune=people.commune, made_by=people.users["chi"], made_at=clock.now()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningLine.objects.create(
            batch=again, platform=voso(), number=1, household=line.household, producer=line.producer
        )


def test_a_batch_is_bounded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LINES_AT_MOST", 2)
    for name in "ABC":
        home(people.hamlet, name)
    chi = people.viewer("chi")
    assert make_batch(platform=voso(), commune=people.commune, hamlet=None, by=chi).lines.count() == 2
    assert make_batch(platform=voso(), commune=people.commune, hamlet=None, by=chi).lines.count() == 1


@pytest.mark.parametrize("wrong", ["santhu", "ended", "hamlet"])
def test_a_platform_or_a_hamlet_that_cannot_be(people: People, wrong: str) -> None:
    home(people.hamlet, "A")
    platform, hamlet = voso(), people.hamlet
    if wrong == "santhu":
        platform = Platform.objects.get(code="santhu")
    elif wrong == "ended":
        Platform.objects.update(valid_to=clock.today() - timedelta(days=1))
    else:
        elsewhere = type(people.commune).objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
        hamlet = Hamlet.objects.create(commune=elsewhere, name="Thôn lạ")
    with pytest.raises(BatchRefused, match="chọn lại"):
        make_batch(platform=platform, commune=people.commune, hamlet=hamlet, by=people.viewer("chi"))
    assert not OpeningBatch.objects.exists()


@pytest.mark.parametrize("size", [1, 25])
def test_progress_costs_the_same_for_one_household_as_for_many(people: People, size: int) -> None:
    for number in range(size):
        home(people.hamlet, f"Hộ {number}")
    platform = voso()
    with CaptureQueriesContext(connection) as captured:
        _, total = progress_of(people.commune, platform, clock.today())
    assert (len(captured), total.ready) == (7, size)
