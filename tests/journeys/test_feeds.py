"""The files of goods in a real browser: who fetches finds them, who sells copies their address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Stack, Walker


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_province_to_a_shop_and_its_address(stack: Stack, walker: Callable[..., Walker], width: int) -> None:
    reader = walker(width)
    reader.open("/feeds/")  # axe, no overflow, and no word of the policy in the console
    reader.page.locator("a[href^='/feeds/?tinh=']").first.click()
    reader.look()
    address = reader.page.locator("a[href$='/google.xml']").last.get_attribute("href") or ""
    answer = reader.page.request.get(stack.url + address)
    assert answer.ok and "<g:id>" in answer.text()
    seller = walker(width)
    seller.sign_in("nguoiban")
    seller.open("/nguoi-ban/gian-hang/")
    seller.page.get_by_role("link", name="Tệp hàng cho Google, Facebook").click()
    seller.look()
    seller.page.get_by_role("button", name="Chép địa chỉ Google (XML)").click()
    said = seller.page.locator("#feed-note-1")
    said.wait_for()
    assert "chép" in said.inner_text()
    shown = seller.page.locator("#feed-1").inner_text()
    assert seller.page.request.get(stack.url + shown[shown.index("/feeds/") :]).ok
