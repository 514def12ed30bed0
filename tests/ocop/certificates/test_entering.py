"""A paper takes two people: entered by one, compared by another, and only then in the register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.messages.models import Message
from core.people.models import Role, User
from ocop.certificates.actions import import_products
from ocop.certificates.actions.deciding import confirm_entry, give_entry_back, withdraw_entry
from ocop.certificates.actions.entering import EntryRefused, enter_paper
from ocop.certificates.entries import EntryFacts, problems
from ocop.certificates.frozen import digest, is_intact
from ocop.certificates.models import Certificate, CertificateCopy, CertificateEntry
from ocop.certificates.queries import with_certificate_marks
from ocop.register.actions import fill_former_provinces
from ocop.register.models import OcopProduct
from tests.ocop.conftest import Land, listing, owner, paper, person, product, viewer

TODAY = date(2026, 11, 22)
TEA = EntryFacts(
    name="Trà ướp sen", producer="HTX Trà Sen", stars="4", decision="12/QĐ-UBND", recognised_on="07/05/2026",
    issuer_level="province", issuer_name="UBND tỉnh Lâm Đồng", quality="A", external_code="68-22924-1-2026",
    source_url="https://lamdong.gov.vn/qd12",
)  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def entered(land: Land, by: User, facts: EntryFacts = TEA, **more: Any) -> CertificateEntry:
    return enter_paper(facts=facts, unit=land.phu_thuy, by=viewer(by), **more)


def sentences(refusal: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.sentence) for problem in refusal.value.problems]


def test_what_waits_counts_for_nothing_and_two_people_make_a_certificate(land: Land, chi: User, phuong: User) -> None:
    entry = entered(land, chi)
    assert (OcopProduct.objects.count(), Certificate.objects.count(), entry.state) == (0, 0, "waiting")
    made = confirm_entry(entry=entry, by=viewer(phuong))
    made.refresh_from_db()
    assert (made.stars, made.decision_number, made.recognised_on, made.earliest_end) == (
        4, "12/QĐ-UBND", date(2026, 5, 7), date(2029, 5, 7),
    )  # fmt: skip
    assert (made.entered_by, made.confirmed_by, made.quality, made.issuer_level) == (chi, phuong, "A", "province")
    assert (made.product.name, made.product.unit, made.product.external_code) == (
        "Trà ướp sen",
        land.phu_thuy,
        "68-22924-1-2026",
    )
    assert with_certificate_marks(OcopProduct.objects.all(), TODAY).get().is_certified
    entry.refresh_from_db()
    assert (entry.state, entry.certificate, entry.product, entry.decided_by) == (
        "confirmed",
        made,
        made.product,
        phuong,
    )
    words = AuditEntry.objects.filter(action__startswith="certificate.").order_by("pk")
    assert list(words.values_list("action", "actor_id")) == [
        ("certificate.entered", chi.pk), ("certificate.confirmed", phuong.pk), ("certificate.recorded", phuong.pk),
    ]  # fmt: skip


def test_what_is_entered_belongs_to_the_former_area_of_its_commune(land: Land, chi: User, phuong: User) -> None:
    made = confirm_entry(entry=enter_paper(facts=TEA, unit=land.phu_thuy, by=viewer(chi)), by=viewer(phuong))
    assert made.product.former_province == land.old_binh_thuan
    # Of before that was so: filled by the job, and nothing else is touched.
    OcopProduct.objects.update(former_province=None)
    loose = product("Không rõ nơi", (3, "7/5/2026"))
    assert (fill_former_provinces(), fill_former_provinces()) == (1, 0)
    assert OcopProduct.objects.get(pk=made.product_id).former_province == land.old_binh_thuan
    assert OcopProduct.objects.get(pk=loose.pk).former_province is None


def test_the_copy_is_frozen_with_a_hash_that_anybody_can_compute_again(land: Land, chi: User, phuong: User) -> None:
    made = confirm_entry(entry=entered(land, chi), by=viewer(phuong))
    copy = CertificateCopy.objects.get()
    assert copy.facts == {
        "product": "Trà ướp sen", "producer": "HTX Trà Sen", "place": "Phường Phú Thủy, tỉnh Lâm Đồng", "stars": "4",
        "decision_number": "12/QĐ-UBND", "issuer": "UBND tỉnh Lâm Đồng", "recognised_on": "07/05/2026",
        "holds_until": "07/05/2029", "external_code": "68-22924-1-2026", "check_code": made.check_code,
    }  # fmt: skip
    assert copy.sha256 == digest(copy.facts) and is_intact(copy)
    copy.facts["stars"] = "5"
    assert not is_intact(copy)
    OcopProduct.objects.update(name="Trà khác")
    shown = " ".join(Client().get(f"/ocop/{made.check_code}").content.decode().split())
    assert "Trà ướp sen" in shown and "Trà khác" not in shown
    assert copy.sha256 in shown and "UBND tỉnh Lâm Đồng" in shown and f'src="/ocop/{made.check_code}/qr.svg"' in shown
    picture = Client().get(f"/ocop/{made.check_code}/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml" and b'xmlns="http://www.w3.org/2000/svg"' in picture.content
    assert Client().get("/ocop/ABCDEFGHJK/qr.svg").status_code == 404


def test_nobody_confirms_what_they_entered_themselves(land: Land, phuong: User) -> None:
    entry = entered(land, phuong)
    with pytest.raises(PermissionError):
        confirm_entry(entry=entry, by=viewer(phuong))
    with pytest.raises(PermissionError):
        give_entry_back(entry=entry, reason="x", by=viewer(phuong))
    entry.refresh_from_db()
    assert (entry.state, Certificate.objects.count(), OcopProduct.objects.count()) == ("waiting", 0, 0)


@pytest.mark.parametrize("who", ["chi", "dung", "an", "auditor", "elsewhere"])
def test_only_the_province_is_the_second_person(
    land: Land, chi: User, phuong: User, dung: User, an: User, who: str
) -> None:
    others = {
        "chi": chi,
        "dung": dung,
        "an": an,
        "auditor": person("Kiểm", Role.AUDITOR, land.lam_dong),
        "elsewhere": person("Hòa", Role.PROVINCE, land.ho_chi_minh),
    }
    entry = entered(land, phuong)
    with pytest.raises(PermissionError):
        confirm_entry(entry=entry, by=viewer(others[who]))
    client = Client()
    client.force_login(others[who])
    assert client.post(f"/bang/giay/cho/{entry.pk}/xac-nhan/").status_code == 404
    assert CertificateEntry.objects.get().state == "waiting" and not Certificate.objects.exists()


def test_nobody_of_the_maker_is_the_second_person(land: Land, chi: User, phuong: User) -> None:
    sold = listing("Trà ướp sen", land.phu_thuy, maker="Hợp tác xã Trà Sen")
    owner(phuong, sold)
    with pytest.raises(PermissionError):
        confirm_entry(entry=entered(land, chi), by=viewer(phuong))
    assert not Certificate.objects.exists()


def test_an_officer_enters_for_her_commune_only(land: Land, chi: User, an: User) -> None:
    for by, unit in ((chi, land.tuy_phong), (an, land.phu_thuy), (chi, None)):
        with pytest.raises(PermissionError):
            enter_paper(facts=TEA, unit=unit, by=viewer(by))
    assert not CertificateEntry.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "tên sản phẩm"),
        ({"producer": ""}, "producer", "tên chủ thể"),
        ({"decision": ""}, "decision", "số quyết định"),
        ({"recognised_on": "hôm qua"}, "recognised_on", "ngày công nhận"),
        ({"recognised_on": "23/11/2026"}, "recognised_on", "sau hôm nay"),
        ({"stars": "2"}, "stars", "từ 3 đến 5 sao"),
        ({"issuer_level": ""}, "issuer_level", "chọn cấp"),
        ({"stars": "5"}, "issuer_level", "5 sao do Bộ"),
        ({"issuer_level": "district"}, "issuer_level", "4 sao do tỉnh"),
        ({"stars": "3", "issuer_level": "district"}, "issuer_level", "Từ 01/07/2025"),
        ({"stars": "3", "recognised_on": "30/06/2025"}, "issuer_level", "Trước 01/07/2025"),
        ({"source_url": "lamdong.gov.vn"}, "source_url", "http"),
        ({"quality": "Z"}, "quality", "giấy ở đâu"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(changed: dict[str, str], field: str, words: str) -> None:
    [problem] = problems(replace(TEA, **changed), TODAY)
    assert problem.field == field and words in problem.sentence


def test_districts_until_the_day_they_ended_and_years_that_hold_such_a_day() -> None:
    district = replace(TEA, stars="3", issuer_level="district")
    assert problems(replace(district, recognised_on="30/06/2025"), TODAY) == []
    assert [each.field for each in problems(replace(district, recognised_on="01/07/2025"), TODAY)] == ["issuer_level"]
    assert problems(replace(district, recognised_on="2025"), TODAY) == []
    assert problems(replace(TEA, stars="3", recognised_on="2025"), TODAY) == []


def test_everything_is_said_in_one_round_and_nothing_typed_is_lost(land: Land, chi: User) -> None:
    client = Client()
    client.force_login(chi)
    answer = client.post(
        "/bang/giay/moi/",
        {"name": "Trà ướp sen", "unit": land.phu_thuy.code, "stars": "3", "issuer_level": "district", "recognised_on": "01/07/2025",
         "quality": "A", "note": "chép từ bản giấy"},
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Hãy ghi tên chủ thể",
        "Hãy ghi số quyết định",
        "Từ 01/07/2025, 3 sao do tỉnh công nhận",
        "Trà ướp sen",
        "chép từ bản giấy",
    ):
        assert words in text
    assert text.count("không bắt buộc") == 7, "what must be filled in does not say that it may be left out"
    assert '<a href="/bang/giay/cho/" aria-current="page">' in text
    assert not CertificateEntry.objects.exists()


def test_the_same_paper_waits_once_and_is_recorded_once(land: Land, chi: User, phuong: User) -> None:
    entry = entered(land, chi)
    with pytest.raises(EntryRefused, match="đang chờ người thứ hai"):
        entered(land, phuong, replace(TEA, name="TRÀ ƯỚP SEN", producer="Hợp tác xã Trà Sen", decision="12/qđ-ubnd"))
    made = confirm_entry(entry=entry, by=viewer(phuong))
    with pytest.raises(EntryRefused) as refusal:
        entered(land, chi)
    assert sentences(refusal) == [
        ("decision", f"Giấy này đã có trong sổ với mã kiểm tra {made.check_code}. Hãy xem lại số và ngày.")
    ]
    with pytest.raises(EntryRefused, match="vừa được người khác xem xong"):
        confirm_entry(entry=entry, by=viewer(person("Quý", Role.PROVINCE, land.lam_dong)))
    assert (Certificate.objects.count(), CertificateEntry.objects.count()) == (1, 1)


def test_another_paper_of_the_same_maker_and_name_goes_to_the_same_product(land: Land, chi: User, phuong: User) -> None:
    first = confirm_entry(
        entry=entered(land, chi, replace(TEA, recognised_on="07/05/2024", stars="3", issuer_level="district")),
        by=viewer(phuong),
    )
    entry = entered(land, chi, replace(TEA, decision="99/QĐ-UBND", recognised_on="01/10/2026"))
    assert entry.product_id == first.product_id
    second = confirm_entry(entry=entry, by=viewer(phuong))
    first.refresh_from_db()
    assert (second.product_id, first.superseded_on, OcopProduct.objects.count()) == (
        first.product_id,
        date(2026, 10, 1),
        1,
    )
    assert CertificateCopy.objects.count() == 2


def test_a_correction_goes_the_same_way_and_tells_when(land: Land, chi: User, phuong: User) -> None:
    made = confirm_entry(entry=entered(land, chi), by=viewer(phuong))
    right = replace(TEA, stars="3", producer="HTX Trà Sen Phú Thủy")
    entry = enter_paper(facts=right, unit=None, corrects=made, by=viewer(chi))
    made.refresh_from_db()
    assert (made.stars, CertificateCopy.objects.count()) == (4, 1)
    confirm_entry(entry=entry, by=viewer(phuong))
    made.refresh_from_db()
    assert (made.stars, made.product.producer_name, Certificate.objects.count()) == (3, "HTX Trà Sen Phú Thủy", 1)
    copies = CertificateCopy.objects.order_by("number")
    assert [(copy.number, copy.facts["stars"], copy.facts["producer"]) for copy in copies] == [
        (1, "4", "HTX Trà Sen"), (2, "3", "HTX Trà Sen Phú Thủy"),
    ]  # fmt: skip
    assert all(is_intact(copy) for copy in copies)
    shown = " ".join(Client().get(f"/ocop/{made.check_code}").content.decode().split())
    assert "Đã sửa" in shown and "Sửa theo giấy nhập lại" in shown and "HTX Trà Sen Phú Thủy" in shown


def test_a_revoked_paper_is_corrected_no_more(land: Land, chi: User) -> None:
    revoked = paper(product(unit=land.phu_thuy), 4, "2025-01-01")
    Certificate.objects.update(revoked_on=date(2026, 1, 1), revoked_reason="x")
    revoked.refresh_from_db()
    with pytest.raises(EntryRefused, match="đã được thu hồi"):
        enter_paper(facts=TEA, unit=None, corrects=revoked, by=viewer(chi))


def test_given_back_with_a_reason_and_entered_anew_from_what_was_typed(land: Land, chi: User, phuong: User) -> None:
    entry = entered(land, chi)
    with pytest.raises(EntryRefused, match="Hãy ghi lý do"):
        give_entry_back(entry=entry, reason="  ", by=viewer(phuong))
    give_entry_back(entry=entry, reason="Số quyết định là 21", by=viewer(phuong))
    message = Message.objects.get()
    assert (message.user_id, message.kind) == (chi.pk, "certificate.given_back")
    client = Client()
    client.force_login(chi)
    assert "Số quyết định là 21" in client.get(f"/bang/giay/cho/{entry.pk}/").content.decode()
    form = client.get("/bang/giay/moi/", {"tu": entry.pk}).content.decode()
    for typed in ("Trà ướp sen", "HTX Trà Sen", "12/QĐ-UBND", "07/05/2026", "68-22924-1-2026"):
        assert typed in form
    again = client.post(
        f"/bang/giay/moi/?tu={entry.pk}", {**TEA.as_json(), "unit": land.phu_thuy.code, "decision": "21/QĐ-UBND"}
    )
    assert again.status_code == 302
    assert list(CertificateEntry.objects.order_by("pk").values_list("state", "facts__decision")) == [
        ("refused", "12/QĐ-UBND"), ("waiting", "21/QĐ-UBND"),
    ]  # fmt: skip


def test_only_the_enterer_withdraws(land: Land, chi: User, phuong: User) -> None:
    entry = entered(land, chi)
    with pytest.raises(PermissionError):
        withdraw_entry(entry=entry, by=viewer(phuong))
    withdraw_entry(entry=entry, by=viewer(chi))
    with pytest.raises(EntryRefused):
        confirm_entry(entry=entry, by=viewer(phuong))
    assert CertificateEntry.objects.get().state == "withdrawn" and not Certificate.objects.exists()


def test_the_whole_way_by_pages(land: Land, chi: User, phuong: User) -> None:
    hers, theirs = Client(), Client()
    hers.force_login(chi)
    theirs.force_login(phuong)
    answer = hers.post("/bang/giay/moi/", {**TEA.as_json(), "unit": land.phu_thuy.code})
    entry = CertificateEntry.objects.get()
    assert answer["Location"] == f"/bang/giay/cho/{entry.pk}/"
    assert "Đúng như quyết định" not in hers.get(answer["Location"]).content.decode()
    assert "1 giấy OCOP chờ bạn so" in theirs.get("/ban-viec/").content.decode()
    assert "Trà ướp sen" in theirs.get("/bang/giay/cho/").content.decode()
    assert "Đúng như quyết định" in theirs.get(answer["Location"]).content.decode()
    done = theirs.post(f"/bang/giay/cho/{entry.pk}/xac-nhan/")
    made = Certificate.objects.get()
    assert done["Location"] == f"/bang/san-pham/{made.product_id}/"
    assert "Trà ướp sen" in theirs.get("/bang/giay/cho/", {"xem": "xong"}).content.decode()
    assert "Không có giấy nào" in theirs.get("/bang/giay/cho/").content.decode()


def test_a_personal_number_never_comes_into_a_copy(land: Land, chi: User, phuong: User) -> None:
    facts = replace(TEA, producer="Hộ kinh doanh Trần Sáu 079185001234")
    confirm_entry(entry=entered(land, chi, facts), by=viewer(phuong))
    assert CertificateCopy.objects.get().facts["producer"] == "Hộ kinh doanh Trần Sáu … …234"


def test_the_operators_command_freezes_copies_too(land: Land) -> None:
    rows = "name,producer,stars,recognition_decision,recognised_on,province_old\nTrà,HTX Trà,{},1/QĐ,{},Bình Thuận\n"
    import_products(content=rows.format("", "2025").encode(), by=viewer(person("Vận hành", operator=True)))
    made = Certificate.objects.get()
    assert [copy.facts["recognised_on"] for copy in CertificateCopy.objects.all()] == ["2025"]
    for _ in range(2):
        import_products(content=rows.format("4", "07/05/2025").encode(), by=viewer(person("Vận hành", operator=True)))
    copies = CertificateCopy.objects.order_by("number")
    assert [(copy.number, copy.facts["recognised_on"], copy.facts["stars"]) for copy in copies] == [
        (1, "2025", ""),
        (2, "07/05/2025", "4"),
    ]
    assert CertificateCopy.objects.filter(certificate=made).count() == 2


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("path", "budget"), [("/bang/giay/cho/", 6), ("/bang/giay/cho/?xem=xong", 6)])
def test_query_budget_of_the_papers_that_wait(
    land: Land, chi: User, phuong: User, path: str, budget: int, size: int
) -> None:
    for number in range(size):
        entry = entered(land, chi, replace(TEA, name=f"Trà {number}", decision=f"{number + 1}/QĐ-UBND"))
        if "xong" in path:
            confirm_entry(entry=entry, by=viewer(phuong))
    client = Client()
    client.force_login(phuong)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.content.decode().count("Trà ") >= size
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
