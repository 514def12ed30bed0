"""The commune's pages: decide side by side, bring a file, lock a device; and today's numbers per device."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditDetail, AuditEntry
from core.people.actions import give_grant
from core.people.limits.actions import Limit
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.actions import claim_account
from onboarding.accounts.models import Platform, PlatformAccount
from onboarding.checks.actions.verifying import VerificationRefused, verify_household
from onboarding.consent.queries import last_answers
from onboarding.households.actions import change_household
from onboarding.households.models import Household
from onboarding.intake import views
from onboarding.intake.actions import receiving
from onboarding.intake.actions.devices import lock_device, note_contact, unlock_device
from onboarding.intake.actions.issues import decide_issue
from onboarding.intake.models import FieldDevice, IntakeIssue
from onboarding.intake.queries.today import intake_today
from onboarding.intake.refusals import NotTaken
from onboarding.producers.models import Producer
from tests.onboarding.intake.sending import FACTS, Device
from tests.onboarding.intake.test_sealed import pieces_of, sealed
from tests.onboarding.matching.households import household
from tests.people import People


@pytest.fixture
def chi(people: People, client: Client) -> Client:
    client.force_login(people.users["chi"])
    return client


def conflict(people: People, device: Device) -> dict[str, Any]:
    create = device.envelope()
    device.send(create)
    household = Household.objects.get(record_id=create["record"])
    change_household(household=household, changes={"birth_year": 1971}, by=people.viewer("phuong"))
    device.send(device.edit(create, {"birth_year": 1970, "phone": "0987654321"}, {"birth_year": None, "phone": "000"}))
    return create


def test_a_conflict_is_shown_and_decided(people: People, device: Device, chi: Client) -> None:
    create = conflict(people, device)
    assert "Hai người ghi khác nhau" in chi.get("/xa/tiep-nhan/").content.decode()
    issue = IntakeIssue.objects.get()
    page = chi.get(f"/xa/tiep-nhan/{issue.pk}/").content.decode()
    assert "1970" in page and "1971" in page and "Lấy bản của máy" in page
    assert "0912345678" not in page and "987654321" not in page and "+84" not in page
    assert chi.post(f"/xa/tiep-nhan/{issue.pk}/", {"decision": "theirs", "note": "Đã hỏi hộ"}).status_code == 302
    household = Household.objects.get(record_id=create["record"])
    assert (household.birth_year, household.phone) == (1970, "+84987654321")
    assert Producer.objects.get(household=household).phone == "+84987654321"
    entry = AuditEntry.objects.get(action="intake.decided")
    assert "Đã hỏi hộ" in json.dumps(json.loads(AuditDetail.objects.get(entry=entry).text), ensure_ascii=False)
    assert list(chi.get("/xa/tiep-nhan/").context["page_obj"].object_list) == []


def test_words_that_were_chosen_stay_their_speakers(people: People, device: Device) -> None:
    """Hanh's edit meets another word, Chi takes Hanh's: neither of them verifies it."""
    home = household(people.hamlet, "Hồ Văn Cũ", phone="+84912345678")
    said = {
        "record": str(home.record_id),
        "op": "edit",
        "facts": {"head_name": "Người Khác"},
        "was": {"head_name": "Sai"},
    }
    device.send(device.envelope(**said, consents={}, means="", notice=0))
    decide_issue(issue=IntakeIssue.objects.get(), decision="theirs", by=people.viewer("chi"))
    home.refresh_from_db()
    assert home.head_name == "Người Khác"
    for name in ("hanh", "chi"):
        with pytest.raises(VerificationRefused):
            verify_household(household=home, how="visit", by=people.viewer(name), seen_version=home.version)
    verify_household(household=home, how="visit", by=people.viewer("phuong"), seen_version=home.version)


def test_two_sendings_side_by_side(people: People, device: Device, chi: Client) -> None:
    create = device.envelope()
    device.send(create)
    with pytest.raises(NotTaken):
        device.send(create | {"facts": FACTS | {"head_name": "Người Khác"}, "selling_name": "Nhà Khác"})
    issue = IntakeIssue.objects.get()
    page = chi.get(f"/xa/tiep-nhan/{issue.pk}/").content.decode()
    assert "Người Khác" in page and "Điểu Thị Hoa" in page and "Tên bán hàng" in page
    chi.post(f"/xa/tiep-nhan/{issue.pk}/", {"decision": "ours"})
    assert Household.objects.get(record_id=create["record"]).head_name == "Điểu Thị Hoa"


def test_the_second_sending_is_taken_whole(people: People, device: Device, chi: Client) -> None:
    create = device.envelope()
    device.send(create)
    facts = FACTS | {"head_name": "Người Khác", "phone": "0987 654 321"}
    other = create | {"facts": facts, "selling_name": "Nhà Khác", "consents": {"publication": False, "platform": True}}
    with pytest.raises(NotTaken):
        device.send(other)
    chi.post(f"/xa/tiep-nhan/{IntakeIssue.objects.get().pk}/", {"decision": "theirs"})
    producer = Producer.objects.get(household__record_id=create["record"])
    assert producer.household and producer.household.head_name == "Người Khác"
    assert (producer.name, producer.phone) == ("Nhà Khác", "+84987654321")
    answers = last_answers(producer)
    # The no of the second sending counts; its yes does not undo the no that was noted since it was said.
    assert (answers["publication"], answers["platform"]) == (False, False)
    trail = AuditEntry.objects.get(action="producer.changed", object_label=f"producer:{producer.pk}")
    assert trail.actor_id == people.users["chi"].pk and "987654321" not in AuditDetail.objects.get(entry=trail).text


def test_a_made_up_decision_is_none(people: People, device: Device, chi: Client) -> None:
    conflict(people, device)
    issue = IntakeIssue.objects.get()
    chi.post(f"/xa/tiep-nhan/{issue.pk}/", {"decision": "delete"})
    issue.refresh_from_db()
    assert issue.decided_at is None


def test_a_file_is_brought(people: People, device: Device, chi: Client) -> None:
    envelope = device.envelope()
    raw = json.dumps(sealed(device, pieces_of(envelope))).encode()
    page = chi.post("/xa/tiep-nhan/tep/", {"file": SimpleUploadedFile("may.lensan", raw)})
    assert page.status_code == 200 and "Bản ghi và ảnh mới: 1." in page.content.decode()
    assert Household.objects.filter(record_id=envelope["record"]).exists()
    wrong = chi.post("/xa/tiep-nhan/tep/", {"file": SimpleUploadedFile("x.lensan", b"PK")})
    assert wrong.status_code == 422 and chi.post("/xa/tiep-nhan/tep/").status_code == 422


def brings(chi: Client, *files: dict[str, Any]) -> str:
    """The result page of the last of these files."""
    found = ""
    for file in files:
        upload = SimpleUploadedFile("may.lensan", json.dumps(file).encode())
        found = chi.post("/xa/tiep-nhan/tep/", {"file": upload}).content.decode()
    return found


def named(name: str) -> dict[str, Any]:
    return FACTS | {"head_name": name, "phone": "", "phone_owner": "none"}


class TestHouseholdsOfAFile:
    @pytest.fixture(autouse=True)
    def leisure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiving, "LEISURE", receiving.Leisure(rest=0))

    def test_people_and_households_are_named(self, people: People, device: Device, chi: Client) -> None:
        known = device.envelope(facts=named("Điểu Đã Có"))
        device.send(known)
        edit = device.edit(known, {"sex": "male"}, {"sex": ""})
        made = device.envelope(facts=named("Điểu Mới"))
        refused = device.envelope(facts=named(""))
        page = brings(chi, sealed(device, pieces_of(edit, made, refused)))
        assert "Người ghi trong tệp: Hanh." in page and "đã vào sổ: 2" in page
        old, new = (Household.objects.get(record_id=each["record"]).pk for each in (known, made))
        rows = re.findall(r'<a href="/xa/ho/(\d+)/">([^<]*)</a>.*?list-row-side num">([^<]*)<', page, re.S)
        assert set(rows) == {(str(new), "Điểu Mới", "ghi mới"), (str(old), "Điểu Đã Có", "có trong sổ từ trước")}

    def test_a_household_outside_ones_desk_is_not_linked(self, people: People, device: Device, chi: Client) -> None:
        """It was moved next door while the officer looked."""
        made = device.envelope(facts=named("Điểu Thị Chuyển"))
        device.send(made)
        next_door = people.commune.parent.children.exclude(pk=people.commune.pk)[0]
        there = Hamlet.objects.create(commune=next_door, name="Thôn bên")
        Household.objects.filter(record_id=made["record"]).update(hamlet=there, commune=next_door)
        edit = device.edit(made, {"sex": "male"}, {"sex": ""})
        page = brings(chi, sealed(device, pieces_of(edit)))
        assert "Bản ghi và ảnh mới: 1." in page and "Điểu Thị Chuyển" not in page and "đã vào sổ: 0" in page

    def test_what_waits_is_said_and_looked_at_again(
        self, people: People, device: Device, chi: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "LEISURE", receiving.Leisure(at_once=0))
        made = device.envelope(facts=named("Điểu Mới"))
        page = brings(chi, sealed(device, pieces_of(made)))
        assert "Còn 1 bản ghi hộ chờ ghi vào sổ." in page and "Điểu Mới" not in page
        receiving.derive_device(device.device_id)
        found = re.search(r'href="(/xa/tiep-nhan/tep/\?[^"]*)"', page)
        assert found is not None
        again = html.unescape(found.group(1))
        assert "Điểu Mới" in chi.get(again).content.decode()
        for wrong in ("?may=x&tu=y", f"?may={device.device_id}&tu=2026-01-01", "?tu=2026-01-01T00:00:00Z"):
            page = chi.get(f"/xa/tiep-nhan/tep/{wrong}")
            assert page.status_code == 200 and "đã vào sổ" not in page.content.decode()
        # What another officer brought is theirs to look at.
        people.users["binh"].grants.all().delete()
        give_grant(user=people.users["binh"], role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
        other = Client()
        other.force_login(people.users["binh"])
        assert "Điểu Mới" not in other.get(again).content.decode()

    def test_many_cost_as_much_as_one(self, people: People, device: Device, chi: Client) -> None:
        file = sealed(device, pieces_of(device.envelope(facts=named("Hộ 0"))))
        found = re.search(r'href="(/xa/tiep-nhan/tep/\?[^"]*)"', brings(chi, file))
        assert found is None  # one page, nothing waits: no need to look again
        began = FieldDevice.objects.get().enrolled_at.isoformat().replace("+", "%2B")
        address = f"/xa/tiep-nhan/tep/?may={device.device_id}&tu={began}"

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert "đã vào sổ" in chi.get(address).content.decode()
            return len(queries)

        first = cost()
        page = brings(chi, sealed(device, pieces_of(*(device.envelope(facts=named(f"Hộ {n}")) for n in range(1, 27)))))
        assert "Xem cả 26 hộ" in page and len(re.findall("/xa/ho/[0-9]", page)) == 25
        assert (first, cost()) == (FILE_PAGE, FILE_PAGE)


FILE_PAGE = 7


def test_a_file_beyond_the_limit_is_not_taken(
    people: People, device: Device, chi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onboarding.intake import uploading

    raw = json.dumps(sealed(device, pieces_of(device.envelope()))).encode()
    monkeypatch.setattr(uploading, "MOST_FILE_BYTES", 1000)
    assert chi.post("/xa/tiep-nhan/tep/", {"file": SimpleUploadedFile("may.lensan", raw)}).status_code == 422
    assert Household.objects.filter(source="field", head_name="Điểu Thị Hoa").count() == 0


def test_the_file_page_asks_for_its_token(people: People, device: Device) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.users["chi"])
    raw = json.dumps(sealed(device, pieces_of(device.envelope()))).encode()
    assert browser.post("/xa/tiep-nhan/tep/", {"file": SimpleUploadedFile("may.lensan", raw)}).status_code == 403


def test_a_lost_device(people: People, device: Device, chi: Client) -> None:
    assert "Hanh" in chi.get("/xa/tiep-nhan/may/").content.decode()
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    shared = Device.enrolled(people, "dung")
    shared.device_id = device.device_id  # the same phone, two people
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/khoa/")
    for one in (device, shared):
        with pytest.raises(NotTaken) as caught:
            one.send(one.envelope())
        assert caught.value.code == "device_locked"
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/mo/")
    assert device.send(device.envelope()).is_new
    words = AuditEntry.objects.filter(action__startswith="device.").order_by("pk").values_list("action", flat=True)
    assert list(words)[-2:] == ["device.locked", "device.unlocked"]


def test_a_shared_phone_stands_there_once(people: People, device: Device, chi: Client) -> None:
    """With everybody who uses it and what it holds of each; locked and opened as one."""
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    shared, other = Device.enrolled(people, "dung"), Device.enrolled(people, "dung")
    FieldDevice.objects.filter(pk=shared.row.pk).update(device_id=device.device_id, unsent=2)
    FieldDevice.objects.filter(pk=device.row.pk).update(unsent=3)
    page = chi.get("/xa/tiep-nhan/may/").content.decode()
    assert page.count("/khoa/") == 2 and page.count("<tr>") == 3  # two phones under a heading
    assert "<li>Dung: 2</li><li>Hanh: 3</li>" in page and "5 bản chưa gửi" in page
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/khoa/")
    page = chi.get("/xa/tiep-nhan/may/").content.decode()
    assert (page.count("/khoa/"), page.count("/mo/"), page.count("Chi khóa")) == (1, 1, 1)
    assert set(FieldDevice.objects.filter(locked_at=None)) == {other.row}


def test_locking_signs_everybody_of_the_device_out(people: People, device: Device, chi: Client) -> None:
    """Also the officer, if they used it; but not here."""
    shared = Device.enrolled(people, "chi")
    FieldDevice.objects.filter(pk=shared.row.pk).update(device_id=device.device_id)
    phone = Client()
    phone.force_login(people.users["hanh"])
    chis_phone = Client()
    chis_phone.force_login(people.users["chi"])
    assert "đăng xuất ở mọi nơi" in chi.get("/xa/tiep-nhan/may/").content.decode()
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/khoa/")
    for browser in (phone, chis_phone):
        assert browser.get("/api/v1/field/session").json()["signed_in"] is False
    assert chi.get("/xa/tiep-nhan/may/").status_code == 200


def test_a_former_commune_neither_locks_nor_opens(people: People, device: Device, chi: Client) -> None:
    """Hạnh works next door now; what she once sent from here shows her phone here still."""
    device.send(device.envelope())
    next_door = people.commune.parent.children.exclude(pk=people.commune.pk)[0]
    Grant.objects.filter(user=people.users["hanh"]).update(valid_from="2026-01-01", valid_to="2026-02-01")
    moved = give_grant(user=people.users["hanh"], role=Role.TEAM_LEAD, unit=next_door, given_by=SYSTEM)
    give_grant(user=people.users["an"], role=Role.COMMUNE, unit=next_door, given_by=SYSTEM)
    page = chi.get("/xa/tiep-nhan/may/").content.decode()
    assert "Hanh" in page and "/khoa/" not in page
    assert chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/khoa/").status_code == 404
    lock_device(device=device.row, by=people.viewer("an"))
    assert "/mo/" not in chi.get("/xa/tiep-nhan/may/").content.decode()
    assert chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/mo/").status_code == 404
    assert device.row.locked_at is not None
    unlock_device(device=device.row, by=people.viewer("an"))
    # Whoever may send nothing anywhere any more can still be locked where they were seen last, and opened by who did.
    Grant.objects.filter(pk=moved.pk).update(valid_from="2026-03-01", valid_to="2026-04-01")
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/khoa/")
    assert device.row.locked_by == people.users["chi"]
    chi.post(f"/xa/tiep-nhan/may/{device.row.pk}/mo/")
    assert device.row.locked_at is None


def test_files_are_counted_on_the_page_too(
    people: People, device: Device, chi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "FILES", Limit("intake.file", 1, 60))
    raw = json.dumps(sealed(device, pieces_of(device.envelope()), signed=False)).encode()
    first, second = (chi.post("/xa/tiep-nhan/tep/", {"file": SimpleUploadedFile("a.lensan", raw)}) for _ in range(2))
    assert first.status_code == 200 and "Phần của Hanh không có chữ ký" in first.content.decode()
    assert second.status_code == 429 and "Bản ghi và ảnh mới" not in second.content.decode()


def test_a_seller_id_of_another_shop_loses_no_household(people: People, device: Device) -> None:
    claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM, seller_id="S1")
    envelope = device.envelope(accounts=[{"platform": "voso", "link": "", "seller_id": "S1"}])
    assert device.send(envelope).receipt["state"] == "applied"
    household = Household.objects.get(record_id=envelope["record"])
    assert PlatformAccount.objects.filter(producer__household=household).count() == 0
    issue = IntakeIssue.objects.get()
    assert issue.kind == "refused" and "S1" in issue.detail and "gian hàng khác" in issue.detail


def test_today_per_device(people: People, device: Device) -> None:
    create = conflict(people, device)
    device.send(device.edit(create, {"sex": "male"}, {"sex": ""}, sequence=9))
    note_contact(device_id=device.device_id, unsent=4, unsent_since=None, by=people.viewer("hanh"))
    for name in ("chi", "phuong", "hanh"):
        (day,) = intake_today(people.viewer(name))
        assert (day.device_id, day.person, day.received, day.applied, day.waiting, day.conflicts, day.unsent) == (
            device.device_id, people.users["hanh"], 3, 2, 1, 1, 4,
        )  # fmt: skip
    assert intake_today(people.viewer("dung")) == [] == intake_today(people.viewer("an"))


def test_today_and_the_lists_cost_the_same_at_one_and_at_twenty_five(
    people: People, device: Device, chi: Client
) -> None:
    def costs() -> list[int]:
        found = []
        for call in (
            lambda: intake_today(people.viewer("chi")),
            lambda: chi.get("/xa/tiep-nhan/"),
            lambda: chi.get("/xa/tiep-nhan/may/"),
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                call()
            found.append(len(queries))
        return found

    def one_more(number: int) -> None:
        user = User.objects.create_user(username=f"to-{number}", full_name=f"Tổ viên {number}")
        people.users[user.username] = user
        give_grant(user=user, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM)
        other = Device.enrolled(people, user.username)
        other.send(other.envelope(
            facts=FACTS | {"phone": "", "phone_owner": "none"}, accounts=[{"platform": "voso", "link": "https://a.b/c"}],
        ))  # fmt: skip

    one_more(0)
    chi.get("/xa/tiep-nhan/")
    first = costs()
    for number in range(1, 25):
        one_more(number)
    assert len(intake_today(people.viewer("chi"))) == 26 and costs() == first
