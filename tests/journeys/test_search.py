"""The search box and the result page in a real browser: by keyboard, near me, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.journeys.conftest import Stack, Walker


def test_names_are_proposed_and_chosen_by_keyboard(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer = walker()
    buyer.open("/tim-kiem")
    page = buyer.page
    box, first = page.get_by_role("combobox"), page.get_by_role("option").first
    box.press_sequentially("nuoc", delay=20)
    first.wait_for()
    name = first.inner_text()
    box.press("ArrowDown")
    assert box.input_value() == name
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    buyer.look()
    box.press("Escape")
    assert (box.input_value(), page.get_by_role("option").count()) == ("nuoc", 0)
    box.press_sequentially(" m", delay=20)
    first.wait_for()
    name = first.inner_text()
    box.press("ArrowDown")
    with page.expect_navigation():
        box.press("Enter")
    assert page.get_by_role("searchbox").or_(box).input_value() == name
    buyer.look()


def test_the_device_is_asked_on_a_press_and_its_place_is_rounded(stack: Stack, walker: Callable[..., Walker]) -> None:
    buyer = walker()
    buyer.context.set_geolocation({"latitude": 10.928374, "longitude": 108.101234})
    buyer.context.grant_permissions(["geolocation"])
    buyer.open("/tim-kiem?q=mam")
    buyer.page.locator(".near > summary").click()
    assert "gan=" not in buyer.page.url
    with buyer.page.expect_navigation():
        buyer.page.get_by_role("button", name="Dùng vị trí của máy này").click()
    assert buyer.page.url.endswith("/tim-kiem?q=mam&gan=10.93%2C108.10")
    assert buyer.page.get_by_text("cách khoảng").count() > 0
    buyer.look()


def test_filters_and_places_work_without_scripts(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(stack.url + "/tim-kiem?q=mam")
        page.locator(".filters > summary").first.click()
        page.get_by_label("4 sao").first.check()
        page.get_by_role("button", name="Xem kết quả").click()
        assert "stars=4" in page.url
        page.locator(".near > summary").click()
        assert not page.get_by_role("button", name="Dùng vị trí của máy này").is_visible()
        page.get_by_label("Xã, phường của bạn").fill("Mũi Né, Lâm Đồng")
        page.get_by_role("button", name="Xếp từ gần đến xa").click()
        assert page.get_by_text("Khoảng cách tính từ phường Mũi Né, Lâm Đồng.").is_visible()
    finally:
        context.close()
