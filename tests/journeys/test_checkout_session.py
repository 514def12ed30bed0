"""A program asks for money by the API; its payer pays by keyboard alone: declined first, then paid, and the API says so."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.journeys.conftest import Stack, Walker

FIELDS = {
    "mode": "payment",
    "line_items[0][price_data][currency]": "vnd",
    "line_items[0][price_data][unit_amount]": 140_000,
    "line_items[0][price_data][product_data][name]": "Hạt điều rang củi",
    "line_items[0][quantity]": 2,
}


def ask(stack: Stack, path: str, fields: dict[str, Any] | None = None) -> Any:
    """What the API answers to the demo's key."""
    body = None if fields is None else urllib.parse.urlencode(fields).encode()
    headers = {"Authorization": "Bearer sk_test_lensan_demo"}
    with urllib.request.urlopen(urllib.request.Request(f"{stack.url}/v1/{path}", body, headers), timeout=20) as answer:
        return json.load(answer)


def press(page: Page, role: str, name: str) -> None:
    """Go on with the tabulator to what is called so, and press it."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    wanted.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
    raise AssertionError(f"«{name}» is not reached by keyboard on {page.url}")


def pay_by_card(page: Page, number: str) -> None:
    press(page, "link", "Thẻ ngân hàng NCB")
    page.get_by_label("Số thẻ").focus()
    page.keyboard.type(number)
    press(page, "button", "Tiếp tục")
    page.get_by_label("Mã OTP").wait_for()
    page.get_by_label("Mã OTP").focus()
    page.keyboard.type("123456")
    press(page, "button", "Thanh toán")


def test_a_payer_is_declined_and_pays_by_keyboard(stack: Stack, walker: Callable[..., Walker]) -> None:
    back = f"{stack.url}/tim-kiem?phien={{CHECKOUT_SESSION_ID}}"
    made = ask(stack, "checkout/sessions", FIELDS | {"success_url": back, "cancel_url": f"{stack.url}/tim-kiem?huy"})
    assert (made["status"], made["payment_status"], made["livemode"]) == ("open", "unpaid", False)
    payer, page = (found := walker()), found.page
    payer.open(made["url"])
    main = page.inner_text("main")
    assert "Cửa hàng mạng vườn anh An" in main and "không có tiền thật" in main and "280.000" in main
    leads = page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
    assert leads == ["#main", f"{stack.url}/tim-kiem?huy"], "nothing leads the payer away"

    press(page, "button", "Trả tiền qua VNPAY")
    pay_by_card(page, "9704195798459170488")
    page.wait_for_url("**/thanh-toan/phien/**")
    assert page.get_by_text("Tài khoản không đủ số dư.").is_visible()
    payer.look()

    press(page, "button", "Trả tiền qua VNPAY")
    pay_by_card(page, "9704198526191432198")
    page.wait_for_url(lambda url: url.startswith(stack.url))
    if "/thanh-toan/phien/" in page.url:  # back before VNPAY's word has come: the page looks again by itself
        page.get_by_role("link", name="Về trang bên bán").wait_for()
        press(page, "link", "Về trang bên bán")
    page.wait_for_url(f"**/tim-kiem?phien={made['id']}")
    done = ask(stack, f"checkout/sessions/{made['id']}")
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    intent = ask(stack, f"payment_intents/{made['payment_intent']}")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 280_000)
    payer.open(made["url"])
    assert page.get_by_text("Đã nhận tiền.").is_visible() and not page.get_by_role("button").count()
