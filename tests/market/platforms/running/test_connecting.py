"""Connecting a platform that runs known software: chosen by an operator, opened by its key, chosen anew as long as it was not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from core.kit import clock
from market.platforms.models import Connection
from market.platforms.running.actions.connections import ConnectionRefused, connect_platform
from onboarding.accounts.models import Platform
from tests.market.conftest import Browser
from tests.market.proof import trail
from tests.people import People

pytestmark = pytest.mark.django_db
NEW, LIST = "/san/ket-noi/moi/", "/san/ket-noi/"


@pytest.fixture
def platform() -> Platform:
    return Platform.objects.create(code="cho-ca-na", name="Chợ Cà Ná", operator="HTX Cà Ná")


def made() -> Connection:
    return Connection.objects.select_related("platform").get(platform__code="cho-ca-na")


def test_an_operator_chooses_the_software_and_is_asked_for_its_key(
    platform: Platform, people: People, browser: Browser
) -> None:
    client = browser("buu")
    page = client.get(f"/san/cac-san/{platform.code}/").content.decode()
    assert f"{NEW}?san={platform.code}" in page
    page = client.get(f"{NEW}?san={platform.code}").content.decode()
    assert '<option value="cho-ca-na" selected>' in page and "Cửa hàng Medusa" in page
    assert "Sàn thử" not in page and "Postmart" not in page, "those are connected by the reference data"
    answer = client.post(NEW, {"platform": platform.code, "adapter": "medusa"})
    assert (answer.status_code, answer["Location"]) == (302, "/san/ket-noi/cho-ca-na/khoa/")
    assert (made().adapter, made().stopped, made().is_enabled) == ("medusa", "key", True)
    assert trail()[-1] == ("connection.made", people.users["buu"].pk, f"connection:{made().pk}")
    page = client.get(LIST).content.decode()
    assert "Chợ Cà Ná" in page and "Chưa nhập khóa của sàn" in page


def test_another_software_may_be_chosen_until_the_connection_was_opened(
    platform: Platform, people: People, browser: Browser
) -> None:
    client = browser("buu")
    for adapter in ("medusa", "oscar", "oscar"):
        assert client.post(NEW, {"platform": platform.code, "adapter": adapter}).status_code == 302
    assert made().adapter == "oscar" and Connection.objects.filter(platform=platform).count() == 1
    assert [action for action, _, _ in trail() if action == "connection.made"] == ["connection.made"] * 2
    Connection.objects.update(authorised_at=clock.now())
    answer = client.post(NEW, {"platform": platform.code, "adapter": "medusa"})
    assert answer.status_code == 200 and "đã nối rồi" in answer.content.decode()
    assert "Nối với sàn này" not in client.get(f"/san/cac-san/{platform.code}/").content.decode()
    with pytest.raises(ConnectionRefused, match="đã có kết nối"):
        connect_platform(platform=platform, adapter="medusa", by=people.viewer("buu"))
    assert made().adapter == "oscar"


@pytest.mark.parametrize("adapter", ["voso", "santhu", "khong-co", ""])
def test_only_software_that_serves_any_shop_may_be_chosen(
    platform: Platform, people: People, browser: Browser, adapter: str
) -> None:
    answer = browser("buu").post(NEW, {"platform": platform.code, "adapter": adapter})
    assert answer.status_code == 200 and not Connection.objects.filter(platform=platform).exists()
    with pytest.raises(ConnectionRefused):
        connect_platform(platform=platform, adapter=adapter, by=people.viewer("buu"))


def test_the_practice_platform_is_nobodys_choice(people: People) -> None:
    practice = Platform.objects.get(code="santhu")
    with pytest.raises(ConnectionRefused):
        connect_platform(platform=practice, adapter="oscar", by=people.viewer("buu"))
    assert Connection.objects.get(platform=practice).adapter == "santhu"


def test_nobody_else_connects(platform: Platform, people: People, browser: Browser) -> None:
    for name in ("an", "chi", "phuong"):
        assert browser(name).post(NEW, {"platform": platform.code, "adapter": "oscar"}).status_code in {403, 404}
        with pytest.raises(PermissionError):
            connect_platform(platform=platform, adapter="oscar", by=people.viewer(name))
    assert not Connection.objects.filter(platform=platform).exists()


def test_without_a_platform_to_connect_the_page_says_where_to_add_one(people: People, browser: Browser) -> None:
    page = browser("buu").get(NEW).content.decode()
    assert "hãy thêm sàn vào danh sách trước" in page and "/san/cac-san/moi/" in page


def test_the_key_page_asks_for_what_the_software_needs_and_never_for_an_open_address(
    platform: Platform, people: People, browser: Browser
) -> None:
    connect_platform(platform=platform, adapter="kinto", by=people.viewer("buu"))
    client = proved(browser("buu"))
    address = "/san/ket-noi/cho-ca-na/khoa/"
    page = client.get(address).content.decode()
    for label in ("Địa chỉ gọi", "Tên đăng nhập", "Mật khẩu", "Tên kho (bucket)"):
        assert label in page
    given: dict[str, Any] = {f"secret_{name}": "x" for name in ("user", "password", "bucket", "collection")} | {
        "base_url": "http://127.0.0.1:9/"
    }
    answer = client.post(address, given)
    assert answer.status_code == 200 and "https://" in answer.content.decode()
    answer = client.post(address, {**given, "base_url": "https://127.0.0.1:9/"})
    assert answer.status_code == 200 and made().authorised_at is None, "addresses of this machine are not called"


def proved(client: Client) -> Client:
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client
