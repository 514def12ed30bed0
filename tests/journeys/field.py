"""Short words for what a team member does in the field app: set a PIN, register a household, wait until all is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.conftest import Walker
from tests.journeys.phone import until

PIN = "258013"
PURPOSES = ("Đưa tên và gian hàng lên trang công khai", "Gửi thông tin mở tài khoản cho sàn")


@dataclass(frozen=True)
class Door:
    """What is said at one door. `work` is the beginning of a kind of production's name; `phone` "" is none."""

    name: str
    phone: str = ""
    work: str = "Cây lâu năm"
    goods: str = "điều"
    area: str = "1,5"
    scale: str = ""
    is_business: bool = False
    selling_name: str = ""
    agreed: Sequence[str] = ()
    photos: Sequence[Path] = field(default_factory=tuple)


def enrol(team: Walker, name: str = "to", pin: str = PIN) -> None:
    """Sign in, set a PIN on this phone, arrive at the first screen."""
    page = team.page
    team.sign_in(name)
    page.goto(f"{team.base}/thuc-dia/")
    page.get_by_label("Mã PIN mới").fill(pin)
    page.get_by_label("Gõ lại mã PIN").fill(pin)
    page.get_by_role("button", name="Đặt mã PIN").click()
    step(team, "Xong, bắt đầu được rồi")
    page.get_by_role("button", name="Bắt đầu").click()
    step(team, "Hôm nay đến nhà ai?")


def unlock(team: Walker, pin: str = PIN) -> None:
    """After a restart or a lock."""
    team.page.get_by_label("Mã PIN").fill(pin)
    team.page.get_by_role("button", name="Mở", exact=True).click()


def step(team: Walker, title: str, *, look: bool = True) -> None:
    """Wait for the screen with this heading; its heading has the focus and the window its name."""
    page = team.page
    page.get_by_role("heading", level=1, name=title).wait_for()
    until(page, "document.activeElement.tagName === 'H1'")
    assert page.title() == f"{title} · Lên Sàn"
    if look:
        team.look()


def onward(team: Walker, title: str, *, look: bool = True) -> None:
    """«Tiếp tục», and the screen that follows."""
    team.page.get_by_role("button", name="Tiếp tục").click()
    step(team, title, look=look)


def begin(team: Walker, door: Door, *, look: bool = True) -> None:
    """From the first screen to the first question: choose the hamlet, search, nobody there."""
    page = team.page
    page.goto(f"{team.base}/thuc-dia/#/")
    page.get_by_role("link", name="Đăng ký hộ").click()
    choose_hamlet(team)
    page.get_by_label("Tìm hộ").fill(door.name)
    page.get_by_role("button", name="Đăng ký hộ mới").click()
    step(team, "Chủ hộ tên gì?", look=look)
    assert page.get_by_label("Họ tên chủ hộ").input_value() == door.name, "what was searched for is the name"


def choose_hamlet(team: Walker) -> None:
    """The first one; who has only one is not asked."""
    page = team.page
    choosing = page.get_by_role("heading", level=1, name="Chọn ấp, thôn")
    choosing.or_(page.get_by_label("Tìm hộ")).first.wait_for()
    if choosing.is_visible():
        page.locator("main .list-row-title a").first.click()


def register(team: Walker, door: Door, *, look: bool = True) -> None:
    """The whole way from the first screen to «Đã ghi vào máy»."""
    page = team.page
    begin(team, door, look=look)
    onward(team, "Điện thoại của hộ", look=look)
    if door.phone:
        page.get_by_label("Của chủ hộ").check()
        page.get_by_role("textbox", name="Số điện thoại").fill(door.phone)
    else:
        page.get_by_label("Không có điện thoại").check()
    onward(team, "Hộ làm nghề gì?", look=look)
    options = page.get_by_label("Làm gì").locator("option").all_inner_texts()
    page.get_by_label("Làm gì").select_option(label=next(each for each in options if each.startswith(door.work)))
    page.get_by_label("Hàng chính").fill(door.goods)
    if door.scale:
        page.get_by_label("Quy mô").fill(door.scale)
    else:
        page.get_by_label("Diện tích").fill(door.area)
    onward(team, "Đăng ký kinh doanh", look=look)
    page.get_by_role("radio", name="Có" if door.is_business else "Chưa", exact=True).check()
    page.get_by_label("Tên bán hàng").fill(door.selling_name)
    onward(team, "Hộ đã có gì để bán trên mạng?", look=look)
    page.get_by_role("button", name="Bỏ qua phần không bắt buộc").click()
    step(team, "Hỏi ý kiến hộ", look=look)
    assert not page.locator("main :checked").count(), "consent is never ticked beforehand"
    for purpose in door.agreed:
        page.get_by_label(purpose).check()
    page.get_by_label("Nghe đọc và nói đồng ý").check()
    onward(team, "Chụp ảnh hàng", look=look)
    if door.photos:
        page.get_by_label("Chọn ảnh có sẵn").set_input_files(list(door.photos))
        page.get_by_text(f"Đã có {len(door.photos)} ảnh.").wait_for()
    onward(team, "Hộ đã có gian hàng ở đâu?", look=look)
    onward(team, "Xem lại rồi lưu", look=look)
    page.get_by_role("button", name="Lưu hộ này").click()
    step(team, "Đã ghi vào máy", look=look)


def wait_until_sent(team: Walker, seconds: int = 20) -> None:
    """The header says that nothing is left on this phone."""
    team.page.locator("#field-counter").get_by_text("Đã gửi hết").wait_for(timeout=seconds * 1000)


def slip_code(team: Walker, name: str) -> str:
    """From the household's card to its printed slip; returns the code on it."""
    page = team.page
    page.goto(f"{team.base}/thuc-dia/#/ap")
    choose_hamlet(team)
    page.get_by_label("Tìm hộ").fill(name)
    page.get_by_role("link", name=name, exact=True).click()
    step(team, name)
    page.get_by_role("link", name="In phiếu vào lần đầu").click()
    page.wait_for_load_state()
    team.look()
    team.click("Cấp mã và in phiếu")
    return page.locator("#entry-code").inner_text()
