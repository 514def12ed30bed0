"""What the platform answers becomes accounts with evidence, refusals with reasons, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.imports.actions.undoing import undo_import
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import findings_of
from core.jobs.work.runner import run_waiting_jobs
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Unit
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import AccountReport, OutsideLink, PlatformAccount
from onboarding.accounts.queries import state_of_account
from onboarding.households.actions import change_household
from onboarding.opening.actions.batches import BatchRefused, end_batch, make_batch
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.progress import progress_of
from onboarding.visits.registry import follow_ups_for
from tests.core.imports.conftest import Desk, counts
from tests.onboarding.opening.conftest import agree, home, seller, sent_batch, voso
from tests.people import People

KIND = "ket-qua-mo-gian-hang"
HEAD = ["Lô", "Số", "Họ tên", "Số điện thoại", "Kết quả", "Mã người bán", "Liên kết gian hàng", "Lý do chưa mở"]


def answers(batch: OpeningBatch, *rows: Any) -> list[list[Any]]:
    """A sheet as it comes back: (number, result, seller id, link, reason)."""
    return [HEAD, *([str(batch.pk), str(number), "x", None, *rest] for number, *rest in rows)]


def said(batch: ImportBatch) -> dict[int, tuple[str, str]]:
    """Line → outcome and why."""
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    return {row.number: (row.outcome, " ".join(findings_of(row).reasons)) for row in rows}


def lines(batch: OpeningBatch) -> list[tuple[str, str]]:
    return list(batch.lines.order_by("number").values_list("state", "reason"))


def everything() -> list[Any]:
    return [
        list(PlatformAccount.objects.order_by("pk").values()),
        list(OutsideLink.objects.order_by("pk").values()),
        list(AccountReport.objects.order_by("pk").values()),
        list(OpeningLine.objects.order_by("pk").values()),
    ]


@pytest.fixture
def batch(people: People) -> OpeningBatch:
    """Three households, sent to VoSo."""
    for name in ("Một", "Hai", "Ba"):
        home(people.hamlet, name)
    return sent_batch(people)


def test_an_answer_becomes_an_account_with_the_file_as_evidence(
    people: People, desk: Desk, batch: OpeningBatch
) -> None:
    link = "https://www.voso.vn/gian-hang/mot?utm_source=zalo"
    sheet = answers(
        batch, (1, "Đã mở", "VS1", link, ""), (2, "Chưa mở", "", "", "Sai số điện thoại"), (3, "", "", "", "")
    )
    preview = desk.preview(sheet, kind=KIND)
    assert counts(preview) == {"created": 1, "changed": 1, "unchanged": 1, "warnings": 1}
    assert not PlatformAccount.objects.exists()
    done = desk.import_rows(sheet, kind=KIND)
    account = PlatformAccount.objects.get()
    first = batch.lines.get(number=1)
    assert (account.seller_id, account.opened_by, account.phone) == ("VS1", "platform", first.household.phone)
    assert list(account.links.values_list("url", "kind")) == [("https://voso.vn/gian-hang/mot", "shop")]
    assert list(AccountReport.objects.values_list("account", "result", "reporter", "source_sha256", "reported_by")) == [
        (account.pk, "opened", "carried", done.sha256, people.users["chi"].pk)
    ]
    assert state_of_account(account, clock.today()) == "claimed", "who asked also brought the answer"
    assert lines(batch) == [("opened", ""), ("refused", "Sai số điện thoại"), ("waiting", "")]
    assert first.account == account
    _, total = progress_of(people.commune, voso(), clock.today())
    assert (total.opened, total.waiting, total.refused, total.ready) == (1, 1, 1, 0)

    again = desk.import_rows(sheet, kind=KIND) if desk.preview(sheet, kind=KIND).created else None
    assert again is None and counts(desk.preview(sheet, kind=KIND)) == {"unchanged": 3, "warnings": 1}
    batch.refresh_from_db()
    assert batch.state == "sent"


def test_a_refusal_is_back_on_the_teams_list_until_it_is_asked_again(
    people: People, desk: Desk, batch: OpeningBatch
) -> None:
    desk.import_rows(answers(batch, (2, "Chưa mở", "", "", "Sai số điện thoại.")), kind=KIND)
    refused = batch.lines.get(number=2).household
    marks = {mark.code: mark.words for mark in follow_ups_for([refused.pk])[refused.pk]}
    assert marks["opening_refused"] == "VoSo chưa mở: Sai số điện thoại."
    assert marks["no_account"] == "Chưa có gian hàng trên sàn nào."
    todos = [todo.sentence for todo in todos_for(people.viewer("chi"))]
    assert f"VoSo chưa mở gian hàng cho 1 hộ ở lô {batch.pk}." in todos
    with pytest.raises(BatchRefused):  # nothing about the household has changed
        make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    again = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"), again=True)
    assert [line.household for line in again.lines.all()] == [refused]
    assert "opening_refused" not in {mark.code for mark in follow_ups_for([refused.pk]).get(refused.pk, [])}
    assert not [each for each in todos_for(people.viewer("chi")) if "chưa mở gian hàng" in each.sentence]


def test_a_refused_household_is_asked_for_again_once_it_has_changed(
    people: People, desk: Desk, batch: OpeningBatch
) -> None:
    desk.import_rows(answers(batch, (2, "Chưa mở", "", "", "Sai số điện thoại.")), kind=KIND)
    refused = batch.lines.get(number=2).household
    change_household(household=refused, changes={"phone": "+84912345699"}, by=people.viewer("hanh"))
    again = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    assert [line.household for line in again.lines.all()] == [refused]


def test_answers_that_cannot_be_taken_say_why_and_change_nothing(
    people: People, desk: Desk, batch: OpeningBatch
) -> None:
    neighbour = claim_account(platform=voso(), producer=seller(home(people.hamlet, "Khác")), by=SYSTEM, seller_id="VSX")
    claim_link(account=neighbour, url="https://voso.vn/gian-hang/khac", by=SYSTEM, kind="shop")
    home(people.hamlet, "Chưa gửi")
    unsent = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=people.viewer("chi"))
    before = everything()
    sheet = [
        *answers(
            batch,
            (9, "Đã mở", "VS9", "", ""),
            (1, "Đã mở", "VSX", "", ""),
        ),
        [str(unsent.pk), "1", "x", None, "Đã mở", "VS8", "", ""],
        ["999999", "1", "x", None, "Đã mở", "VS7", "", ""],
        [None, None, "x", "0999999999", "Đã mở", "VS6", "", ""],
        [None, None, "x", None, "Đã mở", "VS5", "", ""],
    ]  # fmt: skip
    found = said(desk.preview(sheet, kind=KIND))
    assert {number: why for number, (outcome, why) in found.items() if outcome == "refused"} == {
        2: f"Xã không có lô {batch.pk}, số 9. Hãy giữ nguyên cột Lô và Số của bảng đã gửi.",
        3: "Mã người bán «VSX» đã là của một gian hàng khác. Hãy hỏi lại sàn.",
        4: "Lô này chưa gửi sàn nên chưa có kết quả. Hãy xem lại cột Lô.",
        5: "Xã không có lô 999999, số 1. Hãy giữ nguyên cột Lô và Số của bảng đã gửi.",
        6: "Không lô nào của xã có số 099… …999. Hãy xem lại số điện thoại.",
        7: "Dòng này không có lô và số, cũng không có số điện thoại. Hãy ghi một trong hai.",
    }
    wrong = {
        "Đã mở||": "thiếu mã người bán",
        "Đã mở||https://voso.vn/gian-hang/khac": "gian hàng khác",
        "Đã mở||https://facebook.com/x": "không phải liên kết gian hàng trên VoSo",
        "Chưa mở|VS3|": "Vừa ghi chưa mở",
        "Chưa mở||": "thiếu lý do",
    }
    for row, why in wrong.items():
        result, seller_id, link = row.split("|")
        outcome, reason = said(desk.preview(answers(batch, (1, result, seller_id, link, "")), kind=KIND))[2]
        assert outcome == "refused" and why in reason, (row, reason)
    assert everything() == before


def test_two_lines_with_one_seller_id_are_both_refused(desk: Desk, batch: OpeningBatch) -> None:
    sheet = answers(batch, (1, "Đã mở", "VS1", "", ""), (2, "Đã mở", "VS1", "", ""))
    found = said(desk.preview(sheet, kind=KIND))
    assert [outcome for outcome, _ in found.values()] == ["refused", "refused"]
    assert "đứng ở nhiều dòng" in found[2][1]


def test_the_phone_finds_the_line_and_must_fit_it(desk: Desk, batch: OpeningBatch) -> None:
    line = batch.lines.get(number=2)
    phone = line.household.phone.removeprefix("+84")  # as Excel leaves it
    desk.import_rows([["SĐT", "Mã người bán", "Kết quả"], [int(phone), "VS2", "Đã mở"]], kind=KIND)
    line.refresh_from_db()
    assert (line.state, line.account.seller_id if line.account else "") == ("opened", "VS2")
    mixed = [HEAD, [str(batch.pk), "1", "x", f"0{phone}", "Đã mở", "VS1", "", ""]]
    assert "không phải của hộ" in said(desk.preview(mixed, kind=KIND))[2][1]


def test_consent_withdrawn_while_the_line_waits_stops_the_answer(
    people: People, desk: Desk, batch: OpeningBatch
) -> None:
    sheet = answers(batch, (1, "Đã mở", "VS1", "", ""))
    preview = desk.preview(sheet, kind=KIND)
    assert counts(preview) == {"created": 1}
    agree(batch.lines.get(number=1).producer, False)
    assert "đã rút đồng ý" in said(desk.preview(sheet, kind=KIND))[2][1]
    from core.imports.actions.applying import apply_import  # the file that was looked at before it was withdrawn

    apply_import(batch=preview, by=people.viewer("chi"))
    run_waiting_jobs()
    assert said(preview)[2][0] == "refused"
    assert not PlatformAccount.objects.exists()
    assert lines(batch)[0][0] == "withdrawn"


def test_a_late_answer_to_an_ended_batch_is_taken(people: People, desk: Desk, batch: OpeningBatch) -> None:
    end_batch(batch=batch, by=people.viewer("chi"))
    desk.import_rows(answers(batch, (1, "Đã mở", "VS1", "", "")), kind=KIND)
    assert lines(batch)[0] == ("opened", "")


def test_a_dead_account_is_closed_and_the_new_one_stands(people: People, desk: Desk) -> None:
    house = home(people.hamlet, "Mất")
    old = claim_account(platform=voso(), producer=seller(house), by=SYSTEM, seller_id="CU")
    page = claim_link(account=old, url="https://voso.vn/x-p1.html", by=SYSTEM)
    observe(link=page, result="gone", observer="adapter", by=SYSTEM)
    batch = sent_batch(people)
    desk.import_rows(answers(batch, (1, "Đã mở", "MOI", "", "")), kind=KIND)
    accounts = PlatformAccount.objects.order_by("pk")
    assert [(each.seller_id, state_of_account(each, clock.today())) for each in accounts] == [
        ("CU", "closed"),
        ("MOI", "claimed"),
    ]


def test_undo_takes_back_what_the_file_brought(people: People, desk: Desk, batch: OpeningBatch) -> None:
    sheet = answers(batch, (1, "Đã mở", "VS1", "https://voso.vn/gian-hang/mot", ""), (2, "Chưa mở", "", "", "Sai số"))
    done = desk.import_rows(sheet, kind=KIND)
    undo_import(batch=done, by=people.viewer("chi"))
    run_waiting_jobs()
    done.refresh_from_db()
    assert (done.state, done.kept) == ("undone", 0)
    assert lines(batch) == [("waiting", "")] * 3
    account = PlatformAccount.objects.get()
    assert (state_of_account(account, clock.today()), account.links.count()) == ("closed", 0)
    assert AuditEntry.objects.filter(action="opening.answer_undone").count() == 2
    desk.import_rows(sheet, kind=KIND)
    assert lines(batch)[:2] == [("opened", ""), ("refused", "Sai số")]
    assert PlatformAccount.objects.get(closed_on=None).seller_id == "VS1"


def test_undo_keeps_a_shop_somebody_has_looked_at(people: People, desk: Desk, batch: OpeningBatch) -> None:
    done = desk.import_rows(answers(batch, (1, "", "", "https://voso.vn/gian-hang/mot", "")), kind=KIND)
    observe(link=OutsideLink.objects.get(), result="live", observer="person", by=people.viewer("phuong"))
    undo_import(batch=done, by=people.viewer("chi"))
    run_waiting_jobs()
    done.refresh_from_db()
    assert (done.state, done.kept) == ("undone", 1)
    assert lines(batch)[0] == ("opened", "")


def test_undo_leaves_an_older_account_as_it_was(people: People, desk: Desk, batch: OpeningBatch) -> None:
    older = claim_account(platform=voso(), producer=batch.lines.get(number=1).producer, by=SYSTEM)
    done = desk.import_rows(answers(batch, (1, "Đã mở", "VS1", "", "")), kind=KIND)
    older.refresh_from_db()
    assert (older.seller_id, state_of_account(older, clock.today())) == ("VS1", "claimed")
    undo_import(batch=done, by=people.viewer("chi"))
    run_waiting_jobs()
    older.refresh_from_db()
    assert (older.seller_id, older.closed_on, state_of_account(older, clock.today())) == ("", None, "claimed")


def test_undo_makes_the_dead_account_as_dead_as_it_was(people: People, desk: Desk) -> None:
    old = claim_account(platform=voso(), producer=seller(home(people.hamlet, "Mất")), by=SYSTEM, seller_id="CU")
    page = claim_link(account=old, url="https://voso.vn/x-p1.html", by=SYSTEM)
    observe(link=page, result="gone", observer="adapter", by=SYSTEM)
    batch = sent_batch(people)
    done = desk.import_rows(answers(batch, (1, "Đã mở", "CU", "", "")), kind=KIND)
    old.refresh_from_db()
    assert old.closed_on == clock.today()
    undo_import(batch=done, by=people.viewer("chi"))
    run_waiting_jobs()
    done.refresh_from_db()
    assert (done.state, done.kept, lines(batch)) == ("undone", 0, [("waiting", "")])
    states = [
        (each.pk == old.pk, state_of_account(each, clock.today())) for each in PlatformAccount.objects.order_by("pk")
    ]
    assert states == [(True, "dead"), (False, "closed")]
    old.refresh_from_db()
    assert (old.closed_on, old.seller_id) == (None, "CU")
    assert AuditEntry.objects.filter(action="platform_account.reopened").count() == 1


def test_undo_leaves_the_line_when_the_dead_account_cannot_come_back(people: People, desk: Desk) -> None:
    house = home(people.hamlet, "Mất")
    old = claim_account(platform=voso(), producer=seller(house), by=SYSTEM, seller_id="CU")
    observe(
        link=claim_link(account=old, url="https://voso.vn/x-p1.html", by=SYSTEM),
        result="gone", observer="adapter", by=SYSTEM,
    )  # fmt: skip
    done = desk.import_rows(answers(sent_batch(people), (1, "Đã mở", "MOI", "", "")), kind=KIND)
    claim_account(platform=voso(), producer=seller(home(people.hamlet, "Khác")), by=SYSTEM, seller_id="CU")
    undo_import(batch=done, by=people.viewer("chi"))
    run_waiting_jobs()
    done.refresh_from_db()
    assert done.kept == 1 and PlatformAccount.objects.get(seller_id="MOI").closed_on is None
    old.refresh_from_db()
    assert old.closed_on is not None


@pytest.mark.parametrize("name", ["phuong", "hanh", "dung", "buu"])
def test_others_bring_no_answers(people: People, batch: OpeningBatch, name: str) -> None:
    with pytest.raises(PermissionError):
        Desk(people, name).bring(answers(batch, (1, "Đã mở", "VS1", "", "")), kind=KIND)
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
    with pytest.raises(PermissionError):
        Desk(people).bring(answers(batch, (1, "Đã mở", "VS1", "", "")), kind=KIND, unit=elsewhere)
    assert not ImportBatch.objects.exists()
