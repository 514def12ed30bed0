"""The boards in the demo world, on a phone and on a desk: axe finds nothing, nothing overflows; the map is reached by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import Stack, Walker

PAGES = [
    "/bang/", "/bang/?ma=I1", "/bang/xu-huong/", "/bang/thay-doi/", "/bang/thay-doi/?ma=I1", "/bang/viec/", "/bang/viec/?loai=ho",
    "/bang/thi-diem/", "/man-hinh/", "/bang/man-hinh/moi/",
]  # fmt: skip


def test_the_boards_are_for_everybodys_eyes_and_hands(stack: Stack, walker: Callable[..., Walker]) -> None:
    phone = walker(width=390)
    phone.sign_in("tinh")
    for path in PAGES:
        phone.open(path)
    desk = walker(width=1280)
    desk.sign_in("tinh")
    desk.open("/bang/")
    mark = desk.page.locator(".place-map svg a").first
    mark.focus()
    where = mark.get_attribute("href") or ""
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    assert where.startswith("/bang/?unit=")
    assert desk.page.url.endswith(where)
    desk.look()
