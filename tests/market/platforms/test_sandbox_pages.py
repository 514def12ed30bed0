"""The marketplace's pages, in a browser at phone width: usable, accessible, and never taken for real."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from market.platforms.contract import ConnectionSettings, RemoteIds
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.samples import document, jpeg

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
LABEL = "MÔ PHỎNG – không phải sàn thật"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 390, "height": 844}, locale="vi-VN")
        browser.close()


@pytest.fixture
def listing(connection: ConnectionSettings) -> RemoteIds:
    title = "Nước mắm <b>nhĩ</b> " + "rấtdài" * 12
    remote = SanThuAdapter().put_content(connection, document(title=title), None, "op").remote
    assert remote is not None
    return remote


def check(page: Page) -> None:
    """Labelled as a simulation, no sideways scrolling, nothing for axe to find."""
    assert page.get_by_text(LABEL).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_moderator_refuses_approves_and_takes_down(page: Page, double: Double, listing: RemoteIds) -> None:
    page.goto(f"{double.url}/")
    check(page)
    assert page.get_by_text("Chưa có tin nào được duyệt.").is_visible()

    page.get_by_role("link", name="Kiểm duyệt").click()
    assert page.get_by_role("heading", name="Chờ duyệt (1)").is_visible()
    page.get_by_text("Từ chối và nêu lý do").click()
    check(page)
    page.get_by_role("button", name="Từ chối").click()
    assert "Hãy viết ít nhất một lý do" in page.get_by_role("alert").inner_text()
    check(page)
    page.get_by_label("Mục cần sửa").first.select_option("images")
    page.get_by_label("Lời nhắn cho người bán").first.fill("Ảnh mờ")
    page.get_by_role("button", name="Từ chối").click()
    assert page.get_by_text("Không có tin nào chờ duyệt.").is_visible()
    (item,) = double.listings()
    assert (item["state"], item["reasons"]) == ("refused", [{"field": "images", "text": "Ảnh mờ"}])

    double.control("POST", "review", {"id": item["id"], "decision": "approve"})
    page.goto(f"{double.url}/")
    check(page)
    page.get_by_role("link", name="Nước mắm <b>nhĩ</b>").click()
    assert page.get_by_text("85.000 đ / chai").is_visible()
    assert page.get_by_text("OCOP 4 sao").is_visible()
    assert page.locator(".photos img").evaluate_all("all => all.every(one => one.naturalWidth === 64)")
    check(page)

    page.goto(f"{double.url}/kiem-duyet")
    page.get_by_role("button", name="Gỡ khỏi sàn").click()
    assert double.listings()[0]["state"] == "blocked"
    page.goto(f"{double.url}/p/{listing.product_id}")
    assert page.get_by_role("heading", name="Không thấy trang này").is_visible()
    check(page)


def status_of(double: Double, path: str, data: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(double.url + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_approving_needs_the_form_and_the_api_needs_the_key(double: Double, listing: RemoteIds) -> None:
    form = f"listing={listing.product_id}&decision=approve".encode()
    assert status_of(double, "/kiem-duyet", form) == 403
    assert [item["state"] for item in double.listings()] == ["pending_review"]
    for path in ("/api/me", "/api/listings", f"/api/listings/{listing.product_id}", "/api/media"):
        assert status_of(double, path) == 401
        assert status_of(double, path, Authorization="Bearer wrong") == 401


def test_only_real_pictures_become_photos(double: Double) -> None:
    def upload(content: bytes, content_type: str) -> int:
        headers = {"Authorization": f"Bearer {double.key}", "Content-Type": content_type}
        return status_of(double, "/api/media", content, **headers)

    assert upload(b"<html><script>alert(1)</script></html>", "image/jpeg") == 422
    assert upload(jpeg(1), "text/html") == 422
    assert upload(jpeg(1), "image/jpeg") == 201
    assert status_of(double, "/media/m-../../market.sqlite3") == 404


def test_an_unknown_fault_is_refused(double: Double) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        double.plan({"kind": "no_such_fault"})
    assert caught.value.code == 422
