"""Frames, as people see them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from ocop.frames.models import Frame
from tests.ocop.conftest import Land, account, framed, household, look, moment, platform, producer, viewer
from tests.ocop.frames.test_actions import TODAY, make


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, path: str) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_from_the_list_to_the_signature(land: Land, chi: User, phuong: User) -> None:
    home = household(land.phu_thuy, name="Trần Thị Sáu")
    household(land.tuy_phong)
    assert "0 trên 1 xã có hộ đã chốt mẫu số" in seen(chi, "/bang/mau-so/")
    assert "Chưa chốt mẫu số." in seen(chi, "/bang/mau-so/")
    client = signed_in(chi)
    path = "/bang/mau-so/lap/22924/"
    assert "1 hộ đang sản xuất" in seen(chi, path)
    wrong = client.post(path, {"year": "2026", "source": "review", "numbers": "1\nhai", "document": "15/DS"})
    assert "«hai» không phải số hộ" in wrong.content.decode()
    assert "15/DS" in wrong.content.decode()
    assert not Frame.objects.exists()
    answer = client.post(path, {"year": "2026", "source": "review", "document": "15/DS"})
    made = Frame.objects.get()
    page = f"/bang/mau-so/{made.pk}/"
    assert answer.headers["Location"] == page
    assert client.post(f"{page}ky/").status_code == 404
    assert "Ký mẫu số này" not in seen(chi, page)
    assert "Chờ bạn ký" in seen(phuong, "/bang/mau-so/")
    assert "Ký mẫu số này" in seen(phuong, page)
    assert signed_in(phuong).post(f"{page}ky/").headers["Location"] == page
    assert "1 trên 2 xã có hộ đã chốt mẫu số" in seen(phuong, "/bang/mau-so/")
    printed = seen(chi, f"{page}in/")
    assert f'<th scope="row">{home.pk}</th>' in printed
    assert "Sáu" not in printed
    assert made.sha256 in printed


def test_both_rates_are_shown_once_a_frame_was_replaced(land: Land, chi: User, phuong: User) -> None:
    homes = [household(land.phu_thuy) for _ in range(4)]
    opened = account(producer("Hộ", land.phu_thuy, homes[0]), platform("voso"))
    page = opened.links.create(platform=opened.platform, url="https://voso.vn/1", kind="shop", claimed_at=moment(TODAY))
    look(page, moment(TODAY))
    [old] = framed(*homes)
    path = f"/bang/mau-so/{old.pk}/"
    assert "1/4 (25,0 %)" in seen(chi, path)
    client = signed_in(chi)
    form = {"source": "review", "numbers": f"{homes[0].pk}\n{homes[1].pk}"}
    assert "Hãy ghi lý do" in client.post(f"{path}thay/", form).content.decode()
    assert Frame.objects.count() == 1
    client.post(f"{path}thay/", form | {"reason": "hai hộ chuyển đi"})
    new = Frame.objects.get(replaces=old)
    signed_in(phuong).post(f"/bang/mau-so/{new.pk}/ky/")
    both = seen(phuong, f"/bang/mau-so/{new.pk}/")
    assert "Tỷ lệ theo mẫu số mới và mẫu số cũ" in both
    assert "1/2 (50,0 %)" in both and "1/4 (25,0 %)" in both
    assert "hai hộ chuyển đi" in both
    assert "Đã được thay ngày 22/11/2026." in seen(chi, path)


def test_outsiders_find_nothing(land: Land, chi: User, dung: User, an: User) -> None:
    household(land.phu_thuy)
    made = make(land, viewer(chi))
    for path in (f"/bang/mau-so/{made.pk}/", f"/bang/mau-so/{made.pk}/in/", "/bang/mau-so/lap/22924/"):
        assert signed_in(dung).get(path).status_code == 404
        assert signed_in(an).get(path).status_code == 404
    for step in ("ky", "rut"):
        assert signed_in(dung).post(f"/bang/mau-so/{made.pk}/{step}/").status_code == 404
    made.refresh_from_db()
    assert made.is_waiting
    assert "Phú Thủy" not in seen(dung, "/bang/mau-so/")


@pytest.mark.parametrize("size", [1, 25])
def test_query_budget(land: Land, phuong: User, size: int) -> None:
    communes = list(land.lam_dong.children.filter(level="commune", valid_to=None).order_by("code")[:size])
    framed(*(household(commune) for commune in communes))
    client = signed_in(phuong)
    client.get("/bang/mau-so/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/bang/mau-so/")
    assert len(captured) == 9, [query["sql"][:100] for query in captured]


def test_who_signs_sees_how_many_living_households_the_list_leaves_out(land: Land, chi: User, phuong: User) -> None:
    homes = [household(land.phu_thuy) for _ in range(10)]
    client = signed_in(chi)
    client.post("/bang/mau-so/lap/22924/", {"year": "2026", "source": "review", "numbers": str(homes[0].pk)})
    made = Frame.objects.get()
    left_out = "9 hộ đang sống trong xã không có trong danh sách 1 hộ này."
    assert left_out in seen(phuong, f"/bang/mau-so/{made.pk}/")
    signed_in(phuong).post(f"/bang/mau-so/{made.pk}/ky/")
    assert left_out in seen(phuong, f"/bang/mau-so/{made.pk}/")
    [whole] = framed(*homes, year=2027)
    assert "không có trong danh sách" not in seen(phuong, f"/bang/mau-so/{whole.pk}/")
