"""Every screen of the field app in a real browser: axe, no sideways scroll, focus on the heading; by keyboard alone; offline."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.kit import phones
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


def test_signing_out_without_a_network_ends_at_the_sign_in(team: Walker) -> None:
    """The page stays open: as soon as the line is back it asks who is there, and offers nobody a PIN."""
    page = team.page
    enrol(team)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    team.context.set_offline(True)
    page.goto(f"{team.base}/thuc-dia/#/may/dang-xuat")
    step(team, "Đăng xuất khỏi máy này")
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    step(team, "Cần mạng để đăng nhập")
    team.troubles.clear()  # the browser complains about the missing network
    page.evaluate(
        """() => {
          window.seen = [];
          const note = () => window.seen.push(document.querySelector("h1").innerText);
          new MutationObserver(note).observe(document.getElementById("main"), { childList: true });
        }"""
    )
    team.context.set_offline(False)
    step(team, "Bạn là ai?")
    page.wait_for_timeout(500)
    assert set(page.evaluate("window.seen")) <= {"Cần mạng để đăng nhập", "Bạn là ai?"}, (
        "no PIN was asked for in between"
    )
    page.get_by_role("link", name="Đăng nhập").click()
    page.get_by_label("Mật khẩu").wait_for()


def test_a_phone_locked_and_unlocked_at_the_desk_opens_again(team: Walker, walker: Callable[..., Walker]) -> None:
    page = team.page
    enrol(team)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    team.context.set_offline(True)
    register(team, Door("Hộ Máy Tìm Lại"), look=False)
    officer = walker(width=1280, height=900)
    officer.sign_in("xa")
    officer.open("/xa/tiep-nhan/may/")
    mine = officer.page.locator("tbody tr").filter(has_text="Võ Minh Tâm").first
    mine.get_by_text("Khóa máy").first.click()
    mine.get_by_role("button", name="Khóa máy").click()
    officer.page.get_by_text("Đã khóa. Mọi người dùng máy đó").wait_for()
    team.context.set_offline(False)
    step(team, "Máy này đã bị khóa từ xa", look=False)
    team.troubles.clear()  # the missing network, the ended session
    page.get_by_role("button", name="Tôi đã gọi, thử lại").click()
    page.get_by_text("Máy vẫn đang bị khóa.").wait_for()
    team.look()
    assert page.locator("#field-counter").get_by_text("1 chưa gửi").is_visible()
    officer.page.locator("tbody tr").filter(has_text="Võ Minh Tâm").first.get_by_role("button", name="Mở khóa").click()
    officer.page.get_by_text("Đã mở khóa.").wait_for()
    page.get_by_role("button", name="Tôi đã gọi, thử lại").click()
    step(team, "Bạn là ai?")
    assert page.get_by_text("phiếu chưa gửi vẫn nằm kín trong máy").is_visible()
    enrol(team)
    wait_until_sent(team)
    page.goto(f"{team.base}/thuc-dia/#/may")
    page.get_by_role("button", name="Tải lại danh sách hộ").click()
    page.get_by_text("Đã tải danh sách mới.").wait_for()
    card(team, "Hộ Máy Tìm Lại")


def test_what_was_typed_just_before_a_reload_is_there(team: Walker) -> None:
    """Nothing waits for the pause after the last key, and nothing of it stands readable on the phone."""
    page = team.page
    enrol(team)
    begin(team, Door("Bùi Thị Vội"), look=False)
    page.wait_for_timeout(600)
    page.get_by_label("Họ tên chủ hộ").fill("Bùi Thị Vội Vàng")
    page.reload()
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "iv" in kept and "Vội" not in kept and "name" not in kept
    unlock(team)
    step(team, "Chủ hộ tên gì?", look=False)
    assert page.get_by_label("Họ tên chủ hộ").input_value() == "Bùi Thị Vội Vàng"
    assert page.evaluate("localStorage.length") == 0, "it is on the disk"
    page.goto(f"{team.base}/thuc-dia/#/")
    page.get_by_role("link", name="Bùi Thị Vội Vàng").wait_for()


def test_an_unfinished_sheet_is_offered_before_a_second_one(team: Walker) -> None:
    page = team.page
    enrol(team)
    begin(team, Door("Đinh Văn Dở"), look=False)
    onward(team, "Điện thoại của hộ", look=False)
    begin_again(team, "dinh van do")
    team.look()
    page.get_by_role("link", name="Ghi tiếp phiếu đang dở").click()
    step(team, "Điện thoại của hộ")
    begin_again(team, "Đinh Văn Dở")
    page.get_by_role("button", name="Ghi phiếu khác").click()
    step(team, "Chủ hộ tên gì?", look=False)
    page.get_by_text("Một phiếu cùng tên đang ghi dở.").wait_for()
    team.look()
    page.get_by_role("link", name="Đinh Văn Dở").click()
    step(team, "Điện thoại của hộ", look=False)
    # A visit that was only looked at is no unfinished sheet; one in which something was said is.
    open_first_card(team)
    page.get_by_role("button", name="Ghi buổi thăm").click()
    page.get_by_label("Chụp ảnh sản phẩm").wait_for()
    open_first_card(team)
    page.get_by_role("button", name="Ghi buổi thăm").click()
    page.get_by_label("Chụp ảnh sản phẩm").check()
    open_first_card(team)
    page.get_by_role("button", name="Ghi buổi thăm").click()
    step(team, "Đang có phiếu ghi dở", look=False)
    page.get_by_role("link", name="Ghi tiếp phiếu đang dở").click()
    page.get_by_label("Chụp ảnh sản phẩm").wait_for()
    assert page.get_by_label("Chụp ảnh sản phẩm").is_checked()
    go(team, "/", "Hôm nay đến nhà ai?")
    assert page.get_by_text("Bấm để ghi tiếp.").count() == 3, "two sheets of a household, as wanted, and one visit"


def begin_again(team: Walker, name: str) -> None:
    page = team.page
    page.goto(f"{team.base}/thuc-dia/#/")
    page.get_by_role("link", name="Đăng ký hộ").click()
    choose_hamlet(team)
    page.get_by_label("Tìm hộ").fill(name)
    page.get_by_role("button", name="Đăng ký hộ mới").click()
    step(team, "Đang có phiếu ghi dở", look=False)


def open_first_card(team: Walker) -> None:
    page = team.page
    page.goto(f"{team.base}/thuc-dia/#/ap")
    choose_hamlet(team)
    page.get_by_label("Tìm hộ").wait_for()
    page.locator("main .list-row-title a").first.click()
    page.get_by_role("button", name="Ghi buổi thăm").wait_for()


def test_the_look_at_everything_says_what_was_typed(team: Walker) -> None:
    page = team.page
    enrol(team)
    begin(team, Door("Lý Thị Lại"), look=False)
    onward(team, "Điện thoại của hộ", look=False)
    page.get_by_label("Của chủ hộ").check()
    page.get_by_role("textbox", name="Số điện thoại").fill("0168 234 5678")
    assert page.get_by_text("Số 11 chữ số kiểu cũ: đầu 0168 nay là 038. Máy ghi thành 0382 345 678.").is_visible()
    onward(team, "Hộ làm nghề gì?", look=False)
    page.get_by_label("Làm gì").select_option(index=2)
    page.get_by_label("Diện tích").fill("0,8")
    onward(team, "Đăng ký kinh doanh", look=False)
    page.get_by_role("radio", name="Chưa", exact=True).check()
    page.get_by_label("Tên bán hàng").fill("Điều Bà Lại")
    onward(team, "Hộ đã có gì để bán trên mạng?", look=False)
    page.get_by_role("button", name="Bỏ qua phần không bắt buộc").click()
    step(team, "Hỏi ý kiến hộ", look=False)
    page.get_by_label(PURPOSES[0]).check()
    page.get_by_label("Nghe đọc và nói đồng ý").check()
    onward(team, "Chụp ảnh hàng", look=False)
    onward(team, "Hộ đã có gian hàng ở đâu?", look=False)
    onward(team, "Xem lại rồi lưu")
    said = page.locator("main").inner_text()
    for words in ("0382 345 678", "0,8 ha", "Điều Bà Lại", f"{PURPOSES[0]}; cách trả lời: nghe đọc và nói đồng ý"):
        assert words in said, words
    assert "m²" not in said


def test_two_of_one_name_are_told_apart_and_remarks_end_once(team: Walker) -> None:
    page = team.page
    enrol(team)
    go(team, "/buoi", "Tập huấn ở ấp nào?")
    page.get_by_role("button", name="Thôn 1").click()
    step(team, "Tập huấn ở Thôn 1")
    sau = page.locator("label").filter(has_text="Trương Thị Sáu").all_inner_texts()
    assert sau == ["Trương Thị Sáu chăn nuôi · không có điện thoại", "Trương Thị Sáu heo · không có điện thoại"]
    card(team, "Điểu Thị Mai")
    assert page.locator("main .status").all_inner_texts() == [
        "Chưa có gian hàng trên sàn nào.",
        "Chưa đăng bán sản phẩm nào.",
    ]


OLD_WAYS = ("0{}2345678", "{}2345678", "84{}2345678", "+84 {} 234 5678", "0{}.2345.678", "00{}2345678")


def test_numbers_are_read_as_in_imports(team: Walker) -> None:
    """Every beginning of four digits, and every way to write an eleven-digit number of before 2018."""
    page = team.page
    page.goto(f"{team.base}/thuc-dia/")
    step(team, "Bạn là ai?")
    written = [f"{number:04d}{rest}" for number in range(10_000) for rest in ("234567", "2345678")]
    written += [way.format(number) for number in range(100, 200) for way in OLD_WAYS]
    app = page.evaluate(
        """async (written) => {
          const names = performance.getEntriesByType("resource").map((entry) => entry.name);
          const check = await import(names.find((name) => /field\\/check(\\.\\w+)?\\.js$/.test(name)));
          return written.map((each) => [check.phone(each).value ?? "", Boolean(check.phone(each).old)]);
        }""",
        written,
    )
    differing = {}
    for each, (value, is_old) in zip(written, app, strict=True):
        try:
            server = phones.normalise(each).replace("+84", "0")
        except phones.NotAPhone:
            server = ""
        assert is_old == phones.is_of_before_2018(each), each
        if value != server:
            differing[each] = (value, server)
    assert sum(is_old for _, is_old in app) > 21 * 4
    # Beginnings that no phone in use has; a slip of the finger does.
    unused = {"030", "031", "051", "012", "014", "016"}
    assert {(server[:3], value) for value, server in differing.values()} <= {(each, "") for each in unused}, differing
