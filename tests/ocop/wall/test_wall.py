"""A screen on a wall: who hangs one, what it shows, and what its link opens."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.kit import clock
from core.kit.origin import WithoutKeys
from core.people.models import Grant, Role, User
from core.places.models import Level, Unit
from ocop.indicators.models import Tally
from ocop.wall.actions import ScreenRefused, make_screen_link, revoke_screen_link
from ocop.wall.models import ScreenLink
from ocop.wall.queries import SHOWN, hash_of
from ocop.wall.rules import LONGEST, MOST_LINKS, WRONG_SECRETS
from tests.ocop.conftest import Land, moment, person, viewer

TODAY, WEEK_AGO = date(2026, 11, 22), date(2026, 11, 15)
Counts = dict[str, tuple[int, int, int]]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock_:
        yield clock_


def kept(on: date, units: dict[Unit, Counts], *, whole: bool = True) -> None:
    """The day was counted; with these integers by unit and code."""
    rows = [(each.code, each.version, None, (0, 0, 0)) for each in SHOWN[: None if whole else -1]]
    versions = {each.code: each.version for each in SHOWN}
    rows += [(code, versions[code], unit, numbers) for unit, of in units.items() for code, numbers in of.items()]  # type: ignore[misc]
    Tally.objects.bulk_create(
        Tally(indicator=code, version=version, on=on, unit=unit, numerator=n, denominator=d, missing=m, counted_at=moment(on))
        for code, version, unit, (n, d, m) in rows
    )  # fmt: skip


def hung(by: User, unit: Unit, days: int = 7) -> tuple[ScreenLink, str]:
    return make_screen_link(name="Phòng họp", unit=unit, expires_at=clock.now() + timedelta(days=days), by=viewer(by))


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_phuong_hangs_a_screen_that_shows_a_few_sums_and_opens_nothing_else(land: Land, phuong: User) -> None:
    kept(WEEK_AGO, {land.phu_thuy: {"I2both": (12, 40, 0), "I1": (50, 100, 0)}})
    kept(
        TODAY,
        {
            land.phu_thuy: {"I2both": (10, 30, 0), "I2v": (20, 30, 0), "I1": (40, 100, 6), "I3": (9, 10, 0)},
            land.tuy_phong: {"I2both": (5, 11, 0), "I1": (0, 0, 8)},
            land.con_dao: {"I2both": (700, 900, 0)},  # of another province
        },
    )
    office = Client()
    office.force_login(phuong)
    answer = office.post("/bang/man-hinh/moi/", {"name": "  Phòng họp  tầng 2 ", "unit": land.lam_dong.pk, "days": 180})
    assert (answer.status_code, answer["Location"]) == (302, "/bang/man-hinh/")
    once = office.get("/bang/man-hinh/").content.decode()
    address = once.split('id="screen-link">')[1].split("<")[0]
    secret = address.rstrip("/").rsplit("/", 1)[1]
    again = text(office, "/bang/man-hinh/")
    assert "<svg" in once and len(secret) >= 43 and secret not in again and "Phòng họp tầng 2" in again
    link = ScreenLink.objects.get()
    assert (link.secret_hash, link.expires_at - link.made_at) == (hash_of(secret), LONGEST)
    assert not any(secret in str(value) for row in ScreenLink.objects.values() for value in row.values())
    screen = Client()
    shown = screen.get(f"/man-hinh/{secret}/")
    words = " ".join(shown.content.decode().split())
    assert shown.status_code == 200 and screen.cookies == {}, "a television holds no session"
    assert (shown["Referrer-Policy"], shown["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in shown["Cache-Control"] and "masthead" not in words
    for said in (
        "Tỉnh Lâm Đồng",
        "36,6 %",
        "15/41 sản phẩm",
        "66,7 %",
        "40,0 %",
        "40/100 hộ",
        "90,0 %",
        "9/10 ấp, thôn",
    ):
        assert said in words.replace("\u00a0", " "), said
    assert "Ngoài ra 14 hộ ở xã chưa chốt mẫu số" in words and "Mục tiêu 80 %. Chưa đạt." in words
    assert "+3" in words and "từ 12/40 lên 15/41 sản phẩm" in words and "−10" in words and "xuống 40/100 hộ" in words
    assert "Chưa có số liệu để so" in words and "Ngày 22/11/2026 so với ngày 15/11/2026." in words
    assert "Đếm lần cuối lúc 09:00, 22/11/2026." in words and "Số cũ" not in words and "715" not in words
    assert re.search(r'data-at="\d\d:\d\d, 22/11/2026"', words), "a screen that lost its line yesterday says so"
    assert [screen.get(path).status_code for path in ("/bang/", "/man-hinh/", "/bang/man-hinh/")] == [302] * 3
    assert text(office, "/man-hinh/").count("36,6") == 1 and office.get("/man-hinh/?unit=79").status_code == 404


def test_old_figures_are_called_old_and_none_are_not_zero(land: Land, phuong: User, noon: Any) -> None:
    _link, secret = hung(phuong, land.lam_dong, 60)
    assert "30 ngày qua chưa đếm ngày nào." in text(Client(), f"/man-hinh/{secret}/")
    kept(date(2026, 11, 20), {land.phu_thuy: {"I2both": (0, 40, 0)}})
    kept(TODAY, {land.phu_thuy: {"I2both": (39, 40, 0)}}, whole=False)
    words = text(Client(), f"/man-hinh/{secret}/")
    assert "Số cũ: của ngày 20/11/2026, hôm nay chưa đếm." in words and "39/40" not in words
    assert "0/40 sản phẩm" in words and words.count("Chưa có số liệu</p>") == 9
    noon.move_to(datetime(2026, 12, 21, 5, tzinfo=UTC))
    assert "30 ngày qua chưa đếm ngày nào." in text(Client(), f"/man-hinh/{secret}/")


def test_a_commune_s_screen_hides_what_few_neighbours_could_recognise(land: Land, phuong: User) -> None:
    counts: Counts = {"I1": (4, 30, 0), "I2both": (28, 30, 0), "I2any": (5, 10, 0), "I1b": (5, 10, 0), "I3": (0, 4, 0)}
    kept(TODAY, {land.phu_thuy: counts})
    kept(WEEK_AGO, {land.phu_thuy: counts | {"I2both": (20, 30, 0)}})
    of_commune, of_province = hung(phuong, land.phu_thuy)[1], hung(phuong, land.lam_dong)[1]
    small = text(Client(), f"/man-hinh/{of_commune}/")
    assert (
        small.count("Số quá nhỏ, không hiện ở đây") == 6 and "5/10 hộ" in small
    )  # I1, I2both with I2any, I3 and two changes
    assert "5/10 sản phẩm" not in small
    assert "4/30" not in small and "28/30" not in small and "+8" not in small
    assert "4/30" in text(Client(), f"/man-hinh/{of_province}/")


def test_wrong_expired_revoked_and_moved_links_say_so_calmly(land: Land, phuong: User, noon: Any) -> None:
    cache.clear()
    kept(TODAY, {land.phu_thuy: {"I2both": (10, 40, 0)}})
    link, secret = hung(phuong, land.phu_thuy)
    revoked, gone = hung(phuong, land.lam_dong)
    office, screen = Client(), Client()
    office.force_login(phuong)
    assert office.post(f"/bang/man-hinh/{revoked.pk}/thu-hoi/").status_code == 302
    revoke_screen_link(link=revoked, by=viewer(phuong))  # twice is harmless
    told = [
        (screen.get(f"/man-hinh/{each}/").status_code, screen.get(f"/man-hinh/{each}/").content.decode())
        for each in ("khong-co", gone)
    ]
    assert [status for status, _ in told] == [404, 410]
    assert "Không có màn hình này" in told[0][1] and "Màn hình này đã được thu hồi" in told[1][1]
    assert "10/40" not in told[1][1]
    assert [(entry.action, entry.actor_id, entry.unit_code) for entry in AuditEntry.objects.filter(object_label=f"screen:{revoked.pk}").order_by("pk")] == [
        ("screen.made", phuong.pk, "68"), ("screen.revoked", phuong.pk, "68"),
    ]  # fmt: skip
    answers = [screen.get("/man-hinh/khong-co/").status_code for _ in range(WRONG_SECRETS.amount)]
    assert answers[-1] == 429 and screen.get(f"/man-hinh/{secret}/").status_code == 200, "right ones never count"
    Unit.objects.filter(pk=land.phu_thuy.pk).update(valid_to=TODAY)
    moved = screen.get(f"/man-hinh/{secret}/")
    assert moved.status_code == 410 and "Địa bàn của màn hình này đã đổi" in moved.content.decode()
    Unit.objects.filter(pk=land.phu_thuy.pk).update(valid_to=None)
    noon.move_to(link.expires_at)
    expired = screen.get(f"/man-hinh/{secret}/")
    assert expired.status_code == 410 and "đã hết hạn" in expired.content.decode()
    assert expired["Referrer-Policy"] == "no-referrer" and "no-store" in expired["Cache-Control"]


def test_a_commune_s_screen_gives_no_small_figure_away(land: Land, phuong: User) -> None:
    """Both = one + the other - either: three of them tell the fourth. A province's screen shows its sums."""
    products = {"I2both": (3, 20, 0), "I2v": (10, 20, 0), "I2p": (9, 20, 0), "I2any": (14, 20, 0)}
    fair = {code: (n + 5, 30, 0) for code, (n, _d, _m) in products.items()}
    kept(WEEK_AGO, {land.phu_thuy: fair, land.tuy_phong: fair})
    kept(
        TODAY,
        {land.phu_thuy: products | {"I1": (20, 40, 3)}, land.tuy_phong: fair | {"I1": (20, 40, 5), "I1b": (4, 40, 0)}},
    )
    small, other, whole = (
        text(Client(), f"/man-hinh/{hung(phuong, unit)[1]}/") for unit in (land.phu_thuy, land.tuy_phong, land.lam_dong)
    )
    assert (
        "/20 sản phẩm" not in small and "/30" not in small and small.count("Số quá nhỏ, không hiện ở đây") == 4 + 1 + 1
    )
    assert "20/40 hộ" in small and "Ngoài ra có hộ không nằm trong tỷ lệ" in small and "Ngoài ra 3 hộ" not in small
    for said in ("8/30 sản phẩm", "15/30 sản phẩm", "14/30 sản phẩm", "19/30 sản phẩm", "Ngoài ra 5 hộ", "20/40 hộ"):
        assert said in other, said
    assert other.count("Số quá nhỏ, không hiện ở đây") == 1 and "4/40" not in other, "rates of households hide alone"
    assert "11/50 sản phẩm" in whole and "Ngoài ra 8 hộ" in whole and "Số quá nhỏ" not in whole


def test_a_fault_writes_no_screen_s_address_into_the_log(
    land: Land, phuong: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on the line and not in the traceback; goods and digests are still told by name."""
    _link, secret = hung(phuong, land.lam_dong)

    def broken(scope: object) -> None:
        raise RuntimeError(f"https://x/man-hinh/{secret}/")

    monkeypatch.setattr("ocop.wall.views.screen.wall_of", broken)
    (console,) = [each for each in logging.getLogger().handlers if isinstance(each.formatter, WithoutKeys)]
    assert isinstance(console, logging.StreamHandler)
    before = console.setStream(told := io.StringIO())
    try:
        assert Client(raise_request_exception=False).get(f"/man-hinh/{secret}/").status_code == 500
        logging.getLogger("lensan").warning("/hang/ca-phe-robusta-rang-moc-gia-nghia-dak-nong-1 /%s", "0a" * 32)
    finally:
        console.setStream(before)  # type: ignore[arg-type]
    assert "Internal Server Error: /man-hinh/…/" in told.getvalue() and "Traceback" in told.getvalue()
    assert secret not in told.getvalue()
    assert "/hang/ca-phe-robusta-rang-moc-gia-nghia-dak-nong-1 /" + "0a" * 32 in told.getvalue()


def test_a_screen_stops_with_its_maker_s_rights(land: Land, phuong: User) -> None:
    kept(TODAY, {land.phu_thuy: {"I2both": (10, 40, 0)}})
    maker = person("Người tạo", Role.PROVINCE, land.lam_dong)
    of_province, of_commune = (hung(maker, unit)[1] for unit in (land.lam_dong, land.phu_thuy))
    (office := Client()).force_login(phuong)

    def answers() -> list[int]:
        return [Client().get(f"/man-hinh/{secret}/").status_code for secret in (of_province, of_commune)]

    assert answers() == [200, 200] and "Đã ngừng" not in text(office, "/bang/man-hinh/")
    User.objects.filter(pk=maker.pk).update(is_active=False)
    assert answers() == [410, 410]
    User.objects.filter(pk=maker.pk).update(is_active=True)
    Grant.objects.filter(user=maker).update(unit=land.ho_chi_minh)
    assert answers() == [410, 410]
    Grant.objects.filter(user=maker).update(unit=land.lam_dong, valid_to=TODAY)
    closed = Client().get(f"/man-hinh/{of_province}/")
    words = closed.content.decode()
    assert closed.status_code == 410 and "Màn hình này đã ngừng" in words and "10/40" not in words
    assert text(office, "/bang/man-hinh/").count("Đã ngừng: người tạo không còn phụ trách") == 2
    assert answers() == [410, 410]
    link = ScreenLink.objects.get(secret_hash=hash_of(of_commune))
    assert office.post(f"/bang/man-hinh/{link.pk}/thu-hoi/").status_code == 302
    assert "đã được thu hồi" in Client().get(f"/man-hinh/{of_commune}/").content.decode()


def test_only_who_signs_the_figures_of_an_area_hangs_a_screen(land: Land, phuong: User, chi: User) -> None:
    link, _secret = hung(phuong, land.lam_dong)
    stranger = person("Hòa", Role.PROVINCE, land.ho_chi_minh)
    before = AuditEntry.objects.count()
    for other in (chi, stranger, person("Kiểm", Role.AUDITOR, land.lam_dong)):
        with pytest.raises(PermissionError):
            hung(other, land.lam_dong)
        with pytest.raises(PermissionError):
            revoke_screen_link(link=link, by=viewer(other))
        client = Client()
        client.force_login(other)
        assert client.post(f"/bang/man-hinh/{link.pk}/thu-hoi/").status_code == 404
    client.force_login(stranger)
    client.post("/bang/man-hinh/moi/", {"name": "x", "unit": land.lam_dong.pk, "days": 7})
    assert (ScreenLink.objects.filter(revoked_at=None).count(), AuditEntry.objects.count()) == (1, before)
    for name, days, why in (("", 7, "đặt tên"), ("x", 181, "180 ngày"), ("x", 0, "180 ngày")):
        with pytest.raises(ScreenRefused, match=why):
            make_screen_link(name=name, unit=land.lam_dong, expires_at=clock.now() + timedelta(days=days), by=viewer(phuong))  # fmt: skip
    for _ in range(MOST_LINKS - 1):
        hung(phuong, land.lam_dong)
    with pytest.raises(ScreenRefused, match="20 màn hình"):
        hung(phuong, land.lam_dong)


def test_a_screen_s_questions_are_few_and_write_once_a_minute(land: Land, phuong: User, noon: Any) -> None:
    units = list(Unit.objects.filter(parent=land.lam_dong, level=Level.COMMUNE, valid_to=None).order_by("code")[:25])
    link, secret = hung(phuong, land.lam_dong)
    counted = []
    for count in (1, 25):
        Tally.objects.all().delete()
        for day in (WEEK_AGO, TODAY):
            kept(day, {unit: {"I2both": (1, 4, 0)} for unit in units[:count]})
        Client().get(f"/man-hinh/{secret}/")
        noon.shift(30)
        with CaptureQueriesContext(connection) as queries:
            assert f"{count}/{4 * count} sản phẩm" in Client().get(f"/man-hinh/{secret}/").content.decode()
        counted.append(len(queries))
        assert not [query for query in queries if not query["sql"].startswith("SELECT")]
        seen = ScreenLink.objects.get(pk=link.pk).last_seen_at
        assert seen == clock.now() - timedelta(seconds=30)
        noon.shift(30)
        Client().get(f"/man-hinh/{secret}/")
        assert ScreenLink.objects.get(pk=link.pk).last_seen_at == clock.now()
        noon.shift(60)
    assert counted == [5, 5]
