"""The boards, as people see them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit.sheets import safe_cell
from core.people.models import Grant, Role, User
from market.listings.models import ListingBadge
from ocop.certificates.models import Certificate
from ocop.presence.models import PresenceLink
from tests.ocop.conftest import (
    Land,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    owner,
    paper,
    person,
    platform,
    product,
    put_on,
)

ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, path: str, **query: str) -> str:
    answer = signed_in(user).get(path, query)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_phuong_reads_the_rates_with_targets_and_what_is_beside(land: Land, phuong: User) -> None:
    made = product("Nước mắm", (4, "2025-01-01"), unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    linked(made, sold)
    look(put_on(sold, "voso"), moment(ON))
    product("Mực", (4, "2023"), unit=land.lam_dong)
    framed(household(land.phu_thuy))
    household(land.tuy_phong)
    seen = page(phuong, "/bang/")
    assert "1/1 (100,0 %)" in seen  # on VoSo, and on any
    assert "0/1 (0,0 %)" in seen  # on Postmart, on both; households
    assert "Mục tiêu 100 %. Đã đạt." in seen
    assert "Mục tiêu 80 %. Chưa đạt." in seen
    assert "Ngoài ra 1 sản phẩm chưa rõ, không nằm trong tỷ lệ." in seen
    assert "Ngoài ra 1 hộ ở xã chưa chốt mẫu số, không nằm trong tỷ lệ." in seen
    assert "1 trên 2 xã có hộ đã chốt mẫu số." in seen
    assert 'href="/bang/I2v/"' in seen


def test_missing_is_not_zero(land: Land, phuong: User) -> None:
    seen = page(phuong, "/bang/")
    assert seen.count("Chưa có số liệu") == 14
    assert "0/0" not in seen


def test_the_area_is_chosen_among_ones_own(land: Land, phuong: User, chi: User) -> None:
    Grant.objects.create(user=chi, role=Role.COMMUNE, unit=land.con_dao, valid_from=date(2020, 1, 1))
    seen = page(chi, "/bang/")
    assert '<option value="26732">Đặc khu Côn Đảo</option>' in seen
    assert "Tuy Phong" not in seen
    product("ở Côn Đảo", (4, "2025-01-01"), unit=land.con_dao)
    product("ở Phú Thủy", (4, "2025-01-01"), unit=land.phu_thuy)
    assert "0/2" in page(chi, "/bang/")
    assert "0/1" in page(chi, "/bang/", unit="26732")
    assert "ở Phú Thủy" not in page(chi, "/bang/I2v/", unit="26732")
    assert signed_in(chi).get("/bang/", {"unit": "68"}).status_code == 404
    operator = person("Quản trị", operator=True)
    assert '<option value="79">Thành phố Hồ Chí Minh</option>' in page(operator, "/bang/")
    assert '<option value="22924" selected>Phường Phú Thủy</option>' in page(operator, "/bang/", unit="22924")
    assert "0/2" in page(operator, "/bang/")


def test_an_area_of_ones_own_is_called_by_its_name(land: Land, phuong: User) -> None:
    seen = page(phuong, "/bang/")
    assert "Tỉnh Lâm Đồng, tính đến ngày 22/11/2026" in seen
    assert '<option value="" selected>Tỉnh Lâm Đồng</option>' in seen
    assert '<option value="22924">Phường Phú Thủy</option>' in seen
    assert "Côn Đảo" not in seen
    assert "Phường Phú Thủy, tính đến ngày" in page(phuong, "/bang/", unit="22924")


def test_the_past_is_as_it_was_and_the_future_is_refused(land: Land, phuong: User) -> None:
    product("Nước mắm", (4, "2022-01-01"), unit=land.phu_thuy)
    assert "0/1" in page(phuong, "/bang/", on="2024-06-01")
    assert "Chưa có số liệu" in page(phuong, "/bang/")
    assert "Ngày này chưa đến" in page(phuong, "/bang/", on="2027-01-01")


def test_rows_on_each_side_with_their_evidence(land: Land, phuong: User) -> None:
    made = product("Nước mắm", (4, "2025-01-01"), unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    linked(made, sold)
    look(put_on(sold, "voso"), moment(ON - timedelta(days=1)))
    product("Trà", (3, "2025-01-01"), unit=land.phu_thuy)
    product("Mực", (4, "2023"), unit=land.phu_thuy)
    both, counted, unclear = (page(phuong, "/bang/i2v/", side=side) for side in ("denominator", "numerator", "missing"))
    names = [
        {name for name in ("Nước mắm", "Trà", "Mực") if f">{name}</a>" in seen} for seen in (both, counted, unclear)
    ]
    assert names == [{"Nước mắm", "Trà"}, {"Nước mắm"}, {"Mực"}]
    assert f"Đã thấy trên {platform('voso').name} 09:00, 21/11/2026" in counted
    assert Certificate.objects.get(product=made).check_code in counted
    assert "chỉ biết năm 2023" in unclear
    assert "Phía này không có dòng nào." in page(phuong, "/bang/I2p/", side="numerator")


def test_households_show_their_name_on_screen_only(land: Land, chi: User) -> None:
    framed(household(land.phu_thuy, name="Trần Thị Sáu"))
    assert "Trần Thị Sáu" in page(chi, "/bang/I1/")
    answer = signed_in(chi).get("/bang/I1/dong.csv")
    content = answer.content.decode("utf-8-sig")
    assert "Sáu" not in content
    assert list(csv.reader(io.StringIO(content)))[1][1:4] == ["Khu phố 1, phường Phú Thủy", "mẫu số", ""]


def test_the_file_of_rows_runs_nothing_in_a_spreadsheet(land: Land, phuong: User) -> None:
    made = product('=HYPERLINK("http://x")', (4, "2025-01-01"), maker="+84 HTX", unit=land.phu_thuy)
    answer = signed_in(phuong).get("/bang/I2both/dong.csv", {"unit": "68"})
    assert answer["Content-Disposition"] == 'attachment; filename="I2both-68-2026-11-22.csv"'
    raw = answer.content
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[1][:8] == [
        str(made.pk), "'=HYPERLINK(\"http://x\")", "'+84 HTX", "phường Phú Thủy, tỉnh Lâm Đồng", "mẫu số", "4", "",
        "01/01/2025",
    ]  # fmt: skip
    assert len({len(row) for row in rows}) == 1
    assert [safe_cell(text) for text in ("@a", "-1", "\ta", "a=b", "")] == ["'@a", "'-1", "'\ta", "a=b", ""]


BOARD_PAGES = [
    "/bang/", "/bang/I1/", "/bang/I2v/", "/bang/I2v/dong.csv", "/bang/san-pham/", "/bang/san-pham/{product}/",
    "/bang/san-pham/{product}/gan/{listing}/", "/bang/san-pham/{product}/thu-hoi/{paper}/",
]  # fmt: skip


@pytest.mark.parametrize("path", BOARD_PAGES)
def test_who_may_open_the_boards(land: Land, phuong: User, dung: User, an: User, path: str) -> None:
    made = product("Nước mắm bí mật", (4, "2025-01-01"), unit=land.phu_thuy)
    sold = listing("Nước mắm bí mật", land.phu_thuy)
    url = path.format(product=made.pk, listing=sold.pk, paper=made.certificates.get().pk)
    assert signed_in(phuong).get(url).status_code == 200
    assert Client().get(url).status_code == 302
    for user in (an, person("Tổ", Role.TEAM_LEAD, land.phu_thuy), person("Sàn", Role.PLATFORM_OPERATOR)):
        assert signed_in(user).get(url).status_code == 404
    elsewhere = signed_in(dung).get(url)
    assert elsewhere.status_code == (404 if "{product}" in path else 200)
    assert "bí mật" not in elsewhere.content.decode()
    assert signed_in(phuong).get("/bang/I9/").status_code == 404


def test_products_are_searched_without_marks_and_narrowed(land: Land, phuong: User) -> None:
    made = product("Nước mắm nhĩ", (4, "2025-01-01"), unit=land.phu_thuy)
    linked(made, listing("Nước mắm", land.phu_thuy))
    product("Mực một nắng", (4, "2020"), maker="Hộ Tư", unit=land.lam_dong)
    product("Bánh", (4, ""), maker="Hộ Tư", unit=land.lam_dong)

    def names(**query: str) -> set[str]:
        seen = page(phuong, "/bang/san-pham/", **query)
        return {name for name in ("Nước mắm nhĩ", "Mực một nắng", "Bánh") if f">{name}</a>" in seen}

    assert names() == {"Nước mắm nhĩ", "Mực một nắng", "Bánh"}
    assert names(q="nuoc mam") == {"Nước mắm nhĩ"}
    assert names(q="ho tu") == {"Mực một nắng", "Bánh"}
    assert names(han="con") == {"Nước mắm nhĩ"}
    assert names(han="chua-ro") == {"Bánh"}
    assert names(han="het") == {"Mực một nắng"}
    assert names(gan="roi") == {"Nước mắm nhĩ"}
    assert names(gan="chua", q="muc") == {"Mực một nắng"}
    assert names(san="chua") == {"Nước mắm nhĩ", "Mực một nắng", "Bánh"}
    assert names(han="bịa") == {"Nước mắm nhĩ", "Mực một nắng", "Bánh"}
    assert names(q="không đâu") == set()
    assert names(unit="22924") == {"Nước mắm nhĩ"}


def test_chi_links_through_the_pages_and_takes_it_back(land: Land, chi: User) -> None:
    made = product("Nước mắm nhĩ", (4, "2025-01-01"), maker="HTX Khác", unit=land.phu_thuy)
    sold = listing("Nước mắm nhĩ 40 độ", land.phu_thuy)
    detail, link = f"/bang/san-pham/{made.pk}/", f"/bang/san-pham/{made.pk}/gan/{sold.pk}/"
    assert link in page(chi, detail)
    confirm = page(chi, link)
    assert "HTX Khác" in confirm
    assert "Hợp tác xã Nước mắm Phú Hài" in confirm

    client = signed_in(chi)
    refused = client.post(link)
    assert "Hãy xem kỹ rồi xác nhận đây là cùng một chủ thể." in refused.content.decode()
    assert not PresenceLink.objects.exists()
    assert not ListingBadge.objects.exists()

    assert client.post(link, {"same_maker": "on"}).headers["Location"] == detail
    made_link = PresenceLink.objects.get()
    assert (made_link.product, made_link.listing, made_link.linked_by) == (made, sold, chi)
    assert ListingBadge.objects.count() == 1
    assert sold.name in page(chi, detail)

    undo = f"{detail}go/{made_link.pk}/"
    assert client.get(undo).status_code == 405
    assert client.post(undo).headers["Location"] == detail
    made_link.refresh_from_db()
    assert made_link.ended_by == chi
    assert not ListingBadge.objects.exists()


def test_posts_from_those_who_may_not_change_nothing(land: Land, chi: User, dung: User, an: User) -> None:
    made = product("Nước mắm", (4, "2025-01-01"), unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    owner(chi, sold)
    link, base = linked(made, listing("Khác", land.phu_thuy)), f"/bang/san-pham/{made.pk}"
    certificate = made.certificates.get()
    for user in (an, dung, person("Kiểm toán", Role.AUDITOR)):
        client = signed_in(user)
        assert client.post(f"{base}/gan/{sold.pk}/", {"same_maker": "on"}).status_code == 404
        assert client.post(f"{base}/go/{link.pk}/").status_code == 404
        revoking = {"on": "2026-01-01", "reason": "x"}
        assert client.post(f"{base}/thu-hoi/{certificate.pk}/", revoking).status_code == 404
    assert signed_in(chi).post(f"{base}/gan/{sold.pk}/", {"same_maker": "on"}).status_code == 404
    assert list(PresenceLink.objects.values_list("pk", "ended_at")) == [(link.pk, None)]
    assert Certificate.objects.get().revoked_on is None


def test_phuong_withdraws_a_certificate_on_its_page(land: Land, phuong: User) -> None:
    made = product("Nước mắm", unit=land.phu_thuy)
    certificate = paper(made, 4, "2025-01-01")
    url = f"/bang/san-pham/{made.pk}/thu-hoi/{certificate.pk}/"
    assert url in page(phuong, f"/bang/san-pham/{made.pk}/")
    client = signed_in(phuong)
    assert (
        "Ngày thu hồi phải từ ngày công nhận" in client.post(url, {"on": "2024-01-01", "reason": "x"}).content.decode()
    )
    assert client.post(url, {"on": "2026-11-22", "reason": "12/QĐ, dùng sai dấu"}).status_code == 302
    assert "Thu hồi từ 22/11/2026: 12/QĐ, dùng sai dấu" in page(phuong, f"/bang/san-pham/{made.pk}/")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/bang/", 10),
        ("/bang/I2both/", 11),
        ("/bang/I2v/", 12),
        ("/bang/I1/", 10),
        ("/bang/san-pham/", 10),
        ("/bang/I2both/dong.csv", 9),
    ],
)
def test_query_budgets(
    land: Land, phuong: User, fill: Callable[[int, date], None], path: str, budget: int, size: int
) -> None:
    fill(size, ON)
    client = signed_in(phuong)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.content.decode().count("Nước mắm nhĩ") >= (0 if path in {"/bang/", "/bang/I1/"} else size)
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
