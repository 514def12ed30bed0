"""A basket from two shops in a real browser: a card that fails, another try, each shop's part on its own way. Buttons on the page
of a purchase are pressed here because a browser says where a form comes from, and the test client does not."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import Stack, Walker

MINE, THEIRS = "Hạt điều rang củi", "Sô cô la đen 72% Thành Đạt"


def pay_by_card(buyer: Walker, number: str) -> None:
    page = buyer.page
    page.get_by_role("link", name="Thẻ ngân hàng NCB").click()
    page.get_by_label("Số thẻ").fill(number)
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Mã OTP").or_(page.get_by_role("heading", name="Đơn hàng")).first.wait_for()
    if page.get_by_label("Mã OTP").count():
        page.get_by_label("Mã OTP").fill("123456")
        page.get_by_role("button", name="Thanh toán").click()
    page.wait_for_url("**/thanh-toan/don/**")


def test_two_shops_and_a_card_that_fails_first(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer, page = (found := walker()), found.page
    for name in (MINE, THEIRS):
        buyer.open(f"/tim-kiem?q={name}")
        page.get_by_role("link", name=name).first.click()
        buyer.click("Thêm vào giỏ")
    buyer.click("Đặt hàng", role="link")
    page.get_by_label("Họ tên người nhận").fill("Lê Thị Mua")
    page.get_by_role("textbox", name="Số điện thoại").fill("0903 111 222")
    page.get_by_label("Địa chỉ nhận hàng").fill("12 Lê Lợi")
    page.get_by_label("Xã, phường, đặc khu").fill("Xã không có")
    buyer.click("Đặt hàng")
    assert page.get_by_text("Không có xã nào tên như vậy.").first.is_visible()
    page.get_by_label("Xã, phường, đặc khu").fill("Phan Thiết, Lâm Đồng")
    buyer.click("Đặt hàng")
    assert page.get_by_text("Tiền giao hàng đến nơi này là").is_visible(), "the fee is shown before it counts"
    page.get_by_role("button", name="Đặt hàng").click()
    pay_by_card(buyer, "9704195798459170488")
    assert page.get_by_text("Tài khoản không đủ số dư.").is_visible()
    page.get_by_role("button", name="Trả tiền qua VNPAY").click()
    pay_by_card(buyer, "9704198526191432198")
    buyer.wait_for("Đã nhận tiền. Người bán đang chuẩn bị hàng cho bạn.")

    seller = walker()
    seller.sign_in("nguoiban")
    seller.open("/nguoi-ban/don-hang/?trang-thai=to_pack")
    seller.page.locator("main table").get_by_role("link").first.click()
    seller.page.wait_for_load_state()
    seller.look()
    seller.click("Đã đóng gói")
    seller.click("Đã gửi hàng đi")

    page.reload()
    buyer.click("Tôi đã nhận hàng")
    assert page.get_by_text("Cảm ơn bạn. Đơn đã giao xong.").is_visible()
    page.get_by_text("Hủy đơn này").click()
    buyer.click("Hủy đơn")
    assert page.get_by_text("Đang hoàn").or_(page.get_by_text("Đã hoàn")).first.is_visible(), (
        "only the other shop's part"
    )
