"""A basket from two shops in a real browser: a card that fails, another try, each shop's part on its own way. Buttons on the page
of a purchase are pressed here because a browser says where a form comes from, and the test client does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tests.journeys.conftest import ROOT, Stack, Walker

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


def fill_basket_of_two_shops(buyer: Walker) -> None:
    """And say where it goes: what is left is to press «Đặt hàng»."""
    page = buyer.page
    for name in (MINE, THEIRS):
        buyer.open(f"/tim-kiem?q={name}")
        page.get_by_role("link", name=name).first.click()
        buyer.click("Thêm vào giỏ")
    buyer.click("Đặt hàng", role="link")
    page.get_by_label("Họ tên người nhận").fill("Lê Thị Mua")
    page.get_by_role("textbox", name="Số điện thoại").fill("0903 111 222")
    page.get_by_label("Địa chỉ nhận hàng").fill("12 Lê Lợi")


def place_in_phan_thiet(buyer: Walker) -> None:
    page = buyer.page
    page.get_by_label("Xã, phường, đặc khu").fill("Phan Thiết, Lâm Đồng")
    buyer.click("Đặt hàng")
    assert page.get_by_text("Tiền giao hàng đến nơi này là").is_visible(), "the fee is shown before it counts"
    page.get_by_role("button", name="Đặt hàng").click()


def test_two_shops_and_a_card_that_fails_first(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer, page = (found := walker()), found.page
    fill_basket_of_two_shops(buyer)
    page.get_by_label("Xã, phường, đặc khu").fill("Xã không có")
    buyer.click("Đặt hàng")
    assert page.get_by_text("Không có xã nào tên như vậy.").first.is_visible()
    place_in_phan_thiet(buyer)
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


def let_work_for_the_maker_of(stack: Stack, goods: str, login: str) -> None:
    """The demo's second seller has nothing on sale: he joins a shop that has."""
    said = f"""
from core.people.models import User
from core.people.queries import SYSTEM
from market.listings.models import Listing
from onboarding.producers.actions import add_member
producer = Listing.objects.get(name={goods!r}).shop.producer
add_member(user=User.objects.get(username={login!r}), producer=producer, right="owner", by=SYSTEM, how="bài thử")
"""
    environment = {key: value for key, value in os.environ.items() if key not in {"MODE", "DATABASE_URL"}}
    environment |= {"STATE_DIR": str(stack.state)} | ({"DATABASE_URL": stack.database} if stack.database else {})
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", said], cwd=ROOT, env=environment, check=True, timeout=120
    )


def test_two_shops_paid_by_qr_are_packed_by_both(stack: Stack, walker: Callable[..., Walker]) -> None:
    let_work_for_the_maker_of(stack, THEIRS, "hangxom")
    buyer, page = (found := walker()), found.page
    fill_basket_of_two_shops(buyer)
    place_in_phan_thiet(buyer)
    page.get_by_role("link", name="Mã VNPAY-QR").click()
    page.get_by_role("button", name="Coi như đã quét và trả").click()
    page.wait_for_url("**/thanh-toan/don/**")
    buyer.wait_for("Đã nhận tiền. Người bán đang chuẩn bị hàng cho bạn.")
    page.get_by_text("Người bán đang chuẩn bị hàng.", exact=True).nth(1).wait_for()  # the page looks again by itself
    codes = [section.split("Mã đơn ")[1].split(".")[0] for section in page.locator("main section").all_inner_texts()]
    assert len(codes) == 2
    for login, number in (("nguoiban", 0), ("hangxom", 1)):
        seller = walker()
        seller.sign_in(login)
        seller.open(f"/nguoi-ban/don-hang/{codes[number]}")
        seller.click("Đã đóng gói")
        other = seller.page.goto(f"{stack.url}/nguoi-ban/don-hang/{codes[1 - number]}")
        assert other is not None and other.status == 404, "the other shop's order is nobody else's"
    page.reload()
    assert page.get_by_text("Người bán đã đóng gói.", exact=True).count() == 2
