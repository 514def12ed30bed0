"""A commune's household list, from the messy sheet to the register and back."""

from __future__ import annotations

import json
import unicodedata
import uuid
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.audit.models import AuditDetail, AuditEntry
from core.events.registry import _handlers, subscribe
from core.imports.actions.applying import apply_import
from core.imports.actions.previewing import choose_mapping
from core.imports.models import ColumnMapping, ImportBatch
from core.imports.queries import likely_mapping, read_table
from core.imports.registry import import_kind
from core.jobs.work.runner import run_waiting_jobs
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.households.actions import change_household, end_household, facts_of, register_household
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.identity import personal_id_hash
from onboarding.households.models import Household
from onboarding.lists.kind import HouseholdKind
from onboarding.producers.actions import register_producer
from tests.core.imports.conftest import counts
from tests.core.imports.sheet_tools import xlsx
from tests.onboarding.lists.conftest import ListDesk, said

HEAD = ["Họ tên chủ hộ", "Thôn/ấp", "Số điện thoại", "Năm sinh", "Số CCCD"]
pytestmark = pytest.mark.django_db


def row(**cells: Any) -> list[list[Any]]:
    """A sheet of one row under these headings."""
    return [["Họ tên chủ hộ", "Thôn", *cells], ["Trần Thị Hòa", "Ấp 3", *cells.values()]]


def one(lists: ListDesk, sheet: list[list[Any]]) -> tuple[str, str]:
    """Outcome and words of a sheet's only row."""
    ((_, found),) = said(lists.preview(sheet)).items()
    return found


def everything() -> tuple[Any, ...]:
    """All an import of households may change."""
    return (
        list(Household.objects.order_by("pk").values()),
        list(Household.objects.order_by("pk").values_list("production_lines__kind", "production_lines__goods")),
    )


class TestTheMess:
    def test_a_whole_messy_sheet(self, lists: ListDesk) -> None:
        sheet = [
            ["ỦY BAN NHÂN DÂN XÃ"],
            ["DANH SÁCH HỘ SẢN XUẤT NÔNG NGHIỆP"],
            ["TT", "Họ và tên chủ hộ", "Thôn/ấp", "Số điện thoại", "Số CCCD", "Nghề", "Diện tích (ha)", "Số con", "Ngày sinh",
             "Nam/nữ", "ĐKKD", "Ghi chú"],
            [1, "NGUYỄN VĂN BA", "ấp 03", 912345678, "077070000123", "điều; nuôi heo", "1,5", 20, 1970, "nam", "x", ""],
            [2, unicodedata.normalize("NFD", "Trần Thị Hoà  "), "Tân Lập", "01682345678", 77203000123.0, "chăn nuôi", None,
             None, date(1980, 5, 12), "Nữ", "không", ""],
            [3, "Lê Văn Tư", "Ap Tan Lap", "không có", "271234567", "lúa", "2", None, "12/5/1955", None, None, "hay’"],
            [4, "Lê Văn Tèo", "Thôn 99"],
            [5, "Lê Văn Nhỏ", "Thôn 1", None, None, None, None, None, 2015],
            [6, "test", "Thôn 1"],
            ["Tổng cộng", 6],
            ["Người lập bảng"],
        ]  # fmt: skip
        batch = lists.import_rows(sheet)
        assert counts(batch) == {"created": 3, "refused": 3, "warnings": 5}
        assert {line: words for line, words in said(batch).items() if words[1]} == {
            5: (
                "created",
                "Số điện thoại 11 số kiểu cũ được đổi thành 038… …678. Số định danh …123 chỉ có 11 chữ số, có lẽ bảng tính đã bỏ "
                "số 0 ở đầu. Chưa ghi số này; hãy ghi đủ 12 chữ số, để ô ở dạng chữ. Ô năm sinh là số của Excel; hiểu là ngày "
                "12/05/1980.",
            ),
            6: (
                "created",
                "«Ap Tan Lap» ghi không dấu; hiểu là «Ấp Tân Lập». Số CMND 9 chữ số (…567) không còn giá trị nên không ghi.",
            ),
            7: (
                "refused",
                f"Chưa có «Thôn 99» ở {lists.people.commune}. Gần giống: «Thôn 1». Hãy sửa tên, hoặc thêm nơi này vào danh sách "
                "thôn, ấp trước.",
            ),
            8: ("refused", "Năm sinh 2015: chủ hộ phải từ 16 tuổi. Hãy xem lại năm sinh, hoặc ghi tên người đại diện."),
            9: ("refused", "Họ tên chủ hộ: «test» giống dòng thử. Hãy bỏ dòng này, hoặc ghi họ tên thật."),
        }
        assert [skipped["why"] for skipped in json.loads(batch.skipped)] == [
            "Dòng cộng.",
            "Dòng ký tên hoặc ghi chú cuối bảng.",
        ]
        ba, hoa, tu = (lists.household(name) for name in ("Nguyễn Văn Ba", "Trần Thị Hoà", "Lê Văn Tư"))
        assert (ba.source, ba.registered_by_id, ba.phone, ba.phone_owner) == (
            "import", lists.viewer.user_id, "+84912345678", "unknown",
        )  # fmt: skip
        assert (ba.hamlet.name, ba.birth_year, ba.sex, ba.has_business_registration) == ("Ấp 3", 1970, "male", True)
        assert (ba.personal_id_hash, ba.personal_id_end) == (personal_id_hash("077070000123"), "123")
        assert facts_of(ba).production == (
            ProductionFacts("livestock", "heo", heads=20), ProductionFacts("trees", "điều", area_m2=15_000),
        )  # fmt: skip
        assert (hoa.phone, hoa.personal_id_hash, hoa.birth_year) == ("+84382345678", "", 1980)
        assert (tu.phone, tu.phone_owner, tu.birth_year, tu.hamlet.name) == ("", "none", 1955, "Ấp Tân Lập")

    @pytest.mark.parametrize(
        ("cells", "outcome", "words"),
        [
            ({"SĐT": "0912345678/0987654321"}, "created", "Ô số điện thoại có 2 số; chỉ ghi 091… …678."),
            ({"SĐT": "12345"}, "refused", "không phải số điện thoại"),
            ({"SĐT": "0912345678.0"}, "created", ""),
            ({"SĐT": "0912345678", "Điện thoại của ai": "không có"}, "refused", "Hãy bỏ một trong hai."),
            ({"CCCD": "77203000123.0"}, "created", "chỉ có 11 chữ số"),
            ({"CCCD": "0772O3000123"}, "refused", "12 chữ số"),
            ({"Năm sinh": 29353}, "created", "hiểu là ngày 12/05/1980"),
            ({"Năm sinh": "5/1980"}, "created", ""),
            ({"Năm sinh": "80"}, "refused", "Hãy ghi đủ bốn chữ số"),
            ({"Năm sinh": 1880}, "refused", "không hợp lý"),
            ({"Nghề": "điều", "Diện tích": "1,5"}, "refused", "chưa rõ đơn vị"),
            ({"Nghề": "điều", "Diện tích (ha)": "1.250"}, "refused", "chưa rõ diện tích"),
            ({"Nghề": "điều", "Diện tích": "3 công"}, "created", "1 công được hiểu là 1.000 m² (Nam Bộ)."),
            ({"Nghề": "điều; cao su", "Diện tích (ha)": 2}, "created", "chưa rõ của nghề nào nên chưa ghi"),
            ({"MST": "0303111111"}, "refused", "mã số thuế không đúng"),
            ({"MST": "100109106"}, "created", "thêm lại số 0"),
            ({"Giới tính": "nữ", "CCCD": "077070000123"}, "created", "Giới tính khác với số định danh"),
        ],
    )  # fmt: skip
    def test_cell_by_cell(self, lists: ListDesk, cells: dict[str, Any], outcome: str, words: str) -> None:
        found = one(lists, row(**cells))
        assert found[0] == outcome and words in found[1] and bool(words) == bool(found[1])

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("  trần   văn  ÚT ", "trần văn ÚT"), ("TRẦN VĂN ÚT", "Trần Văn Út"), ("K'SOR H’ BIA", "K'Sor H' Bia"),
            ("Hộ ông Trần Văn Út", "Trần Văn Út"), ("Tr&acirc;n V&#259;n", "Trân Văn"), ("Ông Văn Sáu", "Ông Văn Sáu"),
            ("Trần Văn Út\u200b (mất sức)", "Trần Văn Út"),
        ],
    )  # fmt: skip
    def test_names(self, lists: ListDesk, written: str, stored: str) -> None:
        lists.import_rows([HEAD, [written, "Ấp 3"]])
        assert Household.objects.filter(source="import").values_list("head_name", flat=True).get() == stored

    def test_a_province_names_the_commune(self, lists: ListDesk) -> None:
        province = ListDesk(lists.people, "phuong")
        commune = lists.people.commune
        sheet = [
            ["Họ tên", "Xã", "Thôn"],
            ["Trần Văn Út", f"{commune.kind} {commune.name}", "Ấp 3"],
            ["Lê Văn Tám", "", "Ấp 3"],
            ["Lê Văn Chín", "Xã Không Có Thật", "Ấp 3"],
        ]
        assert commune.parent is not None
        batch = province.import_rows(sheet, unit=commune.parent)
        assert [outcome for outcome, _ in said(batch).values()] == ["created", "refused", "refused"]
        assert lists.household("Trần Văn Út").commune == commune

    def test_hamlets_of_two_meanings_are_refused(self, lists: ListDesk) -> None:
        Hamlet.objects.create(commune=lists.people.commune, name="Thôn 3")
        outcome, words = one(lists, [HEAD, ["Trần Văn Út", "3"]])
        assert outcome == "refused" and "«Ấp 3», «Thôn 3»" in words


class TestWhoIsWho:
    def test_again_changes_nothing(self, lists: ListDesk) -> None:
        sheet = [
            HEAD,
            ["Trần Văn Út", "Ấp 3", "0912345678", 1970, "077070000123"],
            ["Trần Văn Út", "Ấp 3", "0912345679", 1980, None],
            ["Lê Thị Mai", "Ấp 3", None, None, None],
            ["Lê Thị Mai", "Thôn 1", "0912345671", None, None],
        ]
        assert counts(lists.import_rows(sheet)) == {"created": 4}
        before = everything()
        again = lists.preview(sheet)
        assert counts(again) == {"unchanged": 4}
        assert everything() == before

    def test_an_empty_cell_overwrites_nothing_and_a_new_fact_is_a_change(self, lists: ListDesk) -> None:
        lists.import_rows([[*HEAD, "Nghề"], ["Trần Văn Út", "Ấp 3", "0912345678", 1970, None, "điều 1 ha; heo"]])
        batch = lists.import_rows([[*HEAD, "Nghề"], ["TRẦN VĂN ÚT", "ấp 3", None, None, "077070000123", "điều 2 ha"]])
        assert counts(batch) == {"changed": 1}
        ut = lists.household("Trần Văn Út")
        assert (ut.phone, ut.birth_year, ut.personal_id_end, ut.version) == ("+84912345678", 1970, "123", 2)
        assert facts_of(ut).production == (
            ProductionFacts("livestock", "heo"), ProductionFacts("trees", "điều", area_m2=20_000),
        )  # fmt: skip

    def test_another_birth_year_is_another_household_and_said(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", "0912345678", 1970, None]])
        ut = lists.household("Trần Văn Út")
        batch = lists.preview([HEAD, ["Trần Văn Út", "Ấp 3", "0912345678", 1980, None]])
        assert (counts(batch), batch.doubles) == ({"created": 1, "warnings": 1}, 1)
        assert batch.rows.get().may_be_double
        assert f"Có thể trùng với «Trần Văn Út» (hộ số {ut.pk}): cùng số điện thoại" in said(batch)[2][1]
        assert [row.number for row in batch.rows.filter(may_be_double=True)] == [2]

    def test_a_person_is_known_by_the_id_wherever_they_moved(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", None, None, "077070000123"]])
        batch = lists.import_rows([HEAD, ["Trần Văn Út", "Thôn 1", None, None, "077070000123"]])
        assert (counts(batch), lists.household("Trần Văn Út").hamlet.name) == ({"changed": 1}, "Thôn 1")
        outcome, words = one(lists, [HEAD, ["Lê Thị Mai", "Thôn 1", None, None, "077070000123"]])
        assert outcome == "refused" and "Số định danh này đã ghi cho «Trần Văn Út»" in words

    def test_of_two_that_may_be_meant_neither(self, lists: ListDesk) -> None:
        rows = [["Trần Văn Út", "Ấp 3", "0912345678", 1970, None], ["Trần Văn Út", "Ấp 3", "0912345679", 1980, None]]
        lists.import_rows([HEAD, *rows])
        outcome, words = one(lists, [HEAD, ["Trần Văn Út", "Ấp 3", None, None, None]])
        assert outcome == "refused" and words.startswith("Có 2 hộ cùng tên ở đây")

    def test_names_that_differ_in_marks_are_two(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Hòa", "Ấp 3"], ["Trần Văn Hoa", "Ấp 3"]])
        assert {lists.household(name).pk for name in ("Trần Văn Hòa", "Trần Văn Hoa")}
        assert counts(lists.preview([HEAD, ["Trần Văn Hoà", "Ấp 3"]])) == {"unchanged": 1}

    def test_one_thing_twice_in_a_file(self, lists: ListDesk) -> None:
        sheet = [
            HEAD,
            ["Trần Văn Út", "Ấp 3", None, 1970, None],
            ["Trần Văn Út", "Ấp 3", None, 1970, None],
            ["Trần Văn Út", "ấp 03", "0912345678", None, None],
            ["Lê Thị Mai", "Ấp 3", None, None, "077070000123"],
            ["Lê Thị Lan", "Thôn 1", None, None, "077070000123"],
        ]
        outcomes = said(lists.import_rows(sheet))
        assert [outcomes[line][0] for line in range(2, 7)] == ["created", "unchanged", "refused", "created", "refused"]
        assert outcomes[3][1] == "Giống hệt dòng 2, chỉ tính một lần." and "Cùng một hộ với dòng 2" in outcomes[4][1]

    def test_two_rows_that_mean_one_household_of_the_register(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", None, None, None]])
        rows = [["Trần Văn Út", "Ấp 3", None, 1970, None], ["Trần Văn Út", "Ấp 3", None, 1980, None]]
        outcomes = said(lists.import_rows([HEAD, *rows]))
        assert [outcome for outcome, _ in outcomes.values()] == ["changed", "refused"]

    def test_ended_and_merged_households_stay_what_they_are(self, lists: ListDesk) -> None:
        sheet = [HEAD, ["Trần Văn Út", "Ấp 3", None, None, None], ["Trần Văn Bảy", "Ấp 3", None, None, None]]
        lists.import_rows(sheet)
        ut, bay = lists.household("Trần Văn Út"), lists.household("Trần Văn Bảy")
        end_household(household=ut, reason="moved", by=SYSTEM)
        Household.objects.filter(pk=bay.pk).update(ended_on=date(2026, 1, 1), end_reason="merged", merged_into=ut)
        outcomes = said(lists.preview(sheet))
        assert outcomes[2][0] == "refused" and "đã thôi tính" in outcomes[2][1]
        assert outcomes[3] == ("unchanged", f"Hộ này đã gộp vào «Trần Văn Út» (hộ số {ut.pk}); dòng này không đổi gì.")

    def test_households_of_other_communes_are_not_looked_at(self, lists: ListDesk) -> None:
        other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=lists.people.commune.pk)[0]
        far = HouseholdFacts("Lý Văn Xa", Hamlet.objects.create(commune=other, name="Ấp 3"), phone="+84912345678",
                             personal_id="077070000123")  # fmt: skip
        register_household(record_id=uuid.uuid4(), facts=far, by=SYSTEM)
        outcome, words = one(lists, [HEAD, ["Lý Văn Xa", "Ấp 3", "0912345678", None, "077070000123"]])
        assert (outcome, words) == ("created", "")

    def test_a_household_registered_since_the_preview_is_not_doubled(self, lists: ListDesk) -> None:
        batch = lists.preview([HEAD, ["Trần Văn Út", "Ấp 3", None, 1970, None]])
        facts = HouseholdFacts("Trần Văn Út", Hamlet.objects.get(name="Ấp 3"), birth_year=1970)
        register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)
        apply_import(batch=batch, by=lists.viewer)
        run_waiting_jobs()
        batch.refresh_from_db()
        assert (counts(batch), Household.objects.filter(head_name="Trần Văn Út").count()) == ({"unchanged": 1}, 1)


class TestWriting:
    def test_one_event_and_an_entry_for_each(self, lists: ListDesk) -> None:
        heard: list[HouseholdsChanged] = []
        subscribe(HouseholdsChanged, heard.append)
        try:
            lists.import_rows([HEAD, *([f"Trần Văn {word}", "Ấp 3"] for word in ("Út", "Bảy", "Tám"))])
        finally:
            _handlers[HouseholdsChanged].remove(heard.append)
        ids = tuple(Household.objects.filter(source="import").order_by("pk").values_list("pk", flat=True))
        assert [(event.ids, event.are_new) for event in heard] == [(ids, True)]
        entries = AuditEntry.objects.filter(
            action="household.registered", object_label__in=[f"household:{pk}" for pk in ids]
        )
        assert {(entry.actor_id, entry.unit_code, entry.via) for entry in entries} == {
            (lists.viewer.user_id, lists.people.commune.code, "import")
        }
        assert entries.count() == 3

    def test_a_change_is_told_without_its_numbers(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", None, 1970, None]])
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", "0912345678", 1970, "077070000123"]])
        entry = AuditEntry.objects.get(action="household.changed")
        text = AuditDetail.objects.get(entry=entry).text
        assert json.loads(text) == {"Số điện thoại": ["", "091… …678"], "Số định danh cá nhân": ["", "đã đổi"]}

    def test_a_broken_row_in_a_chunk_is_refused_alone(self, lists: ListDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        batch = lists.preview([HEAD, *([f"Trần Văn {word}", "Ấp 3"] for word in ("Út", "Hỏng", "Tám"))])
        whole = HouseholdKind.write_rows

        def broken(kind: HouseholdKind, verdicts: Any, desk: Any) -> Any:
            effects = whole(kind, verdicts, desk)
            if any("Hỏng" in verdict.title for verdict in verdicts):
                raise ValueError("Trần Văn Hỏng")
            return effects

        monkeypatch.setattr(HouseholdKind, "write_rows", broken)
        apply_import(batch=batch, by=lists.viewer)
        run_waiting_jobs()
        batch.refresh_from_db()
        assert (batch.state, counts(batch)) == ("applied", {"created": 2, "refused": 1})
        names = Household.objects.filter(source="import").order_by("pk").values_list("head_name", flat=True)
        assert list(names) == ["Trần Văn Út", "Trần Văn Tám"]
        assert AuditEntry.objects.filter(action="household.registered", via="import").count() == 2

    def test_the_number_of_queries_does_not_grow_with_the_rows(
        self, lists: ListDesk, django_assert_max_num_queries: Any
    ) -> None:
        batch = lists.preview([HEAD, *([f"Trần Văn {chr(65 + number)}a", "Ấp 3", None, 1970] for number in range(26))])
        apply_import(batch=batch, by=lists.viewer)
        with django_assert_max_num_queries(110):
            run_waiting_jobs()
        assert Household.objects.filter(source="import").count() == 26


class TestUndoing:
    def test_what_was_added_is_ended_and_what_was_changed_comes_back(self, lists: ListDesk) -> None:
        lists.import_rows([[*HEAD, "Nghề"], ["Trần Văn Út", "Ấp 3", None, None, None, "điều 1 ha"]])
        ut = lists.household("Trần Văn Út")
        before = facts_of(ut)
        sheet = [
            [*HEAD, "Nghề"],
            ["Trần Văn Út", "Ấp 3", "0912345678", 1970, "077070000123", "điều 2 ha; heo"],
            ["Lê Thị Mai", "Ấp 3", None, None, None, None],
        ]
        batch = lists.import_rows(sheet)
        assert counts(batch) == {"created": 1, "changed": 1}
        assert (lists.undo(batch).state, batch.kept) == ("undone", 0)
        ut = lists.household("Trần Văn Út")
        assert (facts_of(ut), ut.personal_id_hash, ut.near_key) == (before, "", "")
        mai = Household.objects.get(head_name="Lê Thị Mai")
        assert (mai.ended_on is not None, mai.end_reason) == (True, "undone")
        assert counts(lists.preview(sheet)) == {"created": 1, "changed": 1}, "as if it had not been"

    def test_a_verification_comes_back(self, lists: ListDesk) -> None:
        lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3"]])
        Household.objects.filter(head_name="Trần Văn Út").update(
            verified_by=lists.people.users["phuong"], verified_at="2026-01-01T00:00Z", verified_how="visit"
        )
        batch = lists.import_rows([HEAD, ["Trần Văn Út", "Ấp 3", "0912345678", None, None]])
        assert lists.household("Trần Văn Út").verified_by is None
        lists.undo(batch)
        ut = lists.household("Trần Văn Út")
        assert (ut.verified_by, ut.verified_how, ut.phone) == (lists.people.users["phuong"], "visit", "")

    def test_what_was_used_or_changed_since_stays(self, lists: ListDesk) -> None:
        batch = lists.import_rows([HEAD, *([f"Trần Văn {word}", "Ấp 3"] for word in ("Út", "Bảy", "Tám"))])
        ut, bay = lists.household("Trần Văn Út"), lists.household("Trần Văn Bảy")
        register_producer(kind="farm_household", name="Hộ Út", commune=ut.commune, phone="", household=ut, by=SYSTEM)
        change_household(household=bay, changes={"birth_year": 1980}, by=SYSTEM)
        assert lists.undo(batch).kept == 2
        living = Household.objects.filter(source="import", ended_on=None).order_by("pk")
        assert list(living) == [ut, bay]


class TestSurveyExports:
    KOBO = (
        "start;_id;_uuid;_submission_time;household/head_name;household/hamlet;household/phone;household/production;"
        "household/production/trees;household/production/livestock;household/has_business_registration;_index\n"
        "2026-01-01;11;{0};2026-01-02;Trần Văn Út;Ấp 3;0912345678;trees livestock;1;1;0;1\n"
        "2026-01-01;12;{1};2026-01-02;Lê Thị Mai;Ấp 3;n/a;n/a;0;0;n/a;2\n"
    )

    def test_kobo_as_csv(self, lists: ListDesk) -> None:
        ids = uuid.uuid4(), uuid.uuid4()
        content = self.KOBO.format(*ids).encode("utf-8-sig")
        batch = lists.import_rows(content)
        assert counts(batch) == {"created": 2}
        heads = read_table(batch).header.headings
        assert {name: heads[index].text.rpartition("/")[2] for name, index in batch.mapping.items()} == {
            "record": "_uuid", "head_name": "head_name", "hamlet": "hamlet", "phone": "phone", "production": "production",
            "makes_trees": "trees", "makes_livestock": "livestock", "has_business_registration": "has_business_registration",
        }  # fmt: skip
        ut, mai = lists.household("Trần Văn Út"), lists.household("Lê Thị Mai")
        assert [line.kind for line in facts_of(ut).production] == ["livestock", "trees"]
        assert (ut.record_id, mai.record_id, mai.phone, mai.has_business_registration) == (*ids, "", None)
        assert counts(lists.preview(content)) == {"unchanged": 2}

    def test_the_record_is_the_household_whatever_its_name(self, lists: ListDesk) -> None:
        ids = uuid.uuid4(), uuid.uuid4()
        lists.import_rows(self.KOBO.format(*ids).encode())
        mended = self.KOBO.format(*ids).replace("0912345678", "0912345679").encode()
        batch = lists.import_rows(mended)
        assert (counts(batch), lists.household("Trần Văn Út").phone) == ({"changed": 1, "unchanged": 1}, "+84912345679")
        lists.undo(batch)
        assert lists.household("Trần Văn Út").phone == "+84912345678"

    def test_a_record_of_another_commune_is_refused(self, lists: ListDesk) -> None:
        ids = uuid.uuid4(), uuid.uuid4()
        other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=lists.people.commune.pk)[0]
        far = HouseholdFacts("Trần Văn Út", Hamlet.objects.create(commune=other, name="Ấp 3"))
        register_household(record_id=ids[0], facts=far, by=SYSTEM)
        outcomes = said(lists.preview(self.KOBO.format(*ids).encode()))
        assert outcomes[2] == ("refused", "Bản ghi này của phiếu khảo sát đã ở nơi khác. Hãy nhập ở đúng nơi.")

    def test_taken_back_and_brought_again(self, lists: ListDesk) -> None:
        content = self.KOBO.format(uuid.uuid4(), uuid.uuid4()).encode()
        lists.undo(lists.import_rows(content))
        assert counts(lists.import_rows(content)) == {"created": 2}
        assert counts(lists.preview(content)) == {"unchanged": 2}

    def test_odk_central_and_vietnamese_fields(self, lists: ListDesk) -> None:
        head = ["SubmissionDate", "group_a-ho_ten", "group_a-thon", "group_a-so_dien_thoai", "meta-instanceID", "KEY"]
        key = f"uuid:{uuid.uuid4()}"
        batch = lists.import_rows([head, ["2026-01-01", "Trần Văn Út", "Ấp 3", "0912345678", key, key]])
        assert counts(batch) == {"created": 1}
        assert f"uuid:{lists.household('Trần Văn Út').record_id}" == key


def test_the_mapping_is_remembered_for_the_commune(lists: ListDesk) -> None:
    sheet = [["Người khai", "Nơi", "Ô lạ"], ["Trần Văn Út", "Ấp 3", "0912345678"]]
    batch = lists.bring(sheet)
    choose_mapping(batch=batch, sheet_index=0, header_row=0, header_depth=1,
                   mapping={"head_name": 0, "hamlet": 1, "phone": 2}, by=lists.viewer)  # fmt: skip
    assert ColumnMapping.objects.get().kind == "ho"
    again = lists.bring([[cells[2], cells[0], cells[1]] for cells in sheet])
    assert again.mapping == {"head_name": 1, "hamlet": 2, "phone": 0}
    other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=lists.people.commune.pk)[0]
    assert likely_mapping(import_kind("ho"), other, read_table(again).header)[2] is False


class TestTheCommand:
    def run(self, path: Path, *options: str) -> list[str]:
        out = StringIO()
        call_command("import_households", str(path), *options, stdout=out)
        return out.getvalue().splitlines()

    def test_the_last_line_is_the_summary(self, lists: ListDesk, tmp_path: Path) -> None:
        path = tmp_path / "ho.xlsx"
        path.write_bytes(xlsx([HEAD, ["Trần Văn Út", "Ấp 3", None, None, "271234567"], ["test", "Ấp 3"]]))
        looked = self.run(path, "--as", "chi", "--preview")
        summary = {"created": 1, "changed": 0, "unchanged": 0, "refused": 1, "warnings": 1}
        assert json.loads(looked[-1]) == summary and not Household.objects.filter(source="import").exists()
        lines = self.run(path, "--as", "chi", "--commune", lists.people.commune.code, "--apply")
        assert json.loads(lines[-1]) == summary
        assert lines[0].startswith("Dòng 2 «Trần Văn Út, Ấp 3»: Số CMND") and lines[1].startswith("Dòng 3: bị từ chối.")
        assert lists.household("Trần Văn Út").registered_by == lists.people.users["chi"]
        assert json.loads(self.run(path, "--as", "chi")[-1])["unchanged"] == 1
        assert list(ImportBatch.objects.order_by("pk").values_list("state", flat=True)) == [
            "previewed",
            "applied",
            "previewed",
        ]

    def test_rights_and_files(self, lists: ListDesk, tmp_path: Path) -> None:
        path = tmp_path / "ho.csv"
        path.write_text("Họ tên,Thôn\nTrần Văn Út,Ấp 3\n", encoding="utf-8")
        before = everything()
        for options in (["--as", "dung"], ["--as", "hanh", "--commune", lists.people.commune.code], ["--as", "ai"], []):
            with pytest.raises(CommandError):
                self.run(path, *options)
        with pytest.raises(CommandError, match="Không mở được tệp"):
            self.run(tmp_path / "khong-co.csv", "--as", "chi")
        assert everything() == before and not ImportBatch.objects.exists()
