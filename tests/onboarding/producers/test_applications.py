"""Bình asks to sell for his cooperative; Chi, the officer, answers; Dũng sees nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client

from core.audit.models import AuditEntry
from core.messages.models import Message
from core.people.codes.models import PhoneCode
from core.people.models import User
from core.places.forms import CommuneField
from onboarding.producers.applications import actions
from onboarding.producers.applications.actions import (
    ApplicationRefused,
    NoLongerWaiting,
    apply,
    confirm,
    refuse,
    withdraw,
)
from onboarding.producers.applications.queries import application_todos, applications_at_desk
from onboarding.producers.models import Application, Membership, Producer
from tests.onboarding.producers.applying import CODE, PHONES, application_of, facts_of
from tests.people import People

pytestmark = pytest.mark.django_db
MODELS = (Application, Producer, Membership, Message, AuditEntry)


def state() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS]


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def browser(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


def test_confirming_makes_the_producer_and_its_owner(people: People) -> None:
    asked = application_of(people, "binh")
    assert [todo.sentence for todo in application_todos(people.viewer("chi"))] == [
        "1 đơn đăng ký bán hàng chờ xã xác nhận."
    ]
    producer = confirm(application=asked, by=people.viewer("chi"))
    asked.refresh_from_db()
    assert (asked.state, asked.producer, asked.decided_by) == ("confirmed", producer, people.users["chi"])
    known = Producer.objects.values(
        "kind", "name", "tax_code", "phone", "commune_id", "household_id", "registered_by_id"
    )
    assert known.get(pk=producer.pk) == {
        "kind": "cooperative",
        "name": "HTX Bình An",
        "tax_code": CODE,
        "phone": PHONES["binh"],
        "commune_id": people.commune.pk,
        "household_id": None,
        "registered_by_id": people.users["chi"].pk,
    }
    owner = Membership.objects.get(producer=producer)
    assert (owner.user, owner.right, owner.recorded_by, owner.recorded_how) == (
        people.users["binh"], "owner", people.users["chi"], f"Đơn đăng ký {asked.number}, xã xác nhận",
    )  # fmt: skip
    letter = Message.objects.get(user=people.users["binh"])
    assert letter.kind == "application.answered"
    assert list(application_todos(people.viewer("chi"))) == []


def test_what_identifies_people_is_encrypted_and_not_in_the_trail(people: People) -> None:
    application_of(people, "binh", kind="business_household", tax_code="077203000123")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tax_code, phone, address FROM onboarding_application")
        raw = "".join(cursor.fetchone())
    assert "077203000123" not in raw and "912345" not in raw and "Lê Lợi" not in raw
    chi = browser(people, "chi")
    asked = Application.objects.get()
    for address in ("/xa/dang-ky/", f"/xa/dang-ky/{asked.pk}/"):
        html = page(chi.get(address))
        assert "077203000123" not in html and "… …123" in html
    shown = page(chi.post(f"/hien-so/application-tax/{asked.pk}/"))
    assert "077203000123" in shown
    assert AuditEntry.objects.filter(action="field.revealed", object_label=f"application:{asked.pk}").count() == 1
    assert browser(people, "dung").post(f"/hien-so/application-tax/{asked.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["binh", "dung", "an", "hanh", "buu"])
def test_who_is_no_officer_of_the_place_decides_nothing(people: People, name: str) -> None:
    asked = application_of(people, "binh")
    before = state()
    for decide in (
        lambda by: confirm(application=asked, by=by),
        lambda by: refuse(application=asked, reason="x", by=by),
    ):
        with pytest.raises(PermissionError):
            decide(people.viewer(name))
    assert state() == before


def test_an_officer_never_decides_her_own(people: People) -> None:
    asked = application_of(people, "chi")
    before = state()
    for decide in (
        lambda by: confirm(application=asked, by=by),
        lambda by: refuse(application=asked, reason="x", by=by),
    ):
        with pytest.raises(PermissionError):
            decide(people.viewer("chi"))
    assert not applications_at_desk(people.viewer("chi")).exists()
    assert state() == before
    assert confirm(application=asked, by=people.viewer("phuong")).name == "HTX Bình An"


def test_a_refusal_says_why_and_another_may_be_sent(people: People) -> None:
    asked = application_of(people, "binh")
    with pytest.raises(ValueError, match="reason"):
        refuse(application=asked, reason="", by=people.viewer("chi"))
    refuse(application=asked, reason="Chưa thấy giấy đăng ký.", by=people.viewer("chi"))
    assert "Chưa thấy giấy đăng ký." in page(browser(people, "binh").get(f"/dang-ky-ban-hang/don/{asked.number}/"))
    with pytest.raises(NoLongerWaiting):
        confirm(application=asked, by=people.viewer("chi"))
    assert apply(applicant=people.users["binh"], facts=facts_of(people)).state == "waiting"


def test_the_home_of_an_applicant_says_how_it_stands(people: People) -> None:
    hanh = browser(people, "hanh")
    without = "chưa gắn với người bán nào"
    asked = application_of(people, "dung")
    dung, link = browser(people, "dung"), f'href="/dang-ky-ban-hang/don/{asked.number}/"'
    home = page(dung.get("/nguoi-ban/"))
    assert f"Đơn {asked.number} ({asked.name}) đang chờ" in home and link in home and without not in home
    assert asked.number not in page(hanh.get("/nguoi-ban/"))
    refuse(application=asked, reason="Chưa thấy giấy đăng ký.", by=people.viewer("chi"))
    home = page(dung.get("/nguoi-ban/"))
    assert "chưa được nhận. Xã ghi: Chưa thấy giấy đăng ký." in home and link in home
    again = application_of(people, "dung")
    home = page(dung.get("/nguoi-ban/"))
    assert again.number in home and asked.number not in home
    withdraw(application=again, by=people.viewer("dung"))
    home = page(dung.get("/nguoi-ban/"))
    assert again.number not in home and without in home


@pytest.mark.parametrize("written", ["An Phước", "Phường 1, thị xã Quảng Trị", "xã Ninh Phước, huyện Quế Sơn"])
def test_no_commune_of_a_district_that_is_gone_is_offered(people: People, written: str) -> None:
    """«An Phước» stands twice on today's map and oftener on the old one."""
    with pytest.raises(ValidationError) as refusal:
        CommuneField().clean(written)
    assert "Ý bạn là: " in refusal.value.messages[0]
    assert not any(f" {gone} " in refusal.value.messages[0] for gone in ("huyện", "thị xã", "quận"))


def test_only_the_applicant_takes_it_back(people: People) -> None:
    asked = application_of(people, "binh")
    before = state()
    for name in ("dung", "chi", "phuong"):
        with pytest.raises(PermissionError):
            withdraw(application=asked, by=people.viewer(name))
    assert state() == before
    assert withdraw(application=asked, by=people.viewer("binh")).state == "withdrawn"
    with pytest.raises(NoLongerWaiting):
        confirm(application=asked, by=people.viewer("chi"))


def test_a_known_tax_code_says_nothing_about_the_other(people: People) -> None:
    asked = application_of(people, "binh")
    dung = people.users["dung"]
    dung.phone = PHONES["dung"]
    dung.save()
    sentences = []
    for decided in (False, True):
        if decided:
            confirm(application=asked, by=people.viewer("chi"))
        before = state()
        with pytest.raises(ApplicationRefused) as refusal:
            apply(applicant=dung, facts=facts_of(people, name="Khác"))
        sentences.append((refusal.value.field, str(refusal.value)))
        assert state() == before
    assert sentences[0] == sentences[1], "waiting or known long since: one sentence for both"
    assert "Bình" not in sentences[0][1] and asked.number not in sentences[0][1]


@pytest.mark.parametrize(
    ("others", "field"),
    [
        ({"kind": "farm_household"}, "kind"),
        ({"kind": "association"}, "kind"),
        ({"kind": "company", "tax_code": "077203000123"}, "tax_code"),
    ],
)
def test_what_does_not_fit_is_refused(people: People, others: dict[str, object], field: str) -> None:
    people.users["binh"].phone = PHONES["binh"]
    people.users["binh"].save()
    before = state()
    with pytest.raises(ApplicationRefused) as refusal:
        apply(applicant=people.users["binh"], facts=facts_of(people, **others))
    assert refusal.value.field == field and state() == before


def test_without_a_phone_and_with_three_waiting_nothing_is_sent(people: People) -> None:
    with pytest.raises(ApplicationRefused, match="số điện thoại"):
        apply(applicant=people.users["dung"], facts=facts_of(people))
    for code in ("077203000121", "077203000122", "077203000123"):
        application_of(people, "binh", kind="business_household", tax_code=code)
    with pytest.raises(ApplicationRefused, match="ba đơn"):
        application_of(people, "binh")
    assert Application.objects.count() == 3


def asked_for(client: Client) -> tuple[str, str]:
    """The key in the session, and the code (read back from the demo's page)."""
    asked = client.session["joining_code"]
    return asked["key"], asked["shown"]


def test_the_whole_way_on_a_phone(people: People, client: Client, settings: Any) -> None:
    settings.DEMO, settings.SIGN_IN_FLOOR = True, 0
    start = page(client.get("/dang-ky-ban-hang/"))
    assert "Tổ công nghệ số cộng đồng" in start and "<form" in start
    assert "Hãy gõ số di động" in page(client.post("/dang-ky-ban-hang/", {"full_name": "Lan", "phone": "12"}))
    answer = client.post("/dang-ky-ban-hang/", {"full_name": "Trần Thị Lan", "phone": "0912 345 999"})
    assert answer["location"] == "/dang-ky-ban-hang/ma/"
    assert "Còn thử được" in page(client.post("/dang-ky-ban-hang/ma/", {"code": "000000"}))
    assert not User.objects.filter(full_name="Trần Thị Lan").exists()
    _, code = asked_for(client)
    assert Message.objects.filter(kind="sign_in.code").count() == 1
    assert client.post("/dang-ky-ban-hang/ma/", {"code": code})["location"] == "/dang-ky-ban-hang/"
    lan = User.objects.get(full_name="Trần Thị Lan")
    assert lan.phone == "+84912345999" and not lan.has_usable_password()
    facts = {
        "kind": "cooperative", "name": " HTX  Lan ", "tax_code": "0100109105", "commune": f"{people.commune.name}, {people.commune.parent.name}",
        "address": "12 Lê Lợi", "contact": "Lan",
    }  # fmt: skip
    wrong = page(client.post("/dang-ky-ban-hang/", facts))
    assert "sai một chữ số" in wrong and "12 Lê Lợi" in wrong, "nothing typed is lost"
    made = client.post("/dang-ky-ban-hang/", facts | {"tax_code": "0100109106"})
    asked = Application.objects.get()
    assert made["location"] == f"/dang-ky-ban-hang/don/{asked.number}/"
    assert (asked.name, asked.commune_id, asked.applicant, asked.phone) == (
        "HTX Lan",
        people.commune.pk,
        lan,
        lan.phone,
    )
    mine = page(client.get(made["location"]))
    assert "xác nhận" in mine and asked.number in mine
    assert browser(people, "dung").get(made["location"]).status_code == 404

    chi = browser(people, "chi")
    assert "HTX Lan" in page(chi.get("/xa/dang-ky/"))
    assert "Hãy ghi mục này" in page(chi.post(f"/xa/dang-ky/{asked.pk}/chua-nhan/", {"reason": "\u200b"}))
    assert "Đã xác nhận" in page(chi.post(f"/xa/dang-ky/{asked.pk}/xac-nhan/", follow=True))
    assert "vừa được trả lời" in page(chi.post(f"/xa/dang-ky/{asked.pk}/xac-nhan/", follow=True))
    home = page(client.get("/nguoi-ban/"))
    assert "Lập gian hàng của bạn" in home and "HTX Lan" in home


def test_a_known_phone_gets_the_same_page_and_signs_its_person_in(
    people: People, client: Client, settings: Any
) -> None:
    settings.DEMO, settings.SIGN_IN_FLOOR = True, 0
    people.users["dung"].phone = PHONES["dung"]
    people.users["dung"].save()
    before = User.objects.count()
    client.post("/dang-ky-ban-hang/", {"full_name": "Người Khác", "phone": "0912345222"})
    _, code = asked_for(client)
    client.post("/dang-ky-ban-hang/ma/", {"code": code})
    assert User.objects.count() == before and User.objects.filter(full_name="Người Khác").count() == 0
    assert client.session["_auth_user_id"] == str(people.users["dung"].pk)


def test_a_locked_persons_phone_lets_nobody_in(people: People, client: Client, settings: Any) -> None:
    settings.DEMO, settings.SIGN_IN_FLOOR = True, 0
    User.objects.filter(username="dung").update(is_active=False)
    dung = User.objects.get(username="dung")
    dung.phone = PHONES["dung"]
    dung.save()
    client.post("/dang-ky-ban-hang/", {"full_name": "Dũng", "phone": "0912345222"})
    assert PhoneCode.objects.count() == 1 and not Message.objects.filter(kind="sign_in.code").exists()
    _, code = asked_for(client)
    client.post("/dang-ky-ban-hang/ma/", {"code": code})
    assert "_auth_user_id" not in client.session and User.objects.filter(full_name="Dũng").count() == 0


def test_a_log_in_without_a_proved_phone_sends_nothing(people: People) -> None:
    dung = browser(people, "dung")
    assert "chưa có số điện thoại" in page(dung.get("/dang-ky-ban-hang/"))
    people.users["dung"].phone = PHONES["dung"]
    people.users["dung"].save()
    assert "Lần này bạn chưa vào bằng mã" in page(dung.get("/dang-ky-ban-hang/"))
    assert dung.post("/dang-ky-ban-hang/", {"name": "x"}).status_code == 403
    assert Application.objects.count() == 0


def test_a_tax_code_registered_between_look_and_writing_is_a_sentence(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = application_of(people, "binh")

    def too_late(**_facts: Any) -> Producer:
        raise IntegrityError

    monkeypatch.setattr(actions, "register_producer", too_late)
    before = state()
    with pytest.raises(ApplicationRefused, match="vừa có trong sổ"):
        confirm(application=asked, by=people.viewer("chi"))
    assert state() == before
