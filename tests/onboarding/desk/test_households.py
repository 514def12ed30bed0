"""Households at the commune's desk: who sees which, finding, changing with two at once, ending, photos, the sheet."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from core.audit.models import AuditEntry
from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.accounts.actions import claim_account
from onboarding.accounts.models import Platform
from onboarding.checks.actions.verifying import verify_household
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household, HouseholdPhoto
from tests.people import People, jpeg

Browser = Callable[[str], Client]


@pytest.fixture
def browser(people: People) -> Browser:
    def make(name: str) -> Client:
        client = Client()
        client.force_login(people.users[name])
        return client

    return make


def household(people: People, name: str = "Trần Thị Đào", *, by: str = "hanh", **facts: Any) -> Household:
    facts = {"hamlet": people.hamlet, "phone": "+84912345678", "phone_owner": "own",
             "production": (ProductionFacts("trees", "điều", area_m2=15_000),)} | facts  # fmt: skip
    return register_household(record_id=uuid.uuid4(), facts=HouseholdFacts(name, **facts), by=people.viewer(by))


def far_household(people: People) -> Household:
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    return household(people, "Người Xa", hamlet=Hamlet.objects.create(commune=elsewhere, name="Thôn xa"))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_chi_finds_by_name_without_marks_and_by_phone_and_sees_no_number(people: People, browser: Browser) -> None:
    household(people)
    far_household(people)
    chi = browser("chi")
    page = text(chi, "/xa/ho/")
    assert "Trần Thị Đào" in page and "Nguyễn Văn An" in page and "Người Xa" not in page
    assert "091… …678" in page and "0912345678" not in page.replace(" ", "")
    for asked in ("q=tran+dao", "q=0912+345+678", "q=912345678", "thieu=vi&xac_minh=no", f"thon={people.hamlet.pk}"):
        assert "Trần Thị Đào" in text(chi, f"/xa/ho/?{asked}"), asked
    for asked in ("q=dung", "q=0912345679", "nguon=import", "xac_minh=yes", "thoi_tinh=on"):
        assert "Trần Thị Đào" not in text(chi, f"/xa/ho/?{asked}"), asked
    assert "Nguyễn Văn An" not in text(chi, "/xa/ho/?q=0912345678")


def test_filters_of_shops_gaps_and_verification(people: People, browser: Browser) -> None:
    full = household(people, has_e_wallet=True)
    verify_household(household=full, how="visit", by=people.viewer("chi"), seen_version=1)
    claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=people.viewer("an"))
    chi = browser("chi")

    def found(asked: str) -> tuple[bool, bool]:
        page = text(chi, f"/xa/ho/?{asked}")
        return "Trần Thị Đào" in page, "Nguyễn Văn An" in page

    assert found("xac_minh=yes") == (True, False)
    assert found("thieu=vi") == (False, True)
    assert found("thieu=dien-thoai") == (False, True)
    assert found("chua_san=on") == (True, False)
    end_household(household=full, reason="moved", by=people.viewer("chi"))
    assert found("") == (False, True)
    assert found("thoi_tinh=on") == (True, False)


def test_a_lead_of_one_hamlet_sees_only_that(people: People) -> None:
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    lead = User.objects.create_user(username="lan", full_name="Lan")
    give_grant(user=lead, role=Role.TEAM_LEAD, unit=people.commune, hamlet=other, given_by=SYSTEM)
    inside, outside = household(people, "Trong Thôn", hamlet=other), household(people, "Ngoài Thôn")
    client = Client()
    client.force_login(lead)
    page = text(client, "/xa/ho/")
    assert "Trong Thôn" in page and "Ngoài Thôn" not in page
    assert client.get(f"/xa/ho/{inside.pk}/").status_code == 200
    assert [client.get(f"/xa/ho/{outside.pk}/{step}").status_code for step in ("", "sua/")] == [404, 404]


def form_of(row: Household, **said: str) -> dict[str, str]:
    """What the browser posts when nothing but `said` was touched."""
    return {
        "version": str(row.version), "hamlet": str(row.hamlet_id), "head_name": row.head_name, "phone_owner": row.phone_owner,
        "line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "line-0-kind": "trees", "line-0-goods": "điều",
        "line-0-area_m2": "15000",
    } | said  # fmt: skip


def test_chi_changes_facts_and_the_numbers_stay_hidden(people: People, browser: Browser) -> None:
    row = household(people)
    chi = browser("chi")
    page = text(chi, f"/xa/ho/{row.pk}/sua/")
    assert "345678" not in page.replace(" ", "") and "có đuôi 678" in page
    said = form_of(row, has_e_wallet="yes", personal_id="077 170 000 123", bank_bin="970436", bank_account="0123456789",
                   birth_year="1970", tax_code="0100109106")  # fmt: skip
    assert chi.post(f"/xa/ho/{row.pk}/sua/", said).status_code == 302
    row.refresh_from_db()
    assert (row.has_e_wallet, row.has_bank_account, row.birth_year, row.personal_id_end, row.version) == (
        True, None, 1970, "123", 2,
    )  # fmt: skip
    assert (row.phone, row.bank_account, row.tax_code) == ("+84912345678", "0123456789", "0100109106")
    card = text(chi, f"/xa/ho/{row.pk}/")
    assert "… …789" in card and "0123456789" not in card and "077170000123" not in card
    trail = AuditEntry.objects.get(action="household.changed")
    assert "0123456789" not in trail.detail.text and "077170000123" not in trail.detail.text


@pytest.mark.parametrize(
    ("name", "value"),
    [("personal_id", "12345"), ("tax_code", "0100109107"), ("bank_account", "1"), ("bank_bin", "97"), ("phone", "0123"),
     ("birth_year", "2024"), ("head_name", "\u200b"), ("line-0-area_m2", "-1"), ("hamlet", "999999")],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(people: People, browser: Browser, name: str, value: str) -> None:
    row = household(people)
    before = list(Household.objects.values())
    answer = browser("chi").post(f"/xa/ho/{row.pk}/sua/", form_of(row, **{name: value}))
    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert list(Household.objects.values()) == before


def test_a_lead_cannot_write_numbers_and_end_nothing(people: People, browser: Browser) -> None:
    row = household(people)
    hanh = browser("hanh")
    assert "personal_id" not in text(hanh, f"/xa/ho/{row.pk}/sua/")
    hanh.post(f"/xa/ho/{row.pk}/sua/", form_of(row, personal_id="077170000123", head_name="Trần Đào"))
    row.refresh_from_db()
    assert (row.head_name, row.personal_id_hash) == ("Trần Đào", "")
    assert hanh.post(f"/xa/ho/{row.pk}/thoi-tinh/", {"reason": "moved"}).status_code == 404
    assert Household.objects.get(pk=row.pk).ended_on is None


def test_two_change_at_once_and_the_second_chooses(people: People, browser: Browser) -> None:
    """Chi has the form open; Hạnh writes the name and the wallet. Chi changes the name and the birth year."""
    row = household(people)
    chi = browser("chi")
    page = chi.get(f"/xa/ho/{row.pk}/sua/").context
    change_household(household=row, changes={"head_name": "Trần Thị Đào Hạnh", "has_e_wallet": True},
                     by=people.viewer("hanh"))  # fmt: skip
    said = form_of(row, seen=page["seen"], head_name="Trần Thị Đào Chi", birth_year="1971", phone="0987654321")
    answer = chi.post(f"/xa/ho/{row.pk}/sua/", said)
    assert answer.status_code == 409
    assert {each["name"]: (each["now"], each["mine"], each["mine_first"]) for each in answer.context["rows"]} == {
        "head_name": ("Trần Thị Đào Hạnh", "Trần Thị Đào Chi", True),
        "birth_year": ("", "1971", True),
        "has_e_wallet": ("có", "", False),
        "phone": ("số đang có trong sổ", "số bạn vừa gõ", True),
    }
    row.refresh_from_db()
    assert (row.head_name, row.birth_year, row.version) == ("Trần Thị Đào Hạnh", None, 2)
    again = dict(answer.context["kept"]) | {
        "version": "2", "keep_head_name": "now", "keep_birth_year": "mine", "keep_has_e_wallet": "now", "keep_phone": "mine",
    }  # fmt: skip
    assert chi.post(f"/xa/ho/{row.pk}/sua/", again).status_code == 302
    row.refresh_from_db()
    assert (row.head_name, row.birth_year, row.has_e_wallet, row.phone, row.version) == (
        "Trần Thị Đào Hạnh", 1971, True, "+84987654321", 3,
    )  # fmt: skip


def test_adding_by_hand_asks_twice_when_it_looks_known(people: People, browser: Browser) -> None:
    known = household(people, birth_year=1970)
    chi = browser("chi")
    said = form_of(known, birth_year="1970", phone="0912345678", record_id=str(uuid.uuid4()))
    answer = chi.post("/xa/ho/moi/", said)
    assert answer.status_code == 200 and "Có thể hộ này đã được ghi" in answer.content.decode()
    assert f'href="/xa/ho/{known.pk}/"' in answer.content.decode()
    assert Household.objects.filter(source="desk").count() == 0
    first = chi.post("/xa/ho/moi/", said | {"another": "1"})
    second = chi.post("/xa/ho/moi/", said | {"another": "1"})
    made = Household.objects.get(source="desk")
    assert first["location"] == second["location"] == f"/xa/ho/{made.pk}/"
    assert (made.registered_by_id, made.last_written_by_id, made.verified_by_id) == (
        people.users["chi"].pk, people.users["chi"].pk, None,
    )  # fmt: skip
    assert [line.goods for line in made.production_lines.all()] == ["điều"]


def test_ending_and_taking_it_back(people: People, browser: Browser) -> None:
    row = household(people)
    chi = browser("chi")
    chi.post(f"/xa/ho/{row.pk}/thoi-tinh/", {"reason": "merged"})
    assert Household.objects.get(pk=row.pk).ended_on is None, "merging is done elsewhere"
    chi.post(f"/xa/ho/{row.pk}/thoi-tinh/", {"reason": "dissolved"})
    ended = Household.objects.get(pk=row.pk)
    assert (ended.end_reason, ended.version) == ("dissolved", 2) and ended.ended_on is not None
    assert "Tính lại hộ này" in text(chi, f"/xa/ho/{row.pk}/")
    assert chi.get(f"/xa/ho/{row.pk}/sua/").status_code == 404
    chi.post(f"/xa/ho/{row.pk}/tinh-lai/")
    back = Household.objects.get(pk=row.pk)
    assert (back.ended_on, back.end_reason, back.version) == (None, "", 3)
    words = (
        AuditEntry.objects.filter(object_label=f"household:{row.pk}").order_by("pk").values_list("action", flat=True)
    )
    assert list(words) == ["household.registered", "household.ended", "household.reopened"]


def test_photos_only_for_those_who_see_the_household(people: People, browser: Browser) -> None:
    row, far = household(people), far_household(people)
    photo = store_photo(render(jpeg()), by=SYSTEM)
    for each in (row, far):
        HouseholdPhoto.objects.create(household=each, photo=photo, added_at=each.registered_at)
    address = f"/xa/ho/{row.pk}/anh/{photo.pk}/"
    chi = browser("chi")
    answer = chi.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
    assert "private" in answer["Cache-Control"] and "/media/" not in text(chi, f"/xa/ho/{row.pk}/")
    assert chi.get(f"/xa/ho/{far.pk}/anh/{photo.pk}/").status_code == 404
    assert chi.get(f"/xa/ho/{row.pk}/anh/{uuid.uuid4()}/").status_code == 404
    assert browser("dung").get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_sheet_is_safe_masked_and_noted(people: People, browser: Browser) -> None:
    household(people, "=1+1 Trần")
    far_household(people)
    answer = browser("chi").post("/xa/ho/danh-sach.xlsx?q=tran", {})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[1:8] for row in rows[1:]] == [
        ["'=1+1 Trần", str(people.commune), "Thôn 1", "điều, 1,5 ha", "091… …678", "của chủ hộ", "chưa hỏi"]
    ]
    entry = AuditEntry.objects.get(action="household.exported")
    assert (entry.object_label, entry.unit_code, entry.actor_id) == (
        "rows:1", people.commune.code, people.users["chi"].pk,
    )  # fmt: skip
    assert browser("chi").get("/xa/ho/danh-sach.xlsx").status_code == 405


def test_many_are_verified_from_the_worklist(people: People, browser: Browser) -> None:
    rows = [household(people, f"Hộ Số {number}", phone=f"+8491234560{number}") for number in range(3)]
    own = household(people, "Chi Ghi", by="chi", phone="+84912345699")
    chi = browser("chi")
    page = text(chi, "/xa/xac-minh/")
    assert page.index("Hộ Số 0") < page.index("Hộ Số 2") and "Chi Ghi" not in page
    change_household(household=rows[1], changes={"head_name": "Hộ Đổi Tên"}, by=people.viewer("hanh"))
    answer = chi.post("/xa/xac-minh/", {"how": "call", "row": [f"{row.pk}:1" for row in (*rows, own)]})
    shown = answer.content.decode()
    assert "Đã xác minh 2 hộ." in shown and "Hộ Đổi Tên: chưa xác minh. Thông tin đã đổi" in shown
    assert set(Household.objects.filter(verified_how="call").values_list("pk", flat=True)) == {rows[0].pk, rows[2].pk}
    nothing = chi.post("/xa/xac-minh/", {"row": [f"{rows[1].pk}:2"]})
    assert "Bạn đã kiểm tra bằng cách nào" in nothing.content.decode()
    assert Household.objects.filter(verified_by__isnull=False).count() == 2
    for nonsense in ("x", "1", "1:2:3", f"{10**30}:1", "-1:1"):
        assert chi.post("/xa/xac-minh/", {"how": "call", "row": [nonsense]}).status_code == 200


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("path", "budget"), [("/xa/ho/", 11), ("/xa/xac-minh/", 10)])
def test_query_budgets(people: People, browser: Browser, path: str, budget: int, size: int) -> None:
    for number in range(size):
        household(people, f"Hộ Số {number}", phone=f"+849123456{number:02}")
    chi = browser("chi")
    chi.get(path)
    with CaptureQueriesContext(connection) as captured:
        page = text(chi, path)
    assert page.count("Hộ Số") >= size - 1
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
