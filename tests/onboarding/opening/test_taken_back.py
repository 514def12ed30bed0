"""A sheet gives nobody's phone whom nobody may ask for any more; what is out already is to be called back."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import load_workbook

from core.desk.registry import todos_for
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.actions import claim_account
from onboarding.consent.models import Consent
from onboarding.households.actions import change_household, end_household
from onboarding.households.models import Household
from onboarding.opening.actions.answers import AnswerRefused, Opened, record_opened
from onboarding.opening.actions.batches import BatchRefused, make_batch, note_told, take_sheet
from onboarding.opening.models import OpeningBatch, OpeningLine
from tests.onboarding.opening.conftest import home, seller, sent_batch, voso
from tests.people import People


def printed(content: bytes) -> list[str]:
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [str(row[2]) for row in rows[3:]]


def why(household: Household) -> tuple[str, str]:
    line = OpeningLine.objects.get(household=household)
    return line.state, line.reason


def prepared(people: People) -> OpeningBatch:
    return make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))


def stops(people: People) -> list[str]:
    return [todo.sentence for todo in todos_for(people.viewer("chi")) if todo.sentence.startswith("Báo VoSo dừng")]


def shared_with(house: Household) -> None:
    home(house.hamlet, "Người khác", phone=house.phone, agreed=False)


def moved(house: Household) -> None:
    elsewhere = type(house.commune).objects.filter(level="commune", valid_to=None).exclude(pk=house.commune_id)[0]
    change_household(
        household=house, changes={"hamlet": Hamlet.objects.create(commune=elsewhere, name="Xa")}, by=SYSTEM
    )


CHANGES: list[tuple[Callable[[Household], object], str]] = [
    (
        lambda h: change_household(household=h, changes={"phone": "+84909999999", "phone_owner": "relative"}, by=SYSTEM),
        "Số điện thoại không còn là số riêng của chủ hộ.",
    ),
    (lambda h: end_household(household=h, reason="dissolved", by=SYSTEM), "Hộ không còn trong sổ của xã."),
    (moved, "Hộ đã chuyển sang xã khác."),
    (shared_with, "Số điện thoại đang ghi cho nhiều hộ."),
    (
        lambda h: claim_account(platform=voso(), producer=seller(h), by=SYSTEM),
        "Hộ đã có gian hàng trên sàn này.",
    ),
    (  # past every event
        lambda h: Consent.objects.create(
            producer=seller(h), purpose="platform", given=False, at=seller(h).consents.latest("at").at,
            notice=seller(h).consents.latest("at").notice, means="spoken",
        ),
        "Hộ rút đồng ý gửi thông tin cho sàn.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_sheet_leaves_out_who_may_be_asked_for_no_more(
    people: People, change: Callable[[Household], object], reason: str
) -> None:
    goes, stays = home(people.hamlet, "Đi"), home(people.hamlet, "Ở")
    batch = prepared(people)
    change(goes)
    assert printed(take_sheet(batch=batch, by=people.viewer("chi"))) == ["Ở"]
    assert why(goes) == ("withdrawn", reason)
    assert why(stays) == ("waiting", "")
    assert stops(people) == [], "nothing has left the house"


def test_when_nobody_is_left_no_sheet_is_given_and_the_lines_stay_off(people: People) -> None:
    house = home(people.hamlet, "Một")
    batch = prepared(people)
    shared_with(house)
    with pytest.raises(BatchRefused, match="không còn hộ nào"):
        take_sheet(batch=batch, by=people.viewer("chi"))
    assert why(house)[0] == "withdrawn"
    batch.refresh_from_db()
    assert (batch.state, batch.sheet_sha256) == ("closed", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"phone": "+84909999999"}, "Hộ đã đổi số điện thoại sau khi bảng ra khỏi xã."),
        ({"phone_owner": "relative"}, "Số điện thoại không còn là số riêng của chủ hộ."),
        (None, "Hộ không còn trong sổ của xã."),
    ],
)
def test_a_sheet_that_is_out_is_called_back(people: People, changes: dict[str, str] | None, reason: str) -> None:
    house, _ = home(people.hamlet, "Đi"), home(people.hamlet, "Ở")
    batch = sent_batch(people)
    if changes is None:
        end_household(household=house, reason="dissolved", by=SYSTEM)
    else:
        change_household(household=house, changes=changes, by=SYSTEM)
    assert why(house) == ("withdrawn", reason)
    assert stops(people) == [f"Báo VoSo dừng cho hộ Đi (lô {batch.pk}, số 1). {reason}"]
    line = batch.lines.get(household=house)
    with pytest.raises(AnswerRefused, match="rút khỏi lô"):
        record_opened(line=line, answer=Opened("VS1"), sha256="a" * 64, by=people.viewer("chi"))
    note_told(line=line, by=people.viewer("chi"))
    assert stops(people) == []


def test_another_own_phone_before_the_sheet_left_and_other_facts_change_nothing(people: People) -> None:
    house = home(people.hamlet, "Một")
    batch = prepared(people)
    change_household(household=house, changes={"phone": "+84909999999"}, by=SYSTEM)
    take_sheet(batch=batch, by=people.viewer("chi"))
    change_household(household=Household.objects.get(pk=house.pk), changes={"head_name": "Mới"}, by=SYSTEM)
    assert why(house) == ("waiting", "")
    assert OpeningLine.objects.get().phone == "+84909999999"


@pytest.mark.parametrize("size", [1, 25])
def test_looking_again_costs_the_same_for_many(people: People, size: int) -> None:
    for number in range(size):
        home(people.hamlet, f"Hộ {number}")
    batch = prepared(people)
    with CaptureQueriesContext(connection) as captured:
        take_sheet(batch=batch, by=people.viewer("chi"))
    reads = [query["sql"] for query in captured if query["sql"].startswith("SELECT") and "audit" not in query["sql"]]
    assert len(reads) == 8, reads
