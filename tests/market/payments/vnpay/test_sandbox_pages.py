"""The double in a real browser on a small phone: axe finds nothing, nothing overflows, keys suffice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from market.payments.vnpay import wire
from tests.market.payments.vnpay.running import SECRET, Double, Merchant, until
from tests.market.payments.vnpay.test_sandbox import GOOD_CARD, fields, pay_by_card, refund

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("h1").count() == 1
    assert page.get_attribute("html", "lang") == "vi"
    assert page.get_by_text("MÔ PHỎNG – không phải VNPAY thật").is_visible()
    for target in page.locator("main a, main button, main input").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 48


def test_a_buyer_pays_by_card(page: Page, double: Double, merchant: Merchant) -> None:
    # The merchant's own address ends the journey: its receiver answers there.
    asked = fields(return_url=f"{merchant.ipn_url}?tra=1", order_info="x" * 255)
    page.goto(wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET))
    check(page)
    page.get_by_role("link", name="Mã VNPAY-QR").click()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Thẻ ngân hàng NCB").click()
    check(page)
    page.get_by_label("Số thẻ").fill("1")
    page.get_by_label("Số thẻ").press("Enter")
    check(page)
    assert page.locator("#so_the").evaluate("element => element === document.activeElement")
    page.get_by_label("Số thẻ").fill("9704198526191432198")
    page.get_by_label("Số thẻ").press("Enter")
    check(page)
    page.get_by_label("Mã OTP").fill("1")
    page.get_by_label("Mã OTP").press("Enter")
    check(page)
    assert page.locator("#otp").evaluate("element => element === document.activeElement")
    page.get_by_label("Mã OTP").fill("123456")
    page.get_by_label("Mã OTP").press("Enter")
    page.wait_for_url(f"{merchant.ipn_url}?tra=1&*")
    page.goto(wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET))
    check(page)
    page.get_by_role("link", name="Về trang bán hàng").click()
    page.wait_for_url(f"{merchant.ipn_url}?tra=1&*")


def test_the_ledger(page: Page, double: Double, merchant: Merchant) -> None:
    page.goto(double.url)
    check(page)
    asked = fields(order_info="x" * 255)
    first = requests.get(wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET), timeout=5).url
    pay_by_card(first, GOOD_CARD)
    assert refund(double, asked, 40_000).response_code == "00"
    until(lambda: merchant.queries and double.transactions()[0]["ipn_calls"])
    page.goto(double.url)
    check(page)
    page.get_by_role("button", name="Ngân hàng hoàn xong").click()
    page.get_by_text("40.000\u00a0đ: đã hoàn").wait_for()
    check(page)


def test_the_error_page(page: Page, double: Double) -> None:
    page.goto(f"{double.url}/paymentv2/vpcpay.html?vnp_Amount=1")
    check(page)
