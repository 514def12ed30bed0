"""The pages of grants: Chi appoints, ends and looks through; Phương sees the province; Dũng sees nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.desk.grants.actions import hand_out_slip
from core.desk.grants.queries import grant_todos
from core.kit import clock
from core.people.actions import CodeRefused, enter_with_code, give_grant
from core.people.grants.actions import NotAllowed, end_grant
from core.people.models import EntryCode, Grant, Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Unit
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


def state() -> list[Any]:
    return [
        list(Grant.objects.order_by("pk").values_list()),
        list(User.objects.order_by("pk").values_list("pk", "username", "password", "is_active")),
        list(EntryCode.objects.order_by("pk").values_list()),
        AuditEntry.objects.count(),
    ]


def day(days: int) -> str:
    return f"{clock.today() + timedelta(days=days):%Y-%m-%d}"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def address(people: People, role: str = "team_lead") -> str:
    return f"/ban-viec/quyen/moi/?role={role}&unit={people.commune.code}"


TAM = {"login": "0912 345 678", "full_name": "Võ Minh Tâm"}


def filled(people: People, **more: Any) -> dict[str, Any]:
    return {**TAM, "valid_from": day(0), "last_day": day(364), **more}


def test_chi_appoints_somebody_new_and_prints_the_slip(people: People) -> None:
    chi = signed_in(people, "chi")
    facts = filled(people, hamlet=people.hamlet.pk)
    answer = chi.post(address(people, "team_member"), facts, follow=True)
    page = text(answer)
    assert answer.redirect_chain == [("/ban-viec/quyen/phieu/", 302)]
    tam = User.objects.get(full_name="Võ Minh Tâm")
    [grant] = tam.grants.all()
    assert (grant.role, grant.unit, grant.hamlet, grant.given_by) == (
        "team_member", people.commune, people.hamlet, people.users["chi"],
    )  # fmt: skip
    assert grant.valid_to == clock.today() + timedelta(days=365)  # the last day counts in full
    found = re.search(r'id="entry-code">([A-Z0-9-]+)<', page)
    assert found and enter_with_code(username="0912345678", code=found.group(1), new_password="ca-phe-sua-da") == tam
    assert found.group(1) not in str(chi.session.items())
    assert viewer_for(tam).has_role(Role.TEAM_MEMBER)
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")][-4:] == [
        "person.made", "entry_code.issued", "grant.given", "entry_code.used",
    ]  # fmt: skip


def test_somebody_known_is_given_the_role_without_a_new_way_in(people: People) -> None:
    dung = people.users["dung"]
    dung.full_name = "Hồ Tiến Dũng"
    dung.phone = "+84912345678"
    dung.save()
    before = EntryCode.objects.count()
    page = text(signed_in(people, "chi").post(address(people), filled(people, full_name="ho tien dung"), follow=True))
    assert "Đã cấp quyền" in page and "Tổ trưởng tổ công nghệ số" in page
    assert EntryCode.objects.count() == before


def test_a_wrong_digit_makes_no_stranger_an_officer(people: People) -> None:
    dung = people.users["dung"]
    dung.full_name = "Hồ Tiến Dũng"
    dung.phone = "+84912345678"
    dung.save()
    before = state()
    page = text(signed_in(people, "chi").post(address(people), filled(people)))
    assert "đã có người khác dùng" in page and "Hồ Tiến Dũng" not in page
    assert state() == before


def test_the_form_says_what_to_do(people: People) -> None:
    chi, before = signed_in(people, "chi"), state()
    wrong = [
        ({"login": ""}, "login"),
        ({"full_name": "\u200b"}, "Hãy ghi họ và tên"),
        ({"last_day": day(-1)}, "phải sau ngày bắt đầu"),
        ({"last_day": day(900)}, "hai năm"),
        ({"valid_from": day(-3)}, "trước hôm nay"),
    ]
    for facts, words in wrong:
        assert words in text(chi.post(address(people), filled(people, **facts))), facts
    assert "Cán bộ tỉnh" not in text(chi.get("/ban-viec/quyen/moi/"))  # nothing Chi cannot give
    assert state() == before


def test_a_hand_written_address_gives_nothing_more(people: People) -> None:
    chi, before = signed_in(people, "chi"), state()
    province = people.commune.parent
    assert province is not None
    other = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=province).order_by("pk")[0]
    for asked in (
        f"role=commune&unit={people.commune.code}", f"role=province&unit={province.code}", "role=national&unit=",
        f"role=team_lead&unit={other.code}", "role=xyz&unit=1", "role=team_lead&unit=",
    ):  # fmt: skip
        answer = chi.post(f"/ban-viec/quyen/moi/?{asked}", filled(people))
        assert answer.status_code == 404 or "Trước hết" in text(answer), asked
    assert state() == before


def test_the_commune_is_asked_after_the_province(people: People) -> None:
    province = people.commune.parent
    assert province is not None
    phuong = signed_in(people, "phuong")
    page = text(phuong.get(f"/ban-viec/quyen/moi/?role=commune&unit={province.code}"))
    assert 'name="commune"' in page and "Hãy xem lại" not in page
    page = text(phuong.get(f"/ban-viec/quyen/moi/?role=commune&unit={province.code}&commune="))
    assert "Hãy chọn một xã" in page
    page = text(phuong.get(f"/ban-viec/quyen/moi/?role=commune&unit={province.code}&commune={people.commune.code}"))
    assert 'name="login"' in page
    page = text(phuong.get(f"/ban-viec/quyen/moi/?role=province&unit={province.code}"))
    assert 'name="login"' in page


def test_ending_and_giving_again(people: People) -> None:
    chi = signed_in(people, "chi")
    grant = Grant.objects.get(user=people.users["hanh"])
    end = f"/ban-viec/quyen/{grant.pk}/ket-thuc/"
    before = state()
    assert "Hãy ghi lý do" in text(chi.post(end, {"reason": " \u200b "}))
    assert state() == before
    page = text(chi.post(end, {"reason": "Chuyển nhà"}, follow=True))
    assert "Đã kết thúc" in page and "Chuyển nhà" in page and not people.viewer("hanh").has_role(Role.TEAM_LEAD)
    again = re.search(r'href="([^"]+)">Cấp lại', page)
    assert again
    form = text(chi.get(again.group(1).replace("&amp;", "&")))
    assert 'value="hanh"' in form and 'value="Hanh"' in form
    assert "đã kết thúc rồi" in text(chi.post(end, {"reason": "Lần nữa"}))


def test_hanh_lays_down_her_own(people: People) -> None:
    grant = Grant.objects.get(user=people.users["hanh"])
    hanh = signed_in(people, "hanh")
    assert "Thôi giữ quyền này" in text(hanh.get("/tai-khoan/quyen-cua-toi/"))
    page = text(hanh.post(f"/ban-viec/quyen/{grant.pk}/ket-thuc/", {"reason": "Bận"}, follow=True))
    assert "Bạn đã thôi giữ quyền này" in page and not people.viewer("hanh").has_role(Role.TEAM_LEAD)


def test_renewing_and_reviewing(people: People) -> None:
    chi = signed_in(people, "chi")
    grant = Grant.objects.get(user=people.users["hanh"])
    Grant.objects.filter(pk=grant.pk).update(valid_from=clock.today() - timedelta(days=400))
    assert [todo.sentence for todo in grant_todos(people.viewer("chi"))] == ["1 quyền đã sáu tháng chưa rà soát."]
    assert list(grant_todos(people.viewer("hanh"))) == []
    assert "Hanh" in text(chi.get("/ban-viec/quyen/ra-soat/"))
    page = text(chi.post(f"/ban-viec/quyen/{grant.pk}/da-ra-soat/", follow=True))
    assert "Không có quyền nào cần rà soát" in page
    assert list(grant_todos(people.viewer("chi"))) == []
    assert "hai năm" in text(chi.post(f"/ban-viec/quyen/{grant.pk}/gia-han/", {"last_day": day(900)}))
    chi.post(f"/ban-viec/quyen/{grant.pk}/gia-han/", {"last_day": day(500)})
    grant.refresh_from_db()
    assert grant.valid_to == clock.today() + timedelta(days=501)


def test_the_list_is_narrowed(people: People) -> None:
    phuong = signed_in(people, "phuong")

    def names(asked: str) -> list[str]:
        page = text(phuong.get(f"/ban-viec/quyen/{asked}"))
        return sorted(re.findall(r'nguoi/\d+/">([^<]+)</a></th>', page))

    assert names("") == ["Chi", "Hanh", "Phuong"]
    assert names("?q=phuong") == ["Phuong"]
    assert names("?role=team_lead") == ["Hanh"]
    assert names(f"?unit={people.commune.code}") == ["Chi", "Hanh"]
    end_grant(grant=Grant.objects.get(user=people.users["hanh"]), by=people.viewer("chi"), reason="Nghỉ")
    assert names("") == ["Chi", "Phuong"] and names("?past=1") == ["Chi", "Hanh", "Phuong"]
    assert "Không có quyền nào như vậy" in text(phuong.get("/ban-viec/quyen/?q=khong-co"))
    assert "Chi" not in text(phuong.get("/ban-viec/quyen/?q=khong-co")).split("<main")[1]


def test_dung_sees_no_page(people: People) -> None:
    grant, chi = Grant.objects.get(user=people.users["hanh"]), people.users["chi"]
    before = state()
    for name in ("dung", "an", "buu"):
        client = signed_in(people, name)
        for path in ("", "moi/", "ra-soat/", "phieu/", f"nguoi/{chi.pk}/", f"{grant.pk}/gia-han/"):
            assert client.get(f"/ban-viec/quyen/{path}").status_code == 404, (name, path)
        for path in (
            f"nguoi/{chi.pk}/ma-vao/",
            f"{grant.pk}/ket-thuc/",
            f"{grant.pk}/gia-han/",
            f"{grant.pk}/da-ra-soat/",
        ):
            assert client.post(f"/ban-viec/quyen/{path}", {"reason": "x"}).status_code == 404, (name, path)
        own = text(client.get("/tai-khoan/quyen-cua-toi/"))
        assert ("không giữ quyền cán bộ nào" in own) is (name != "buu")
    assert state() == before


def test_a_slip_is_a_key_so_only_who_gave_everything_hands_it_out(people: People) -> None:
    """Hạnh also works for another commune: Chi's slip would open that, too."""
    hanh = people.users["hanh"]
    assert hand_out_slip(person=hanh, by=people.viewer("chi"))
    other = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent).exclude(
        pk=people.commune.pk
    )[0]
    give_grant(user=hanh, role=Role.TEAM_LEAD, unit=other, given_by=SYSTEM)
    before = state()
    for person, name in (
        (hanh, "chi"),
        (people.users["phuong"], "chi"),
        (people.users["chi"], "chi"),
        (hanh, "hanh"),
        (people.users["dung"], "chi"),
    ):
        with pytest.raises(NotAllowed):
            hand_out_slip(person=person, by=people.viewer(name))
    assert state() == before
    assert hand_out_slip(person=hanh, by=people.viewer("phuong"))
    User.objects.filter(pk=hanh.pk).update(is_superuser=True)
    with pytest.raises(NotAllowed):
        hand_out_slip(person=User.objects.get(pk=hanh.pk), by=people.viewer("phuong"))
    page = text(signed_in(people, "chi").get(f"/ban-viec/quyen/nguoi/{people.users['chi'].pk}/"))
    assert "Làm phiếu vào mới" not in page


def test_one_slip_ends_the_code_before(people: People) -> None:
    first = hand_out_slip(person=people.users["hanh"], by=people.viewer("chi"))
    second = hand_out_slip(person=people.users["hanh"], by=people.viewer("chi"))
    with pytest.raises(CodeRefused):
        enter_with_code(username="hanh", code=first, new_password="ca-phe-sua-da")
    assert enter_with_code(username="hanh", code=second, new_password="ca-phe-sua-da") == people.users["hanh"]


def test_the_password_of_nobody_changes_by_looking(people: People) -> None:
    signed_in(people, "chi").get(f"/ban-viec/quyen/nguoi/{people.users['hanh'].pk}/")
    assert User.objects.get(username="hanh").check_password(PASSWORD)
