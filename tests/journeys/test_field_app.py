"""Every screen of the field app in a real browser: axe, no sideways scroll, focus on the heading; by keyboard alone; offline."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Stack, Walker
from tests.journeys.field import (
    PIN,
    PURPOSES,
    Door,
    begin,
    choose_hamlet,
    enrol,
    onward,
    register,
    step,
    unlock,
    wait_until_sent,
)
from tests.people import jpeg

PICTURES = Path(os.environ.get("PICTURES", "var/test/pictures"))


def go(team: Walker, path: str, title: str) -> None:
    team.page.goto(f"{team.base}/thuc-dia/#{path}")
    step(team, title)


@pytest.fixture
def goods(tmp_path: Path) -> Path:
    path = tmp_path / "hang.jpg"
    path.write_bytes(jpeg(2400, 1800))
    return path


@pytest.fixture
def team(walker: Callable[..., Walker]) -> Walker:
    """A member of a team on a narrow old phone."""
    return walker(width=320, height=640)


def test_a_day_in_the_field(team: Walker, goods: Path) -> None:
    page = team.page
    page.goto(f"{team.base}/thuc-dia/")
    step(team, "Bạn là ai?")
    enrol(team)
    register(team, Door("Trần Thị Mẫu", "0987000111", agreed=PURPOSES[:1], photos=[goods]))
    wait_until_sent(team)
    visit(team, "Trần Thị Mẫu")
    edit(team, "Trần Thị Mẫu", "Trần Thị Mận")
    lesson(team, "Trần Thị Mận")
    wait_until_sent(team)
    go(team, "/da-nhan", "4 phiếu đã nhận")
    for path, title in (
        ("/chua-gui", "Phiếu chưa gửi"), ("/may", "Máy này"), ("/may/ap", "Ấp mang theo"), ("/may/xuat", "Xuất tệp niêm phong"),
        ("/may/dang-xuat", "Đăng xuất khỏi máy này"), ("/ap", "Chọn ấp, thôn"), ("/khong-co", "Không có trang này"),
    ):  # fmt: skip
        go(team, path, title)


def card(team: Walker, name: str) -> None:
    team.page.goto(f"{team.base}/thuc-dia/#/ap")
    choose_hamlet(team)
    team.page.get_by_label("Tìm hộ").fill(name)
    team.look()
    team.page.get_by_role("link", name=name, exact=True).click()
    step(team, name)


def visit(team: Walker, name: str) -> None:
    card(team, name)
    team.page.get_by_role("button", name="Ghi buổi thăm").click()
    step(team, f"Thăm {name}")
    team.page.get_by_role("button", name="Lưu buổi thăm").click()
    assert team.page.get_by_text("Hãy chọn việc đã hướng dẫn").is_visible()
    team.look()
    team.page.get_by_label("Chụp ảnh sản phẩm").check()
    team.page.get_by_role("button", name="Lưu buổi thăm").click()
    step(team, "Đã ghi buổi thăm")


def edit(team: Walker, name: str, new: str) -> None:
    card(team, name)
    team.page.get_by_role("button", name="Sửa thông tin").click()
    step(team, "Xem lại rồi lưu")
    team.page.get_by_role("link", name="Họ tên").click()
    step(team, "Chủ hộ tên gì?")
    team.page.get_by_label("Họ tên chủ hộ").fill(new)
    team.page.get_by_role("button", name="Xong phần này").click()
    step(team, "Xem lại rồi lưu")
    team.page.get_by_role("button", name="Lưu các thay đổi").click()
    step(team, "Đã ghi vào máy")
    card(team, new)


def lesson(team: Walker, name: str) -> None:
    page = team.page
    go(team, "/buoi", "Tập huấn ở ấp nào?")
    page.locator("main .stack button").first.click()
    page.get_by_role("heading", level=1, name="Tập huấn ở").wait_for()
    page.get_by_role("button", name="Lưu buổi tập huấn").click()
    assert page.get_by_text("Hãy chọn ít nhất một nội dung.").is_visible()
    team.look()
    page.get_by_label("Đăng sản phẩm").check()
    page.get_by_label(name).check()
    page.get_by_label("Số người khác đến dự").fill("3")
    page.get_by_role("button", name="Lưu buổi tập huấn").click()
    step(team, "Đã ghi buổi tập huấn")


def test_wrong_answers_are_told_beside_the_field(team: Walker) -> None:
    page = team.page
    enrol(team)
    begin(team, Door("Lê Văn Sai"))
    page.get_by_label("Họ tên chủ hộ").fill(" \u200b ")
    page.get_by_role("button", name="Tiếp tục").click()
    assert page.get_by_text("Hãy ghi họ tên chủ hộ.").is_visible()
    team.look()
    page.get_by_label("Họ tên chủ hộ").fill("Lê Văn Sai")
    onward(team, "Điện thoại của hộ")
    page.get_by_label("Của chủ hộ").check()
    number = page.get_by_role("textbox", name="Số điện thoại")
    for wrong in ("12345", "1900 6900", "0123456789", "091234567"):
        number.fill(wrong)
        page.get_by_role("button", name="Tiếp tục").click()
        assert page.get_by_text("Số này chưa đúng").is_visible(), wrong
        assert number.get_attribute("aria-invalid") == "true"
    team.look()
    number.fill("84912 345 678")  # the old reproach goes away with the first key
    assert not page.get_by_text("Số này chưa đúng").is_visible()
    onward(team, "Hộ làm nghề gì?")
    page.get_by_role("button", name="Tiếp tục").click()
    assert page.get_by_text("Hãy chọn nghề").is_visible()
    page.get_by_label("Làm gì").select_option(index=2)
    for wrong in ("0", "-1", "hai", "2000"):
        page.get_by_label("Diện tích").fill(wrong)
        page.get_by_role("button", name="Tiếp tục").click()
        assert page.get_by_text(re.compile("Diện tích (phải|này lớn)")).is_visible(), wrong
    page.get_by_label("Diện tích").fill("1,5")
    assert page.get_by_text("Là 1,5 ha (15.000 m²).").is_visible()
    team.look()


def test_a_killed_browser_goes_on_at_the_same_question(team: Walker) -> None:
    """Nothing is pressed before the kill: what was typed a moment ago is there."""
    page = team.page
    enrol(team)
    begin(team, Door("Phạm Thị Dở"))
    onward(team, "Điện thoại của hộ")
    page.get_by_label("Của người thân").check()
    page.get_by_role("textbox", name="Số điện thoại").fill("0912 345 67")
    page.wait_for_timeout(600)
    page.close()
    page = team.page = team.context.new_page()
    page.goto(f"{team.base}/thuc-dia/")
    step(team, "Mở khóa")
    page.get_by_label("Mã PIN").fill("999999")
    page.get_by_role("button", name="Mở", exact=True).click()
    page.get_by_text("Mã PIN chưa đúng.").wait_for()
    team.look()
    unlock(team)
    step(team, "Hôm nay đến nhà ai?")
    page.get_by_role("link", name="Phạm Thị Dở").click()
    step(team, "Điện thoại của hộ")
    assert page.get_by_role("textbox", name="Số điện thoại").input_value() == "0912 345 67"
    assert page.get_by_label("Của người thân").is_checked()
    page.go_back()
    page.go_forward()
    step(team, "Điện thoại của hộ")
    page.get_by_role("link", name="Quay lại").click()
    step(team, "Chủ hộ tên gì?")
    assert page.get_by_label("Họ tên chủ hộ").input_value() == "Phạm Thị Dở"


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words."""
    said = "e => (e.labels?.[0] ?? e.closest('fieldset') ?? e).innerText + '|' + e.innerText"
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate(f"({said})(document.activeElement)"):
            return
    raise AssertionError(f"«{words}» is not reached by keyboard")


def test_by_keyboard_alone(walker: Callable[..., Walker]) -> None:
    team = walker(width=1280, height=900)
    enrol(team)
    page, keyboard = team.page, team.page.keyboard
    tab_to(page, "Đăng ký hộ")
    keyboard.press("Enter")
    page.get_by_label("Tìm hộ").or_(page.get_by_role("heading", name="Chọn ấp, thôn")).first.wait_for()
    if "Chọn" in page.title():
        tab_to(page, page.locator("main .list-row-title a").first.inner_text())
        keyboard.press("Enter")
        page.get_by_label("Tìm hộ").wait_for()
    tab_to(page, "Tìm hộ")
    keyboard.type("Hồ Thị Phím")
    tab_to(page, "Đăng ký hộ mới")
    keyboard.press("Enter")
    step(team, "Chủ hộ tên gì?")
    tab_to(page, "Họ tên chủ hộ")
    keyboard.press("Enter")  # a form goes on with Enter
    step(team, "Điện thoại của hộ")
    tab_to(page, "Của chủ hộ")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")  # none
    next_by_keyboard(team, "Hộ làm nghề gì?")
    tab_to(page, "Làm gì")
    keyboard.type("Cây lâu")
    tab_to(page, "Diện tích")
    keyboard.type("2")
    next_by_keyboard(team, "Đăng ký kinh doanh")
    tab_to(page, "Có")
    keyboard.press("ArrowDown")
    next_by_keyboard(team, "Hộ đã có gì để bán trên mạng?")
    tab_to(page, "Bỏ qua phần không bắt buộc")
    keyboard.press("Enter")
    step(team, "Hỏi ý kiến hộ")
    tab_to(page, PURPOSES[0])
    keyboard.press("Space")
    tab_to(page, "Nghe đọc")
    keyboard.press("Space")
    next_by_keyboard(team, "Chụp ảnh hàng")
    tab_to(page, "Chọn ảnh có sẵn")
    next_by_keyboard(team, "Hộ đã có gian hàng ở đâu?")
    next_by_keyboard(team, "Xem lại rồi lưu")
    tab_to(page, "Lưu hộ này")
    keyboard.press("Enter")
    step(team, "Đã ghi vào máy")
    wait_until_sent(team)


def next_by_keyboard(team: Walker, title: str) -> None:
    tab_to(team.page, "Tiếp tục")
    team.page.keyboard.press("Enter")
    step(team, title)


def test_without_a_network_the_app_opens_writes_and_says_so(team: Walker, stack: Stack) -> None:
    page = team.page
    enrol(team)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    team.context.set_offline(True)
    page.reload()
    step(team, "Mở khóa")
    unlock(team)
    step(team, "Hôm nay đến nhà ai?")
    assert page.get_by_text("Không có mạng: cứ ghi tiếp.").is_visible()
    register(team, Door("Vũ Văn Ngoài Sóng"))
    assert page.locator("#field-counter").get_by_text("1 chưa gửi, từ hôm nay").is_visible()
    go(team, "/chua-gui", "Phiếu chưa gửi")
    assert page.get_by_text("Chờ gửi.").is_visible()
    go(team, "/may/dang-xuat", "Đăng xuất khỏi máy này")
    assert page.get_by_role("button", name="Xóa khỏi máy và đăng xuất").is_disabled(), "first export, then wipe"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Xuất tệp niêm phong").click()
    sealed = saved.value.path().read_text()
    assert saved.value.suggested_filename.endswith(".lensan") and "Ngoài Sóng" not in sealed
    assert page.get_by_role("button", name="Xóa khỏi máy và đăng xuất").is_enabled()
    team.look()
    go(team, "/quen-pin", "Không có trang này")
    team.troubles.clear()  # the browser complains about the missing network
    team.context.set_offline(False)
    wait_until_sent(team)


def test_a_forgotten_pin_loses_nothing(team: Walker) -> None:
    page = team.page
    enrol(team)
    go(team, "/may", "Máy này")
    page.get_by_role("button", name="Khóa lại").click()
    step(team, "Mở khóa")
    page.get_by_role("link", name="Quên mã PIN").click()
    step(team, "Quên mã PIN")
    page.get_by_role("button", name="Lấy phiếu ra thành tệp niêm phong").click()
    page.get_by_text("Bạn không còn phiếu nào chưa gửi").wait_for()
    team.look()
    assert PIN not in page.content()
