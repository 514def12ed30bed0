"""The public pages in a real browser: light, still, readable without scripts, and nothing the page's policy refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Stack, Walker

HEAVIEST = 200_000  # bytes on the wire of everything a first view loads
SHIFTS = """() => new Promise((answer) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => answer(sum), 500);
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_light_still_and_clean(stack: Stack, walker: Callable[..., Walker], width: int) -> None:
    buyer = walker(width)
    for address in pages(buyer):
        # A look of one's own for each page: nothing is in the browser's store yet.
        fresh = walker(width)
        weight = weighed(fresh)
        fresh.open(address)  # axe, no overflow, and no word of the policy in the console
        fresh.page.wait_for_load_state("networkidle")
        assert 0 < sum(weight) < HEAVIEST, f"{address}: {sum(weight)} bytes"
        assert fresh.page.evaluate(SHIFTS) == 0, address
        assert fresh.page.locator('script[type="application/ld+json"]').count() == 1


def test_a_photo_opens_large_and_closes_with_the_keyboard(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer = walker()
    buyer.open(pages(buyer)[0])
    photo = buyer.page.locator("a.photo-link").first
    photo.focus()
    buyer.page.keyboard.press("Enter")
    assert buyer.page.get_by_role("dialog").is_visible()
    buyer.look()
    buyer.page.keyboard.press("Escape")
    assert buyer.page.get_by_role("dialog").count() == 0
    assert photo.evaluate("link => link === document.activeElement")


def test_without_scripts(stack: Stack, browser: Browser, walker: Callable[..., Walker]) -> None:
    product, shop = pages(walker())
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(stack.url + product)
        page.locator("a.photo-link").first.click()
        assert re.search(r"/media/photos/[0-9a-f-]+-l\.jpg$", page.url)
        page.go_back()
        page.get_by_role("button", name="Thêm vào giỏ").click()
        assert "/gio-hang" in page.url
        page.goto(stack.url + shop)
        assert page.locator(".product-card").count() > 0
    finally:
        context.close()


def pages(walker: Walker) -> tuple[str, str]:
    """The address of a product that can be bought, and of its shop."""
    walker.open("/tim-kiem")
    hrefs: list[str] = walker.page.locator(".product-card a").evaluate_all("links => links.map(a => a.pathname)")
    for product in hrefs:
        walker.page.goto(walker.base + product)
        if walker.page.get_by_role("button", name="Thêm vào giỏ").count():
            shop = walker.page.locator(".page-head a[href^='/gian-hang/']").first.get_attribute("href")
            assert shop is not None
            return product, shop
    raise AssertionError("nothing can be bought in the demo")


def weighed(walker: Walker) -> list[int]:
    """A list that grows by the bytes of everything this browser loads from now on."""
    loaded: list[int] = []
    session: Any = walker.context.new_cdp_session(walker.page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: loaded.append(int(event["encodedDataLength"])))
    return loaded
