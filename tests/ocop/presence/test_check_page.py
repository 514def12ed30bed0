"""The public check of a certificate: /ocop/<code>."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from core.people.models import User
from market.listings.models import Listing
from ocop.certificates.models import Certificate
from tests.ocop.conftest import Land, linked, listing, paper, person, product


def check(certificate: Certificate, on: str = "2026-11-22") -> str:
    with time_machine.travel(f"{on}T05:00:00+00:00", tick=False):
        answer = Client().get(f"/ocop/{certificate.check_code}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("written", "on", "sentences"),
    [
        ("2024-05-07", "2026-11-22", ["Còn hạn.", "đang có giá trị", "07/05/2027"]),
        ("2024-05-07", "2027-05-07", ["Còn hạn."]),
        ("2024-05-07", "2027-05-08", ["Hết hạn.", "đã hết hạn sau ngày 07/05/2027"]),
        ("2024", "2026-11-22", ["Còn hạn.", "chắc chắn đến 01/01/2027, chỉ biết năm 2024"]),
        ("2024", "2027-02-01", ["Chưa rõ hạn.", "Sổ đăng ký chỉ biết năm 2024, nên chưa rõ"]),
        ("2024", "2028-02-01", ["Hết hạn.", "muộn nhất là ngày 31/12/2027"]),
        ("8.2024", "2026-11-22", ["Còn hạn.", "chỉ biết tháng 8/2024"]),
        ("", "2026-11-22", ["Chưa rõ hạn.", "Sổ đăng ký chưa ghi ngày công nhận."]),
        ("2027-01-01", "2026-11-22", ["Chưa bắt đầu.", "chưa đến ngày có giá trị"]),
    ],
)
def test_what_the_page_says_first(land: Land, written: str, on: str, sentences: list[str]) -> None:
    seen = check(paper(product(unit=land.phu_thuy), 4, written, "12/QĐ-UBND"), on)
    for sentence in [*sentences, "Nước mắm nhĩ", "HTX Nước mắm Phú Hài", "12/QĐ-UBND", "4 sao", "Phường Phú Thủy"]:
        assert sentence in seen


def test_revoked_and_without_stars(land: Land) -> None:
    revoked = paper(product(), 4, "2025-01-01")
    revoked.revoked_on, revoked.revoked_reason = date(2026, 3, 1), "Bà Sáu làm hồ sơ giả"
    revoked.save()
    seen = check(revoked)
    assert "Đã thu hồi." in seen
    assert "không còn giá trị từ ngày 01/03/2026" in seen
    assert "Bà Sáu" not in seen
    assert "Sổ đăng ký chưa ghi hạng sao" in check(paper(product(), None, "2025-01-01"))


def test_the_way_to_buy_is_there_only_while_it_is_on_sale(land: Land) -> None:
    made = product(unit=land.phu_thuy)
    certificate = paper(made, 4, "2025-01-01")
    sold = listing("Nước mắm", land.phu_thuy)
    assert f"/san-pham/{sold.slug}" not in check(certificate)
    linked(made, sold)
    assert f'href="/san-pham/{sold.slug}"' in check(certificate)
    Listing.objects.update(state=Listing.State.PAUSED)
    assert f"/san-pham/{sold.slug}" not in check(certificate)


def test_nothing_personal_is_on_it(land: Land) -> None:
    made = product(unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    linker: User = person("Lê Văn Gắn")
    link = linked(made, sold)
    link.linked_by = linker
    link.save()
    sold.shop.producer.phone = "+84912345678"
    sold.shop.producer.save()
    seen = check(paper(made, 4, "2025-01-01"))
    assert "Lê Văn Gắn" not in seen
    assert "912" not in seen.replace(" ", "")


@pytest.mark.parametrize("code", ["ABCDE23456", "0", "x" * 300, "<script>"])
def test_a_wrong_code_is_a_friendly_404(land: Land, code: str) -> None:
    paper(product(), 4, "2025-01-01")
    answer = Client().get(f"/ocop/{code}")
    assert answer.status_code == 404
    seen = answer.content.decode()
    assert "Không có mã chứng nhận này" in seen
    assert f"«{escape(code[:20])}»" in seen


def test_a_code_from_a_label_typed_in_small_letters(land: Land) -> None:
    certificate = paper(product(), 4, "2025-01-01")
    assert Client().get(f"/ocop/{certificate.check_code.lower()}").status_code == 200


def test_few_queries(land: Land) -> None:
    made = product(unit=land.phu_thuy)
    certificate = paper(made, 4, "2025-01-01")
    linked(made, listing("Nước mắm", land.phu_thuy))
    check(certificate)
    with CaptureQueriesContext(connection) as captured:
        check(certificate)
    assert len(captured) == 4  # one counts the visit, one reads the files under way


@pytest.mark.parametrize(
    ("quality", "sentence"),
    [
        ("B2", "Sản phẩm này mới được đề nghị. Hạng sao chưa được cơ quan xác nhận trong sổ này."),
        ("C", "Giấy này do chủ thể tự khai, chưa được cơ quan xác nhận trong sổ này."),
    ],
)
@pytest.mark.parametrize("written", ["2026-01-10", "2020-01-10", ""])
def test_a_paper_that_nobody_vouches_for_says_only_that(land: Land, quality: str, sentence: str, written: str) -> None:
    made = paper(product(unit=land.phu_thuy), 5, written, "9/DX")
    Certificate.objects.filter(pk=made.pk).update(quality=quality)
    seen = check(made)
    assert "Chưa xác nhận." in seen and sentence in seen
    assert "Nước mắm nhĩ" in seen and made.check_code in seen
    for word in (
        "đang có giá trị",
        "5 sao",
        "9/DX",
        "Có giá trị đến",
        "Quyết định công nhận",
        "10/01/2029",
        "status-good",
    ):
        assert word not in seen, word
    Certificate.objects.filter(pk=made.pk).update(revoked_on=date(2026, 3, 1), revoked_reason="giả")
    assert "không còn giá trị từ ngày 01/03/2026" in check(made)
