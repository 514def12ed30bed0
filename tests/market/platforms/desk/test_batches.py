"""Numbered batches: each line is one thing to do, and what is answered ends exactly that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, take_stock
from market.listings.models import Listing
from market.platforms.actions import send_again
from market.platforms.contract import ListingDocument
from market.platforms.desk.actions import (
    BatchEnded,
    ImportReport,
    NotAllowed,
    NothingToExport,
    cancel_batch,
    confirm_link,
    export_sheets,
    mark_sent,
    refuse_link,
)
from market.platforms.desk.actions import exporting as exporting_room
from market.platforms.engine.push import push_due
from market.platforms.models import PlatformListing, SheetBatch, SheetItem
from market.platforms.queries import states_of
from market.shops.models import Shop
from onboarding.accounts.models import Observation
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import LIVE, PAGE, SKU, Desk
from tests.market.platforms.sheet_tools import rows_of
from tests.market.proof import everything
from tests.people import People, make_listing

CHANGED, GONE = {"Kết quả": "Đã sửa"}, {"Kết quả": "Đã gỡ"}


def pause(listing: Listing) -> None:
    pause_listing(listing=Listing.objects.get(pk=listing.pk), by=SYSTEM)
    push_due()


def sentence(listing: Listing) -> str:
    (state,) = states_of(listing)
    return state.sentence


def test_a_line_says_what_to_do_and_in_which_batch(desk: Desk, listing: Listing) -> None:
    (line,) = rows_of(desk.export())
    assert list(line)[:4] == ["Lô gửi", "Việc cần làm", "Trang đang có", SKU]
    assert (line["Lô gửi"], line["Việc cần làm"], line["Trang đang có"]) == ("VoSo 1", "Đăng hoặc sửa cả tin", "")
    item = SheetItem.objects.get()
    assert (item.task, item.answer, item.revision, item.said["price"], item.said["stock"]) == (
        "put",
        "waiting",
        listing.revision,
        50_000,
        10,
    )
    assert item.said["photos"] == [line["Ảnh sản phẩm"]]
    assert (desk.batch.state, desk.batch.layout_version) == ("made", "voso-1")


def test_a_changed_price_or_stock_travels_without_words_and_pictures(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    take_stock([(listing, 4)])
    pack = desk.export()
    (line,) = rows_of(pack)
    assert (line["Việc cần làm"], line["Trang đang có"], line["Số lượng"], line["Ảnh sản phẩm"]) == (
        "Sửa giá và số lượng",
        PAGE,
        6,
        "",
    )
    assert desk.tasks() == [("offer", "waiting")]
    assert desk.take(desk.answer(pack, {listing.sku: CHANGED})) == ImportReport(changed=1)
    row = desk.row(listing)
    assert (row.work, row.offer_work, row.observed) == ("idle", "idle", "live")
    assert (desk.tasks(), desk.batch.state) == ([("offer", "done")], "done")
    with pytest.raises(NothingToExport):
        desk.export()


def test_what_came_back_to_what_it_was_needs_nobody(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    take_stock([(listing, 4)])
    push_due()
    Listing.objects.filter(pk=listing.pk).update(stock=10)
    with pytest.raises(NothingToExport):
        desk.export()
    row = desk.row(listing)
    assert (row.work, row.offer_work, row.sent_revision) == ("idle", "idle", row.revision)


def test_a_take_down_travels_too(desk: Desk, listing: Listing, people: People) -> None:
    desk.confirmed(listing)
    pause(listing)
    assert sentence(listing) == "Chờ nhân viên sàn gỡ xuống."
    pack = desk.export()
    (line,) = rows_of(pack)
    assert (line["Việc cần làm"], line["Trang đang có"], line["Ảnh sản phẩm"]) == ("Gỡ xuống", PAGE, "")
    with pytest.raises(NothingToExport):
        desk.export()
    raw = desk.answer(pack, {listing.sku: GONE})
    assert desk.take(raw) == ImportReport(gone=1)
    row = desk.row(listing)
    assert (row.observed, row.work, row.offer_work, row.url, row.remote_id, row.sent_revision) == (
        *("absent", "idle", "idle", "", "", 0),
    )
    seen = Observation.objects.latest("pk")
    assert (seen.result, seen.observer, seen.observed_by_id, seen.link.url) == (
        "gone",
        "person",
        people.users["buu"].pk,
        PAGE,
    )
    assert sentence(listing) == "Không còn trên sàn."
    assert (desk.tasks(), desk.batch.state) == ([("take_down", "done")], "done")
    # On sale again: it goes out anew, and its page is looked at again.
    publish_listing(listing=Listing.objects.get(pk=listing.pk), by=SYSTEM)
    again = desk.export()
    assert [each["Việc cần làm"] for each in rows_of(again)] == ["Đăng hoặc sửa cả tin"]
    assert desk.take(desk.answer(again, {listing.sku: LIVE})) == ImportReport(claimed=1)
    assert desk.row(listing).observed == "absent"
    confirm_link(row=desk.row(listing), by=people.viewer("chi"))
    assert sentence(listing) == "Đã lên sàn."


def test_taken_down_after_the_seller_changed_their_mind_goes_up_again(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    pause(listing)
    pack = desk.export()
    publish_listing(listing=Listing.objects.get(pk=listing.pk), by=SYSTEM)
    push_due()
    assert desk.take(desk.answer(pack, {listing.sku: GONE})) == ImportReport(gone=1)
    assert desk.row(listing).work == "queued"
    assert [line["Việc cần làm"] for line in rows_of(desk.export())] == ["Đăng hoặc sửa cả tin"]


def test_what_may_have_gone_up_is_taken_down_as_well(desk: Desk, listing: Listing) -> None:
    """In a file, not answered, and the seller takes it back: the platform's people may have put it up."""
    first = desk.export()
    pause(listing)
    assert [line["Việc cần làm"] for line in rows_of(desk.export())] == ["Gỡ xuống"]
    assert desk.take(desk.answer(first, {listing.sku: LIVE})) == ImportReport(claimed=1)
    row = desk.row(listing)
    assert (row.wanted, row.work, row.claimed_url) == (False, "awaiting_operator", PAGE)
    confirm_link(row=row, by=desk.people.viewer("chi"))
    assert desk.row(listing).work == "awaiting_operator", "seen there, and still to go"


def test_what_never_left_needs_no_take_down(desk: Desk, listing: Listing) -> None:
    push_due()
    pause(listing)
    with pytest.raises(NothingToExport):
        desk.export()
    assert (desk.row(listing).work, desk.row(listing).observed) == ("idle", "absent")


@pytest.mark.parametrize(
    ("task", "answer", "said"),
    [
        ("put", GONE, "Dòng 2: dòng này yêu cầu đăng hoặc sửa."),
        ("put", CHANGED, "Dòng 2: sản phẩm này chưa có trang đã xác nhận."),
        ("take_down", LIVE, "Dòng 2: dòng này yêu cầu gỡ xuống."),
        ("take_down", CHANGED, "Dòng 2: dòng này yêu cầu gỡ xuống."),
    ],
)
def test_an_answer_to_another_question_changes_nothing(
    desk: Desk, listing: Listing, task: str, answer: dict[str, str], said: str
) -> None:
    if task == "take_down":
        desk.confirmed(listing)
        pause(listing)
    pack = desk.export()
    before = everything()
    report = desk.take(desk.answer(pack, {listing.sku: answer}))
    (problem,) = report.problems
    assert problem.startswith(said)
    after = everything()
    for table in ("PlatformListing", "SheetItem", "SheetBatch", "Observation"):
        assert after[table] == before[table]


def test_a_refused_take_down_goes_out_again(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    pause(listing)
    report = desk.take(desk.answer(desk.export(), {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Còn đơn đang giao"}}))
    assert report.rejected == 1 and "sàn chưa gỡ" in report.problems[0]
    assert desk.row(listing).observed == "live"
    assert [line["Việc cần làm"] for line in rows_of(desk.export())] == ["Gỡ xuống"]


def test_an_answer_to_an_older_revision_does_not_close_newer_work(desk: Desk, listing: Listing) -> None:
    """Two batches are out; the first is answered and confirmed, the second is not."""
    first = desk.export()
    take_stock([(listing, 1)])
    second = desk.export()
    assert desk.take(desk.answer(first, {listing.sku: LIVE})) == ImportReport(claimed=1)
    confirm_link(row=desk.row(listing), by=desk.people.viewer("chi"))
    row = desk.row(listing)
    assert (row.observed, row.work) == ("live", "awaiting_operator")
    assert sentence(listing) == "Đã lên sàn. Bản sửa mới đang chờ gửi."
    assert list(SheetBatch.objects.order_by("number").values_list("state", flat=True)) == ["done", "made"]
    assert desk.take(desk.answer(second, {listing.sku: LIVE})) == ImportReport(unchanged=1)
    assert (desk.row(listing).work, desk.batch.state) == ("idle", "done")


def test_the_newest_answer_ends_older_lines(desk: Desk, listing: Listing) -> None:
    first = desk.export()
    take_stock([(listing, 1)])
    second = desk.export()
    desk.take(desk.answer(second, {listing.sku: LIVE}))
    confirm_link(row=desk.row(listing), by=desk.people.viewer("chi"))
    assert list(SheetItem.objects.order_by("pk").values_list("answer", flat=True)) == ["replaced", "done"]
    assert set(SheetBatch.objects.values_list("state", flat=True)) == {"done"}
    before = everything()["PlatformListing"]
    late = {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ"}
    assert desk.take(desk.answer(first, {listing.sku: late})) == ImportReport(unchanged=1)
    assert everything()["PlatformListing"] == before


def test_a_refused_price_does_not_hide_the_page(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    take_stock([(listing, 4)])
    answers = {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Số lượng quá ít"}}
    assert desk.take(desk.answer(desk.export(), answers)) == ImportReport(rejected=1)
    row = desk.row(listing)
    assert (row.observed, row.work, row.offer_work) == ("live", "blocked", "blocked")
    assert sentence(listing) == "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại."


def test_a_page_that_nobody_saw_asks_the_platform_again(desk: Desk, listing: Listing, people: People) -> None:
    pack = desk.export()
    raw = desk.answer(pack, {listing.sku: LIVE})
    desk.take(raw)
    assert desk.batch.state == "done"
    refuse_link(row=desk.row(listing), by=people.viewer("chi"))
    assert (desk.tasks(), desk.batch.state) == ([("put", "waiting")], "sent")
    before = everything()
    assert desk.take(raw) == ImportReport(unchanged=1), "the same file says nothing new"
    assert everything() == before
    other = LIVE | {"Liên kết": PAGE.replace("p123", "p124")}
    assert desk.take(desk.answer(pack, {listing.sku: other})) == ImportReport(claimed=1)


def test_a_cancelled_batch_gives_its_lines_back(desk: Desk, shop: Shop, listing: Listing) -> None:
    other = make_listing(shop, name="Điều sống")
    pack = desk.export()
    desk.take(desk.answer(pack, {listing.sku: LIVE}))
    buu = desk.people.viewer("buu")
    assert desk.batch.state == "answered"
    cancel_batch(batch=desk.batch, by=buu)
    assert (desk.batch.state, desk.row(other).sent_revision, desk.row(listing).sent_revision) == (
        *("cancelled", 0, listing.revision),
    )
    late = desk.answer(pack, {other.sku: LIVE | {"Liên kết": PAGE.replace("p123", "p124")}})
    words = "lô 1 đã hủy. Hãy trả lời trong tệp của lô mới."
    assert desk.take(late) == ImportReport(waiting=1, problems=[f"Dòng 3: {words}"])
    with pytest.raises(BatchEnded):
        cancel_batch(batch=desk.batch, by=buu)
    again = desk.export()
    assert [(line["Lô gửi"], line[SKU]) for line in rows_of(again)] == [("VoSo 2", other.sku)]


def test_marking_a_batch_as_sent(desk: Desk, listing: Listing) -> None:
    pack = desk.export()
    buu = desk.people.viewer("buu")
    mark_sent(batch=desk.batch, sent=True, by=buu)
    assert (desk.batch.state, desk.batch.sent_by_id) == ("sent", buu.user_id)
    mark_sent(batch=desk.batch, sent=False, by=buu)
    assert (desk.batch.state, desk.batch.sent_by_id) == ("made", None)
    desk.take(desk.answer(pack, {listing.sku: LIVE}))
    for sent in (True, False):
        with pytest.raises(BatchEnded):
            mark_sent(batch=desk.batch, sent=sent, by=buu)


def test_many_listings_make_several_batches(
    desk: Desk, shop: Shop, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_listing(shop, name=f"Hàng {number}")
    push_due()
    monkeypatch.setattr(exporting_room, "PACK_LINES_MAXIMUM", 2)
    batches, left_out = export_sheets(connection=desk.connection, by=desk.people.viewer("buu"))
    assert ([(each.number, each.count) for each in batches], left_out) == ([(1, 2), (2, 2), (3, 1)], ())
    assert SheetItem.objects.values("row").distinct().count() == 5


def test_a_full_pack_of_pictures_goes_on_in_the_next(
    desk: Desk, shop: Shop, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_listing(shop, name="Điều sống")
    push_due()
    size = listing.photos.get().photo.large.size
    monkeypatch.setattr("market.platforms.sheets.export.PACK_BYTES_MAXIMUM", size + 10)
    batches, left_out = export_sheets(connection=desk.connection, by=desk.people.viewer("buu"))
    assert ([each.count for each in batches], left_out) == ([1, 1], ())


def test_a_listing_that_cannot_go_stops_no_other(
    desk: Desk, shop: Shop, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the first of them fill a whole file."""
    bad = make_listing(shop, name="Điều sống", price=listing.price)
    push_due()
    PlatformListing.objects.filter(listing=bad).update(priority=0)
    monkeypatch.setattr(exporting_room, "PACK_LINES_MAXIMUM", 1)
    real = exporting_room.documents_of

    def damaged(ids: list[int], platform: object) -> dict[int, ListingDocument]:
        return {pk: replace(each, price=0) if pk == bad.pk else each for pk, each in real(ids, platform).items()}

    monkeypatch.setattr(exporting_room, "documents_of", damaged)
    batches, left_out = export_sheets(connection=desk.connection, by=desk.people.viewer("buu"))
    assert [(item.sku, item.issues[0].code) for item in left_out] == [(bad.sku, "price_too_low")]
    assert [each.count for each in batches] == [1]
    assert (desk.row(bad).sent_revision, desk.row(listing).sent_revision) == (0, listing.revision)


def test_only_operators_end_batches(desk: Desk, listing: Listing, people: People) -> None:
    desk.export()
    before = everything()
    for name in ("an", "binh", "chi", "dung", "hanh", "phuong"):
        with pytest.raises(NotAllowed):
            cancel_batch(batch=desk.batch, by=people.viewer(name))
        with pytest.raises(NotAllowed):
            mark_sent(batch=desk.batch, sent=True, by=people.viewer(name))
    assert everything() == before


def test_the_pages_of_a_batch(desk: Desk, listing: Listing, browser: Browser) -> None:
    push_due()
    buu = browser("buu")
    answer = buu.post(reverse("platform_export", args=["voso"]))
    address = reverse("platform_batch_page", args=["voso", 1])
    assert answer["Location"] == address
    page = buu.get(address).content.decode()
    assert "Đăng hoặc sửa cả tin" in page and "đã tạo, chưa gửi" in page and "Hạt điều rang" in page
    paper = buu.get(reverse("platform_checklist", args=["voso", 1])).content.decode()
    assert SheetItem.objects.get().said["photos"][0] in paper
    assert (
        "Đã ghi: tệp đã gửi cho sàn."
        in buu.post(reverse("platform_batch_sent", args=["voso", 1]), follow=True).content.decode()
    )
    take_stock([(listing, 1)])
    assert "Người bán đã đổi sau khi lấy tệp này." in buu.get(address).content.decode()
    done = buu.post(reverse("platform_batch_cancel", args=["voso", 1]), follow=True).content.decode()
    assert "Đã hủy lô." in done
    refused = buu.post(reverse("platform_batch_cancel", args=["voso", 1]), follow=True).content.decode()
    assert "Lô này đã kết thúc" in refused
    assert buu.get(reverse("platform_batch_page", args=["voso", 9])).status_code == 404


def test_what_is_sent_again_goes_into_the_next_file(desk: Desk, listing: Listing, people: People) -> None:
    """Refused, and sent again as it is: the seller says that the platform was wrong."""
    refusal = {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ"}}
    desk.take(desk.answer(desk.export(), refusal))
    send_again(row=desk.row(listing), by=people.viewer("an"))
    again = desk.export()
    assert [line["Việc cần làm"] for line in rows_of(again)] == ["Đăng hoặc sửa cả tin"]
    assert desk.take(desk.answer(again, {listing.sku: LIVE})) == ImportReport(claimed=1)
    assert sentence(listing) == "Sàn báo đã đăng. Chờ người mở trang xem và xác nhận."


def test_a_refused_price_that_is_taken_after_all(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    take_stock([(listing, 4)])
    pack = desk.export()
    desk.take(desk.answer(pack, {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Số lượng quá ít"}}))
    assert desk.take(desk.answer(pack, {listing.sku: LIVE})) == ImportReport(unchanged=1)


def test_an_older_price_that_is_done_does_not_end_the_newer_one(desk: Desk, listing: Listing) -> None:
    desk.confirmed(listing)
    take_stock([(listing, 4)])
    first = desk.export()
    take_stock([(listing, 2)])
    second = desk.export()
    assert desk.take(desk.answer(first, {listing.sku: CHANGED})) == ImportReport(changed=1)
    assert desk.row(listing).offer_work == "awaiting_operator"
    assert sentence(listing) == "Đã lên sàn. Bản sửa mới đang chờ gửi."
    assert desk.take(desk.answer(second, {listing.sku: CHANGED})) == ImportReport(changed=1)
    assert (desk.row(listing).work, desk.row(listing).offer_work, sentence(listing)) == ("idle", "idle", "Đã lên sàn.")
