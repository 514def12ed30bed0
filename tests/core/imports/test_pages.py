"""The import pages as people meet them."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.imports.actions.previewing import choose_mapping, fail_stopped_previews
from core.imports.hamlets.kind import HamletKind
from core.imports.models import ImportBatch
from core.imports.sheet.workbook import read_sheets
from core.jobs.models import Job
from core.jobs.work.runner import run_waiting_jobs
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from tests.core.imports.conftest import Desk, counts, hamlets
from tests.core.imports.sheet_tools import xlsx
from tests.people import People

SHEET = xlsx([["DANH SÁCH"], ["TT", "Tên thôn", "Số hộ"], [1, "Thôn 2", 12], [2, "7", 9], [3, "Thôn 1", 3]])


@pytest.fixture
def browser(client: Client, people: People) -> Callable[[str], Client]:
    """A browser of somebody."""

    def of(name: str) -> Client:
        client.force_login(people.users[name])
        return client

    return of


def sent(client: Client, people: People, content: bytes = SHEET, **more: object) -> ImportBatch:
    """A sheet sent by the form."""
    file = SimpleUploadedFile("thon.xlsx", content)
    answer = client.post(reverse("import_start"), {"kind": "thon-ap", "unit": people.commune.pk, "file": file, **more})
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.get()


def test_the_whole_way_through_the_pages(browser: Callable[[str], Client], people: People) -> None:
    chi = browser("chi")
    assert "Chưa có bảng nào" in chi.get(reverse("import_list")).content.decode()
    batch = sent(chi, people)
    page = reverse("import_batch", args=[batch.pk])
    answer = chi.get(page)
    mapping = reverse("import_mapping", args=[batch.pk])
    assert answer.status_code == 302 and answer["location"] == mapping
    shown = chi.get(mapping).content.decode()
    assert "Cột B: Tên thôn (như: Thôn 2; 7; Thôn 1)" in shown and "Xem trước 3 dòng" in shown
    answer = chi.post(mapping, {"sheet": 0, "row": 2, "depth": 1, "name": "1", "old_name": "", "commune": ""})
    assert answer["location"] == page
    shown = chi.get(page).content.decode()
    assert "Sẽ thêm mới" in shown and "«7» chưa phải tên đầy đủ" in shown and "Nhập vào sổ" in shown
    refused = chi.get(page + "?xem=refused").content.decode()
    assert "«7» chưa phải" in refused and "Thôn 2</th>" not in refused

    chi.post(reverse("import_apply", args=[batch.pk]))
    shown = chi.get(page).content.decode()
    assert 'data-refresh="' in shown and "Đang nhập" in shown and "2/3" in shown
    assert hamlets(people.commune) == ["Thôn 1"]
    run_waiting_jobs()
    shown = chi.get(page).content.decode()
    assert "data-refresh" not in shown and "Đã thêm mới" in shown and "Hoàn tác cả bảng" in shown

    answer = chi.post(reverse("import_refused", args=[batch.pk]))
    assert answer["content-disposition"] == f'attachment; filename="chua-nhan-{batch.pk}.xlsx"'
    assert read_sheets(answer.content)[0].rows[1][:3] == [2, "7", 9]
    chi.post(reverse("import_undo", args=[batch.pk]))
    run_waiting_jobs()
    assert "Đã hoàn tác" in chi.get(page).content.decode()
    assert hamlets(people.commune) == ["Thôn 1"]
    assert "Đã hoàn tác." in chi.get(reverse("import_list")).content.decode()


def test_a_pasted_table(browser: Callable[[str], Client], people: People) -> None:
    chi = browser("chi")
    answer = chi.post(
        reverse("import_start"),
        {"kind": "thon-ap", "unit": people.commune.pk, "pasted": "Tên thôn\tSố hộ\r\nThôn 2\t12\r\n"},
    )
    batch = ImportBatch.objects.get()
    assert answer["location"] == reverse("import_mapping", args=[batch.pk])
    assert "Bảng dán" in chi.get(answer["location"]).content.decode()


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({}, "Hãy chọn một tệp, hoặc dán bảng"),
        ({"file": b"%PDF-1.7 x"}, "không phải bảng tính"),
        ({"file": b"x,y\n1,2", "pasted": "a\tb"}, "bỏ một trong hai"),
        ({"pasted": "a\tb", "unit": "999999"}, "Hãy chọn một nơi trong danh sách"),
        ({"pasted": "a\tb", "kind": "khac"}, "Select a valid choice|không phải là một"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(
    browser: Callable[[str], Client], people: People, posted: dict[str, object], sentence: str
) -> None:
    data: dict[str, object] = {"kind": "thon-ap", "unit": people.commune.pk, **posted}
    if isinstance(content := data.get("file"), bytes):
        data["file"] = SimpleUploadedFile("x.csv", content)
    shown = browser("chi").post(reverse("import_start"), data)
    assert shown.status_code == 200
    assert any(each in shown.content.decode() for each in sentence.split("|"))
    assert not ImportBatch.objects.exists()


def test_another_place_of_the_table_can_be_chosen(browser: Callable[[str], Client], people: People) -> None:
    chi = browser("chi")
    book = xlsx([["Tên thôn"], ["Thôn 2"]], name="Một", more={"Hai": [["x"], ["Ghi chú", "Nơi"], ["a", "Thôn 9"]]})
    batch = sent(chi, people, book)
    mapping = reverse("import_mapping", args=[batch.pk])
    assert "Cột A: Tên thôn" in chi.get(mapping).content.decode()
    other = chi.get(mapping, {"was": 0, "sheet": 1, "row": 1, "depth": 1}).content.decode()
    assert "Cột B: Nơi (như: Thôn 9)" in other, "the row was that of the sheet before"
    lower = chi.get(mapping, {"was": 1, "sheet": 1, "row": 3, "depth": 1}).content.decode()
    assert "Cột B: Thôn 9" in lower
    answer = chi.post(mapping, {"sheet": 1, "row": 2, "depth": 1, "name": "1"})
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert (batch.sheet_index, batch.header_row, batch.mapping, counts(batch)) == (1, 1, {"name": 1}, {"created": 1})
    missing = chi.post(mapping, {"sheet": 1, "row": 2, "depth": 1, "name": ""}).content.decode()
    assert "thiếu nó thì không nhập được dòng nào" in missing


def test_an_officer_of_another_commune_sees_none_of_it(desk: Desk, client: Client) -> None:
    people = desk.people
    batch = desk.preview(SHEET)
    elsewhere = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent).exclude(
        pk=people.commune.pk
    )[0]
    give_grant(user=people.users["dung"], role=Role.COMMUNE, unit=elsewhere, given_by=SYSTEM)
    client.force_login(people.users["dung"])
    assert "Chưa có bảng nào" in client.get(reverse("import_list")).content.decode()
    before = list(Hamlet.objects.values()), batch.rows.count(), ImportBatch.objects.values().get()
    for name in ("import_batch", "import_mapping"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == 404
    for name in ("import_apply", "import_undo", "import_cancel", "import_resume", "import_refused", "import_mapping"):
        assert client.post(reverse(name, args=[batch.pk])).status_code == 404
    assert (list(Hamlet.objects.values()), batch.rows.count(), ImportBatch.objects.values().get()) == before
    start = client.post(
        reverse("import_start"), {"kind": "thon-ap", "unit": people.commune.pk, "pasted": "Tên thôn\nThôn 2"}
    )
    assert "Hãy chọn một nơi trong danh sách" in start.content.decode() and ImportBatch.objects.count() == 1
    client.force_login(people.users["phuong"])
    assert client.get(reverse("import_batch", args=[batch.pk])).status_code == 200, "the province sees its communes'"


def test_operators_are_offered_provinces(client: Client, people: People) -> None:
    from core.people.models import User

    client.force_login(User.objects.create_superuser(username="quantri", full_name="Quản trị"))
    page = client.get(reverse("import_start")).content.decode()
    assert page.count("<option") == 35  # 34 provinces and «choose»


@pytest.mark.parametrize("count", [1, 25])
def test_pages_cost_the_same_for_one_row_and_twenty_five(desk: Desk, client: Client, count: int) -> None:
    batch = desk.preview([["Tên thôn"], *([f"Ấp {number}"] for number in range(count))])
    for _ in range(count - 1):
        copy = ImportBatch.objects.get(pk=batch.pk)
        copy.pk = None
        copy.save()
    client.force_login(desk.people.users["chi"])
    found = {}
    for name, address in {
        "list": reverse("import_list"),
        "batch": reverse("import_batch", args=[batch.pk]),
        "mapping": reverse("import_mapping", args=[batch.pk]),
    }.items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        found[name] = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
    assert found == {"list": 6, "batch": 8, "mapping": 7}


@pytest.mark.parametrize("count", [1, 25])
def test_looking_at_rows_costs_the_same_for_one_and_twenty_five(desk: Desk, count: int) -> None:
    batch = desk.bring([["Tên thôn"], *([f"Ấp {number}"] for number in range(count))])
    viewer = desk.viewer
    with CaptureQueriesContext(connection) as queries:
        choose_mapping(batch=batch, sheet_index=0, header_row=0, header_depth=1, mapping={"name": 0}, by=viewer)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 15


def test_a_file_is_opened_once(
    browser: Callable[[str], Client], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    chi = browser("chi")
    batch = sent(chi, people)

    def opened(*_: object) -> None:
        raise AssertionError("the file was opened again")

    monkeypatch.setattr("core.imports.queries.read_sheets", opened)
    page = reverse("import_mapping", args=[batch.pk])
    assert "Xem trước 3 dòng" in chi.get(page).content.decode()
    chi.post(page, {"sheet": 0, "row": 2, "depth": 1, "name": "1", "old_name": "", "commune": ""})
    batch.refresh_from_db()
    assert (batch.state, batch.total) == ("previewed", 3)


def test_an_import_begun_before_sheets_were_kept_still_reads_its_file(
    browser: Callable[[str], Client], people: People
) -> None:
    chi = browser("chi")
    batch = sent(chi, people)
    batch.parts.update(content=base64.b64encode(SHEET).decode())
    assert "Xem trước 3 dòng" in chi.get(reverse("import_mapping", args=[batch.pk])).content.decode()


@pytest.mark.parametrize("how", ["breaks", "never ends"])
def test_a_preview_that_fails_for_good_says_so_with_a_way_on(
    how: str, browser: Callable[[str], Client], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    chi = browser("chi")
    batch = sent(chi, people)
    monkeypatch.setattr("core.imports.actions.previewing.PREVIEW_AT_ONCE", 1)
    mapping, page = (reverse(name, args=[batch.pk]) for name in ("import_mapping", "import_batch"))
    chi.post(mapping, {"sheet": 0, "row": 2, "depth": 1, "name": "1", "old_name": "", "commune": ""})
    if how == "breaks":
        with monkeypatch.context() as broken:
            broken.setattr(HamletKind, "preview_row", lambda *_: 1 // 0)
            run_waiting_jobs()
    else:
        assert fail_stopped_previews() == 0
        Job.objects.update(state=Job.State.FAILED, finished_at=clock.now())
        assert (fail_stopped_previews(), fail_stopped_previews()) == (1, 0)
    shown = chi.get(page).content.decode()
    assert "lỗi của hệ thống" in shown and "data-refresh" not in shown
    assert f'href="{mapping}"' in shown and "Bỏ bảng này" in shown
    chi.post(mapping, {"sheet": 0, "row": 2, "depth": 1, "name": "1", "old_name": "", "commune": ""})
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.failure, batch.total) == ("previewed", "", 3)
