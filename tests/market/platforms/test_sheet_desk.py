"""Bưu's desk: a file out, a file in, claims that somebody else confirms with their own eyes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.audit.models import AuditEntry
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import NOBODY, SYSTEM
from core.places.models import Unit
from market.listings.actions import take_stock
from market.listings.models import Listing
from market.orders.models import Purchase
from market.platforms.desk.actions import (
    ImportReport,
    NotAllowed,
    NothingToExport,
    confirm_link,
    export_sheet,
    import_result,
    refuse_link,
)
from market.platforms.engine.push import push_due
from market.platforms.models import PlatformListing, SheetBatch
from market.platforms.queries import states_of
from market.shops.models import Shop
from onboarding.accounts.actions import LinkRefused
from onboarding.accounts.models import Observation, OutsideLink
from onboarding.producers.actions import add_member
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import LIVE, PAGE, SKU, Desk
from tests.market.platforms.sheet_tools import filled, rows_of
from tests.market.proof import everything, trail
from tests.people import People, make_listing


def sentence(listing: Listing) -> tuple[str, str]:
    (state,) = states_of(listing)
    return state.kind, state.sentence


def test_the_whole_way_of_a_sheet(desk: Desk, listing: Listing, people: People) -> None:
    assert sentence(listing) == ("wait", "Đang gửi lên sàn.")
    push_due()
    assert sentence(listing) == ("wait", "Chờ đưa vào tệp gửi cho sàn.")
    since = len(trail())
    pack = desk.export()
    (line,) = rows_of(pack)
    assert (line[SKU], line["Tên sản phẩm"], line["Giá bán (đồng)"], line["Số lượng"]) == (
        listing.sku,
        "Hạt điều rang",
        50_000,
        10,
    )
    batch = SheetBatch.objects.get()
    assert (batch.number, batch.count, batch.made_by_id, batch.answered_at) == (1, 1, people.users["buu"].pk, None)
    assert sentence(listing) == ("wait", "Chờ nhân viên sàn đăng.")

    www = PAGE.replace("voso.vn", "www.voso.vn") + "?utm_source=zalo#top"
    report = desk.take(desk.answer(pack, {listing.sku: LIVE | {"Liên kết": www, "Mã trên sàn": "778899"}}))
    assert report == ImportReport(claimed=1)
    row = desk.row(listing)
    assert (row.claimed_url, row.remote_id, row.claimed_by_id, row.observed) == (
        PAGE,
        "778899",
        people.users["buu"].pk,
        "absent",
    )
    assert sentence(listing) == ("wait", "Sàn báo đã đăng. Chờ người mở trang xem và xác nhận.")
    assert not Observation.objects.exists(), "a claim is no evidence"

    confirm_link(row=row, by=people.viewer("chi"))
    seen = Observation.objects.select_related("link__account").get()
    assert (seen.link.url, seen.link.account.producer_id, seen.observer, seen.observed_by_id, seen.result) == (
        PAGE,
        people.producer.pk,
        "person",
        people.users["chi"].pk,
        "live",
    )
    row = desk.row(listing)
    assert (row.observed, row.work, row.url, row.claimed_url, row.link_id) == ("live", "idle", PAGE, "", seen.link_id)
    assert sentence(listing) == ("good", "Đã lên sàn.")
    words = [word for word, _, _ in trail(since)]
    assert words == [
        "sheet.exported",
        "sheet.answered",
        "platform_account.claimed",
        "link.observed",
        "link.confirmed",
    ]


def test_the_same_result_twice_changes_nothing(desk: Desk, shop: Shop, listing: Listing, people: People) -> None:
    second = make_listing(shop, name="Điều sống")
    raw = desk.answer(
        desk.export(),
        {
            listing.sku: LIVE | {"Liên kết": PAGE.replace("//", "//www.")},
            second.sku: {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ"},
        },
    )
    assert desk.take(raw) == ImportReport(claimed=1, rejected=1)

    def again() -> None:
        before = everything()
        assert desk.take(raw) == ImportReport(unchanged=2)
        assert everything() == before | {"AuditEntry": everything()["AuditEntry"]}

    again()
    confirm_link(row=desk.row(listing), by=people.viewer("chi"))
    again()


def test_nothing_goes_out_twice(desk: Desk, listing: Listing) -> None:
    desk.export()
    before = everything()
    with pytest.raises(NothingToExport):
        desk.export()
    assert everything() == before


def test_a_change_after_the_pack_goes_into_the_next_one(desk: Desk, listing: Listing, people: People) -> None:
    first = desk.export()
    raw = desk.answer(first, {listing.sku: LIVE})
    desk.take(raw)
    confirm_link(row=desk.row(listing), by=people.viewer("chi"))
    take_stock([(listing, 4)])
    second = desk.export()
    assert [line["Số lượng"] for line in rows_of(second)] == [6]
    assert sentence(listing) == ("good", "Đã lên sàn. Bản sửa mới đang chờ gửi.")
    assert desk.take(desk.answer(second, {listing.sku: LIVE})) == ImportReport(unchanged=1)
    assert (sentence(listing), desk.row(listing).work) == (("good", "Đã lên sàn."), "idle")


def test_a_refused_row_gives_its_reasons_and_comes_again_after_the_edit(
    desk: Desk, listing: Listing, browser: Browser
) -> None:
    answers = {listing.sku: {"Kết quả": "bị từ chối", "Lý do": "Ảnh mờ; Thiếu hạn dùng"}}
    assert desk.take(desk.answer(desk.export(), answers)) == ImportReport(rejected=1)
    row = desk.row(listing)
    assert (row.observed, row.work, [reason["remote"] for reason in row.reasons]) == (
        "rejected",
        "blocked",
        ["Ảnh mờ", "Thiếu hạn dùng"],
    )
    assert sentence(listing) == ("bad", "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại.")
    an = browser("an")
    page = an.get(reverse("seller_on_platforms", args=[listing.sku])).content.decode()
    assert "Ảnh mờ" in page and "Thiếu hạn dùng" in page
    address = reverse("seller_listing_edit", args=[listing.sku])
    form = an.get(address).context["form"].initial
    kept = an.get(address).context["kept"]
    an.post(address, form | {"category": form["category"].pk, "description": "Hạn dùng 6 tháng.", "kept": kept})
    push_due()
    assert sentence(listing) == ("wait", "Chờ đưa vào tệp gửi cho sàn.")
    assert [line["Mô tả"] for line in rows_of(desk.export())] == ["Hạn dùng 6 tháng."]
    assert sentence(listing) == ("wait", "Chờ nhân viên sàn đăng.")
    assert desk.row(listing).reasons == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (LIVE | {"Liên kết": "https://shopee.vn/hat-dieu-p123.html"}, "không phải trang sản phẩm trên VoSo"),
        (LIVE | {"Liên kết": "https://voso.vn.example.com/hat-dieu-p123.html"}, "không phải trang sản phẩm trên VoSo"),
        (LIVE | {"Liên kết": "javascript:alert(1)//voso.vn/a-p1.html"}, "không phải trang sản phẩm trên VoSo"),
        (LIVE | {"Liên kết": "https://voso.vn/"}, "không phải trang sản phẩm trên VoSo"),
        ({"Kết quả": "Đã lên sàn"}, "chưa có liên kết"),
        ({"Kết quả": "Tuyệt vời"}, "Kết quả này chưa rõ."),
    ],
)
def test_a_row_that_cannot_be_used_changes_nothing(
    desk: Desk, listing: Listing, answer: dict[str, str], problem: str
) -> None:
    raw = desk.answer(desk.export(), {listing.sku: answer})
    before = everything()["PlatformListing"]
    report = desk.take(raw)
    (said,) = report.problems
    assert said.startswith("Dòng 2: ") and problem in said
    report.problems.clear()
    assert report == ImportReport()
    assert everything()["PlatformListing"] == before


def test_somebody_elses_sku_is_named_and_left(desk: Desk, shop: Shop, listing: Listing) -> None:
    pack = desk.export()
    stranger = make_listing(shop, name="Điều sống")
    PlatformListing.objects.filter(listing=stranger).delete()
    raw = desk.answer(pack, {listing.sku: LIVE})
    foreign = filled(pack, SKU, {listing.sku: LIVE | {SKU: stranger.sku}}).getvalue()
    unknown = filled(pack, SKU, {listing.sku: LIVE | {SKU: "LS99999999"}}).getvalue()
    before = everything()["PlatformListing"]
    for sku, file in ((stranger.sku, foreign), ("LS99999999", unknown)):
        problems = [f"Dòng 2: không có tin nào mang mã {sku} chờ sàn này."]
        assert desk.take(file) == ImportReport(problems=problems)
    assert everything()["PlatformListing"] == before
    assert desk.take(raw) == ImportReport(claimed=1), "the file itself was good"


def test_one_page_counts_for_one_listing(desk: Desk, shop: Shop, listing: Listing, people: People) -> None:
    second = make_listing(shop, name="Điều sống")
    raw = desk.answer(desk.export(), {listing.sku: LIVE, second.sku: LIVE | {"Liên kết": PAGE + "?v=2"}})
    assert desk.take(raw) == ImportReport(claimed=2)
    confirm_link(row=desk.row(listing), by=people.viewer("chi"))
    before = everything()
    with pytest.raises(LinkRefused, match="Mỗi trang sản phẩm chỉ tính một lần"):
        confirm_link(row=desk.row(second), by=people.viewer("chi"))
    assert everything() == before


def test_one_page_counts_for_one_producer(desk: Desk, listing: Listing, other_shop: Shop, people: People) -> None:
    dungs = make_listing(other_shop, name="Tiêu nhà Dũng")
    desk.take(desk.answer(desk.export(), {listing.sku: LIVE, dungs.sku: LIVE}))
    confirm_link(row=desk.row(listing), by=people.viewer("chi"))
    before = everything()
    with pytest.raises(LinkRefused, match="một gian hàng khác"):
        confirm_link(row=desk.row(dungs), by=people.viewer("chi"))
    assert everything() == before
    assert OutsideLink.objects.count() == 1


@pytest.fixture
def claimed(desk: Desk, listing: Listing) -> PlatformListing:
    """VoSo says that An's cashews are up."""
    desk.take(desk.answer(desk.export(), {listing.sku: LIVE}))
    return desk.row(listing)


def test_nobody_vouches_for_their_own_shop(claimed: PlatformListing, people: People, browser: Browser) -> None:
    """Not An, not his helper, not the neighbour; Hạnh's team goes from door to door, it does not confirm either."""
    persons = {name: browser(name) for name in ("an", "binh", "dung", "hanh")}
    before = everything()
    for name, person in persons.items():
        for action in (confirm_link, refuse_link):
            with pytest.raises(NotAllowed):
                action(row=claimed, by=people.viewer(name))
        assert person.get(reverse("platform_confirm")).status_code == 404, name
        answer = person.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"})
        assert answer.status_code == 404, name
    for viewer in (NOBODY, SYSTEM):
        with pytest.raises(NotAllowed):
            confirm_link(row=claimed, by=viewer)
    assert everything() == before


def test_an_officer_who_helps_in_the_shop_does_not_vouch_for_it(
    claimed: PlatformListing, people: People, browser: Browser
) -> None:
    add_member(user=people.users["chi"], producer=people.producer, right="helper", by=SYSTEM, how="bài thử")
    chi = browser("chi")
    before = everything()
    with pytest.raises(NotAllowed):
        confirm_link(row=claimed, by=people.viewer("chi"))
    assert PAGE not in chi.get(reverse("platform_confirm")).content.decode()
    assert chi.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"}).status_code == 404
    assert everything() == before


def test_who_brought_the_link_does_not_vouch_for_it(claimed: PlatformListing, people: People, browser: Browser) -> None:
    """Bưu took VoSo's file in: somebody else opens the page, and the claim stays his."""
    buu = browser("buu")
    before = everything()
    with pytest.raises(NotAllowed):
        confirm_link(row=claimed, by=people.viewer("buu"))
    assert PAGE not in buu.get(reverse("platform_confirm")).content.decode()
    assert buu.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"}).status_code == 404
    assert everything() == before
    confirm_link(row=claimed, by=people.viewer("chi"))
    seen = Observation.objects.select_related("link__account").get()
    assert (seen.link.claimed_by_id, seen.link.account.claimed_by_id) == (people.users["buu"].pk,) * 2
    assert AuditEntry.objects.get(action="platform_account.claimed").actor_id == people.users["buu"].pk


def test_chi_confirms_on_the_page_and_only_in_her_commune(
    claimed: PlatformListing, people: People, browser: Browser
) -> None:
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    far = User.objects.create_user(username="xa-khac", password="x")
    give_grant(user=far, role=Role.COMMUNE, unit=elsewhere, given_by=SYSTEM)
    stranger = Client()
    stranger.force_login(far)
    page = stranger.get(reverse("platform_confirm"))
    assert page.status_code == 200 and PAGE not in page.content.decode()
    before = everything()
    assert stranger.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"}).status_code == 404
    chi = browser("chi")
    before = everything()
    for nonsense in ("", "abc", "-1", "9" * 30, "0"):
        assert chi.post(reverse("platform_confirm"), {"row": nonsense, "seen": "1"}).status_code == 404
    assert everything() == before
    assert PAGE in chi.get(reverse("platform_confirm")).content.decode()
    answer = chi.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"}, follow=True)
    assert "Đã ghi: bạn thấy Hạt điều rang đang bán trên sàn." in answer.content.decode()
    assert Observation.objects.values_list("observed_by_id", flat=True).get() == people.users["chi"].pk
    assert chi.post(reverse("platform_confirm"), {"row": claimed.pk, "seen": "1"}).status_code == 404, "once"


def test_not_seen_drops_the_claim(claimed: PlatformListing, desk: Desk, listing: Listing, people: People) -> None:
    refuse_link(row=claimed, by=people.viewer("phuong"))
    row = desk.row(listing)
    assert (row.claimed_url, row.observed, row.link_id) == ("", "absent", None)
    assert sentence(listing) == ("wait", "Chờ nhân viên sàn đăng.")
    assert not Observation.objects.exists()
    with pytest.raises(LinkRefused):
        confirm_link(row=row, by=people.viewer("phuong"))


DESK_PAGES = [
    ("get", reverse("platform_desk")),
    ("post", reverse("platform_export", args=["voso"])),
    ("post", reverse("platform_result", args=["voso"])),
    ("get", reverse("platform_batch", args=["voso", 1])),
]


def test_the_desk_is_for_the_platforms_people_alone(
    desk: Desk, listing: Listing, people: People, browser: Browser
) -> None:
    raw = desk.answer(desk.export(), {listing.sku: LIVE})
    persons = {name: browser(name) for name in ("an", "binh", "chi", "dung", "hanh", "phuong")}
    before = everything()
    for name, person in persons.items():
        for method, address in DESK_PAGES:
            file = {"file": SimpleUploadedFile("ket-qua.xlsx", raw)} if method == "post" else {}
            assert getattr(person, method)(address, file).status_code == 404, (name, address)
        with pytest.raises(NotAllowed):
            export_sheet(connection=desk.connection, by=people.viewer(name))
        with pytest.raises(NotAllowed):
            import_result(connection=desk.connection, raw=raw, by=people.viewer(name))
    for method, address in DESK_PAGES:
        answer = getattr(Client(), method)(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/dang-nhap/?next={address}")
    assert everything() == before
    buu = browser("buu")
    pack = buu.get(DESK_PAGES[3][1])
    assert (pack.status_code, "attachment" in pack["Content-Disposition"]) == (200, True)
    assert b"".join(pack.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"khong phai bang tinh", "Bảng thiếu cột «Mã sản phẩm (SKU)», «Kết quả»."),
        (b"PK\x03\x04 hong", "Tệp này không mở được."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Tệp này là Excel kiểu cũ hoặc có mật khẩu."),
        (b"", "Tệp này trống. Hãy chọn tệp khác."),
        (b"   \n ", "Tệp này trống. Hãy chọn tệp khác."),
        (None, "Hãy chọn tệp kết quả."),
    ],
)
def test_a_wrong_file_is_answered_with_a_sentence(
    desk: Desk, listing: Listing, browser: Browser, content: bytes | None, said: str
) -> None:
    desk.export()
    buu = browser("buu")
    before = everything()
    posted: dict[str, Any] = {} if content is None else {"file": SimpleUploadedFile("ket-qua.xlsx", content)}
    answer = buu.post(reverse("platform_result", args=["voso"]), posted, follow=True)
    assert answer.redirect_chain == [(reverse("platform_desk"), 302)]
    assert said in answer.content.decode()
    assert everything() == before


def test_the_desk_counts_each_step(desk: Desk, shop: Shop, browser: Browser) -> None:
    listings = [make_listing(shop, name=f"Hàng {number}") for number in range(3)]
    buu = browser("buu")

    def counts() -> tuple[int, int, int]:
        (found,) = buu.get(reverse("platform_desk")).context["connections"]
        return found.to_export, found.to_answer, found.to_confirm

    push_due()
    assert counts() == (3, 0, 0)
    pack = desk.export()
    assert counts() == (0, 3, 0)
    desk.take(desk.answer(pack, {listings[0].sku: LIVE}))
    assert counts() == (0, 2, 1)
    take_stock([(listings[1], 1)])
    push_due()
    assert counts() == (1, 1, 1)
    assert not Purchase.objects.exists()


def test_csv_is_read_as_well(desk: Desk, listing: Listing) -> None:
    desk.export()
    text = f"Kết quả;Liên kết;{SKU}\nĐã lên sàn;{PAGE};{listing.sku}\n"
    assert desk.take(io.BytesIO(text.encode("utf-8-sig")).read()) == ImportReport(claimed=1)
