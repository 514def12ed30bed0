"""The re-check as people see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.models import Role, User
from ocop.rechecks.actions.looking import settle_due
from ocop.rechecks.models import RecheckItem, RecheckLook
from ocop.register.models import OcopProduct
from ocop.snapshots.models import Snapshot
from onboarding.accounts.models import Observation
from onboarding.households.models import Household
from tests.ocop.conftest import Land, person
from tests.ocop.rechecks.world import ON, at, counted, day, drew, page_of, seen

Fill = Callable[[int, date], None]


@pytest.fixture
def made(land: Land, phuong: User, fill: Fill) -> Snapshot:
    fill(1, ON)
    return counted(land, phuong)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, address: str) -> str:
    """The page with every run of spaces (the ones that never break too) as one."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_chi_looks_at_a_page_and_the_snapshot_shows_what_survived(made: Snapshot, chi: User, phuong: User) -> None:
    draw = drew("I2v")
    page, here = page_of(draw), f"/bang/kiem-tra-lai/{draw.pk}/"
    with at(8):
        client = signed_in(chi)
        assert "xem đến hết ngày 30/11/2026" in text(client, "/bang/kiem-tra-lai/")
        whole = text(client, here)
        assert draw.seed in whole and made.rows_sha256 in whole and "Chờ tôi xem" in whole
        paper = text(client, f"{here}in/")
        assert (
            "Phường Phú Thủy" in paper and "Nước mắm nhĩ" in paper and page.link is not None and page.link.url in paper
        )
        look = f"/bang/kiem-tra-lai/trang/{page.pk}/"
        assert look in text(client, f"/bang/kiem-tra-lai/dong/{page.item_id}/")
        missing = client.post(look, {"result": "there", "note": "còn bán"})
        assert "Hãy chép tên sản phẩm" in missing.content.decode() and not RecheckLook.objects.exists()
        form = {"result": "there", "seen_title": "Nước mắm nhĩ", "note": "mở lúc 9 giờ, còn 12 chai"}
        assert client.post(look, form)["Location"] == f"/bang/kiem-tra-lai/dong/{page.item_id}/"
        shown = text(client, f"/bang/kiem-tra-lai/dong/{page.item_id}/")
        assert "Còn thấy, Chi, 08/11/2026" in shown and "còn 12 chai" in shown and look not in shown
        assert "đã có kết quả" in text(client, look)
        client.post(look, form | {"result": "gone"})
        assert (
            RecheckLook.objects.get().result == "there" and Observation.objects.filter(observer="person").count() == 1
        )
        words = "1/1 (100,0 %), khoảng tin cậy 95 %: 20,6–100,0 %"
        assert words in text(signed_in(phuong), f"/bang/chot-so/{made.number}/")
        assert "Nước mắm nhĩ" in text(client, f"{here}?xem=con") and "Nước mắm nhĩ" not in text(
            client, f"{here}?xem=mat"
        )
    with at(31):
        assert "hết hạn xem ngày 30/11/2026" in text(signed_in(chi), here)


def test_what_lies_elsewhere_is_not_there(land: Land, made: Snapshot, phuong: User, dung: User, an: User) -> None:
    """Dũng's island, Tuấn's commune of the same province, An who sells, an auditor who only reads."""
    draw = drew("I2v")
    page = page_of(draw)
    own = (
        f"/bang/kiem-tra-lai/{draw.pk}/",
        f"/bang/kiem-tra-lai/{draw.pk}/in/",
        f"/bang/kiem-tra-lai/dong/{page.item_id}/",
    )
    look = f"/bang/kiem-tra-lai/trang/{page.pk}/"
    with at(8):
        for user in (dung, person("Tuấn", Role.COMMUNE, land.tuy_phong)):
            client = signed_in(user)
            assert [client.get(url).status_code for url in (*own, look)] == [404] * 4
            assert client.post(look, {"result": "gone", "note": "không có"}).status_code == 404
            assert "Chưa rút lần nào" in text(client, "/bang/kiem-tra-lai/")
        assert signed_in(an).get("/bang/kiem-tra-lai/").status_code in (302, 403, 404)
        auditor = signed_in(person("Kiểm", Role.AUDITOR, land.lam_dong))
        assert auditor.get(own[0]).status_code == 200 and "Nước mắm nhĩ" not in text(auditor, own[0])
        assert [auditor.get(url).status_code in (403, 404) for url in own[1:]] == [True] * 2
        assert auditor.post(look, {"result": "gone", "note": "không có"}).status_code in (403, 404)
        # Nor who knew the page before the draw: what is drawn must not be kept up for the month.
        with connection.cursor() as cursor:
            kept = "no_update" if connection.vendor == "sqlite" else "no_change ON ocop_recheckpage"
            cursor.execute(f"DROP TRIGGER ocop_recheckpage_{kept}")
            cursor.execute("UPDATE ocop_recheckpage SET known_to = %s WHERE id = %s", [f"[{phuong.pk}]", page.pk])
        knew = signed_in(phuong)
        assert "Nước mắm nhĩ" not in text(knew, own[0]) and "Nước mắm nhĩ" not in text(knew, own[1])
        assert [knew.get(url).status_code for url in (own[2], look)] == [404] * 2
    with at(31):
        # Nothing can be kept up any more. (The sessions of day 8 are over as well.)
        reader = person("Kiểm Hai", Role.AUDITOR, land.lam_dong)
        assert [signed_in(user).get(own[2]).status_code for user in (reader, phuong)] == [200] * 2
    assert not RecheckLook.objects.exists()


def test_a_commune_sees_its_own_rows_only(land: Land, phuong: User, chi: User, fill: Fill) -> None:
    fill(2, ON)
    one = OcopProduct.objects.order_by("pk")[0]
    OcopProduct.objects.filter(pk=one.pk).update(unit=land.tuy_phong, name="Nước mắm riêng của Tuy Phong")
    counted(land, phuong)
    draw = drew("I2v")
    assert draw.size == 2
    with at(8):
        assert "riêng của Tuy Phong" in text(signed_in(phuong), f"/bang/kiem-tra-lai/{draw.pk}/")
        for path in ("", "in/"):
            assert "riêng của Tuy Phong" not in text(signed_in(chi), f"/bang/kiem-tra-lai/{draw.pk}/{path}")
        hidden = RecheckItem.objects.get(draw=draw, subject_id=one.pk)
        assert signed_in(chi).get(f"/bang/kiem-tra-lai/dong/{hidden.pk}/").status_code == 404


@pytest.mark.parametrize("size", [1, 25])
def test_query_budgets(land: Land, phuong: User, fill: Fill, size: int) -> None:
    fill(size, ON)
    made = counted(land, phuong)
    draw = drew("I1")
    page = draw.items.order_by("position")[0].pages.get()
    assert page.link is not None
    seen(page.link, day(8, 1))
    client = signed_in(phuong)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    with at(8):
        client.get("/bang/kiem-tra-lai/")
        paths = ("/bang/kiem-tra-lai/", f"/bang/kiem-tra-lai/{draw.pk}/", f"/bang/kiem-tra-lai/{draw.pk}/?xem=nguoi")
        more = (f"/bang/kiem-tra-lai/{draw.pk}/in/", f"/bang/kiem-tra-lai/dong/{page.item_id}/")
        found = [cost(path) for path in (*paths, *more, f"/bang/kiem-tra-lai/trang/{page.pk}/")]
        assert found == [7, 8, 10, 9, 8, 7], found
        assert cost(f"/bang/chot-so/{made.number}/") == 13
    assert Household.objects.count() == size


def test_the_share_stands_beside_the_rate_of_today_with_the_day_it_is_of(
    land: Land, made: Snapshot, chi: User, phuong: User
) -> None:
    draw = drew("I2v")
    page = page_of(draw)
    assert page.link is not None
    dung = person("Dũng ở Côn Đảo", Role.COMMUNE, land.con_dao)
    national = person("Trung ương", Role.NATIONAL)
    beside = f'1/1 (100,0 %), khoảng tin cậy 95 %: 20,6–100,0 %. <a href="/bang/kiem-tra-lai/{draw.pk}/">Tỉnh Lâm Đồng, chốt ngày 31/10/2026</a>'  # fmt: skip
    with at(8):
        assert "Kiểm tra lại sau" not in text(signed_in(phuong), "/bang/I2v/")  # nothing was looked at yet
        seen(page.link, day(8), title="Nước mắm nhĩ")
    with at(9):
        settle_due()
        for who in (phuong, chi):
            assert beside in text(signed_in(who), "/bang/I2v/")
        assert beside in text(signed_in(phuong), f"/bang/I2v/?unit={land.phu_thuy.code}")
        assert beside in text(signed_in(national), f"/bang/I2v/?unit={land.lam_dong.code}")
        for who, address in (
            (dung, "/bang/I2v/"),
            (national, "/bang/I2v/"),
            (phuong, "/bang/I2v/?on=2026-10-30"),
            (phuong, "/bang/I1/"),  # drawn, and not looked at
            (phuong, "/bang/I2both/"),  # not drawn from
        ):
            assert "Kiểm tra lại sau" not in text(signed_in(who), address), (who, address)
        client = signed_in(phuong)
        client.get("/bang/I2v/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/bang/I2v/")
        assert len(captured) == 12, [query["sql"][:120] for query in captured]


def test_a_page_that_somebody_could_not_judge_is_offered_to_another(made: Snapshot, phuong: User, chi: User) -> None:
    page = page_of(drew())
    row, form = f"/bang/kiem-tra-lai/dong/{page.item_id}/", f"/bang/kiem-tra-lai/trang/{page.pk}/"
    with at(9):
        signed_in(chi).post(form, {"result": "unclear", "note": "trang đòi đăng nhập"})
        own, other = text(signed_in(chi), row), text(signed_in(phuong), row)
        assert "Bạn đã ghi là không kết luận được." in own and form not in own
        assert "trang đòi đăng nhập" in other and form in other
        signed_in(phuong).post(form, {"result": "gone", "note": "mở bằng máy khác, trang trống"})
        shown = text(signed_in(chi), row)
        assert "Không kết luận được, " in shown and "; Không còn, " in shown and form not in shown
        assert "trang đòi đăng nhập · mở bằng máy khác, trang trống" in shown
