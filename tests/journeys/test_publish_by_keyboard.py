"""A listing put on sale without a mouse: from the first field to the sentence that it is on sale."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from config.demo.pictures import picture
from tests.journeys.conftest import Stack, Walker

MOST_TABS = 80


def tab_to(page: Page, name: str, role: str | None = None) -> None:
    """Press Tab until the control with this name has the focus; everything on the way must show that it has it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        held, visible = page.evaluate(
            """() => {
                const on = document.activeElement;
                const label = on.labels?.[0]?.textContent || on.getAttribute("aria-label") || on.textContent || "";
                const style = getComputedStyle(on);
                return [label.replace(/\\s+/g, " ").trim(), style.outlineStyle !== "none" || style.boxShadow !== "none"];
            }"""
        )
        assert visible, f"nothing shows that {held!r} has the focus"
        if held.startswith(name):
            return
    raise AssertionError(f"{name!r} was not reached by Tab")


def test_publishing_by_keyboard_only(stack: Stack, walker: Callable[..., Walker], tmp_path: Path) -> None:
    seller = walker()
    page = seller.page
    seller.sign_in("nguoiban")
    seller.open("/nguoi-ban/san-pham/moi/")
    files = []
    for name in ("jar-amber", "bag-green"):
        files.append(tmp_path / f"{name}.jpg")
        Image.open(io.BytesIO(picture(name))).save(files[-1])
    tab_to(page, "Ảnh sản phẩm")
    # The dialog that opens from here is the browser's own.
    page.locator("input[type=file]:focus").set_input_files(files)
    page.locator("[data-photos] li").nth(1).wait_for()
    first, second = page.locator("[name=kept]").input_value().split(",")
    page.get_by_role("link", name="Ảnh", exact=True).focus()
    tab_to(page, "Xuống ảnh 1")
    page.keyboard.press("Enter")
    assert page.locator("[name=kept]").input_value() == f"{second},{first}"
    assert page.evaluate("document.activeElement.textContent").strip().startswith("Xuống"), "the focus stays"
    tab_to(page, "Xoay trái ảnh 2")
    page.keyboard.press("Enter")
    page.get_by_text("Ảnh đã xoay.").wait_for()
    tab_to(page, "Tên sản phẩm")
    page.keyboard.type("Mật ong hoa cà phê")
    tab_to(page, "Tìm loại hàng")
    page.keyboard.type("mat ong")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.selectedOptions[0].textContent").startswith("Mật ong")
    tab_to(page, "Mô tả")
    page.keyboard.type(
        "Ong nuôi trong rẫy cà phê, quay mật tháng hai, thơm và đặc. Pha nước ấm hay ăn với bánh đều ngon."
    )
    tab_to(page, "Giá bán")
    page.keyboard.type("90.000")
    tab_to(page, "Bán theo")
    for _ in range(2):  # after "hộp" comes "hũ"
        page.keyboard.press("h")
    assert page.locator("[name=unit]").input_value() == "jar"
    tab_to(page, "Khối lượng tịnh")
    page.keyboard.type("450")
    assert page.get_by_text("Tính ra 200.000 đ một kg.").is_visible()
    tab_to(page, "Số lượng đang có")
    page.keyboard.type("12")
    seller.look()
    tab_to(page, "Đăng bán")
    page.keyboard.press("Enter")
    page.get_by_text("Sản phẩm đã được đăng bán.").wait_for()
    seller.look()
