"""A big order's money on its way back, in real browsers: an accountant gives a part of it back by hand and cannot approve it, a second
one does; the buyer calls the order off, and the rest waits for a person too. The simulated VNPAY pays both back."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.journeys.conftest import Stack, Walker
from tests.journeys.test_buying import pay_by_card

RICE = "Gạo sạch Bắc Ruộng ST25"  # 38.000 đ; 130 of them are above what one person may give back


def test_two_accountants_and_a_big_order(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer, code = bought(walker())
    first, second = walker(width=1280), walker()
    first.sign_in("ketoan")
    second.sign_in("ketoan2")
    assert first.page.url.endswith("/ke-toan/"), "their day starts there"

    first.click("Tiền vào", role="link")
    first.page.get_by_label("Mã đơn hoặc số giao dịch").fill(code + "01")  # as the shop reads it out
    first.click("Xem kết quả")
    first.click(code, role="link")
    first.page.get_by_text("Hoàn tiền", exact=True).last.click()
    first.look()
    first.page.get_by_label("Số tiền hoàn").fill("2.100.000")
    first.page.get_by_label("Lý do").fill("Giao thiếu, người mua gọi.")
    first.click("Lập khoản hoàn này")
    assert first.page.get_by_text("Bạn đã lập khoản hoàn này, nên người khác phải duyệt.").is_visible()
    assert first.page.get_by_text("Duyệt", exact=True).count() == 0

    second.page.reload()
    second.click("Hoàn tiền chờ duyệt", role="link")
    second.page.get_by_role("link", name=re.compile(r"^Số \d+$")).first.click()
    second.look()
    second.page.get_by_text("Duyệt", exact=True).click()
    second.look()
    second.click("Duyệt hoàn 2.100.000")
    second.wait_for("VNPAY đã nhận, ngân hàng đang trả.")

    buyer.page.reload()
    buyer.page.get_by_text("Hủy đơn này").click()
    buyer.click("Hủy đơn")
    first.open("/ke-toan/hoan-tien/?muc=cho-duyet")
    first.page.get_by_role("link", name=re.compile(r"^Số \d+$")).first.click()
    first.look()
    first.page.get_by_text("Duyệt", exact=True).click()
    first.click("Duyệt hoàn 2.840.000")  # nobody of them asked for it: one accountant is the second person
    first.wait_for("VNPAY đã nhận, ngân hàng đang trả.")

    first.open("/ke-toan/so/")
    assert first.page.get_by_text("Sổ cân: tổng mọi tài khoản bằng 0.").is_visible()
    first.open("/ke-toan/so/?account=held")
    stands = first.page.locator("main tbody tr").first.locator("td").last
    assert stands.inner_text().replace("\xa0", " ").strip() == "0 đ", "nothing is held any more"


def bought(buyer: Walker) -> tuple[Walker, str]:
    """A big order, paid by card; and its code."""
    page = buyer.page
    buyer.open(f"/tim-kiem?q={RICE}")
    page.get_by_role("link", name=RICE).first.click()
    buyer.click("Thêm vào giỏ")
    page.get_by_label("Số lượng").fill("130")
    page.get_by_label("Số lượng").press("Enter")
    page.get_by_text("4.940.000").first.wait_for()
    buyer.click("Đặt hàng", role="link")
    page.get_by_label("Họ tên người nhận").fill("Lê Thị Mua")
    page.get_by_role("textbox", name="Số điện thoại").fill("0903 111 222")
    page.get_by_label("Địa chỉ nhận hàng").fill("12 Lê Lợi")
    page.get_by_label("Xã, phường, đặc khu").fill("Phan Thiết, Lâm Đồng")
    buyer.click("Đặt hàng")
    if page.get_by_role("button", name="Đặt hàng").count():  # the fee of delivery is shown before it counts
        page.get_by_role("button", name="Đặt hàng").click()
    pay_by_card(buyer, "9704198526191432198")
    buyer.wait_for("Người bán đang chuẩn bị hàng")
    return buyer, re.search(r"LS\w+|\b[A-Z0-9]{8,}\b", page.locator("h1").inner_text())[0]  # type: ignore[index]
