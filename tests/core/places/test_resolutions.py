"""A new resolution: previewed, entered once and whole or not at all; what was reported before stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command

from core.audit.models import AuditEntry
from core.events import registry as events
from core.places import reference
from core.places.actions.resolutions import Outcome, enter_resolution, turn_map
from core.places.events import HamletsChanged, MapTurned, UnitsChanged
from core.places.finder import find_units
from core.places.models import Hamlet, PlacesLoad, Resolution, Unit, UnitLink, UnitName
from core.places.queries import (
    Use,
    became,
    came_from,
    communes_of,
    everything_under,
    hamlet_names_on,
    hamlets_of,
    name_on,
    unit_by_code,
)
from core.places.reading import HEADER, Refused, read_resolution
from onboarding.households.models import Household
from onboarding.producers.models import Producer
from tests.people import make_producer

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parents[2] / "data" / "resolution_2027.csv"
EVE, DAY = date(2027, 2, 28), date(2027, 3, 1)


def unit(code: str, on: date = EVE, level: str = "commune") -> Unit:
    found = unit_by_code(level, code, on)
    assert found is not None, (code, on)
    return found


@pytest.fixture(autouse=True)
def hamlets() -> None:
    """Hamlets in the communes of the file; Thôn 1 in two that are joined."""
    for code, names in {
        "23152": ["Thôn 1", "Thôn 2", "Thôn 3"],
        "22981": ["Thôn 1", "Thôn 4"],
        "22969": ["Thôn 1", "Thôn 7"],
        "23059": ["Thôn A", "Thôn B"],
    }.items():
        for name in names:
            Hamlet.objects.create(commune=unit(code), name=name)


@pytest.fixture
def news() -> Iterator[list[events.Event]]:
    heard: list[events.Event] = []
    kinds = (UnitsChanged, HamletsChanged, MapTurned)
    for kind in kinds:
        events.subscribe(kind, heard.append)
    yield heard
    for kind in kinds:
        events._handlers[kind].remove(heard.append)


def enter(apply: bool = True, content: bytes | None = None) -> Outcome:
    return enter_resolution(read_resolution(content or FILE.read_bytes()), actor_id=None, apply=apply)


def written(*rows: dict[str, str]) -> bytes:
    head = {"decision": "901/NQ-UBTVQH16", "on": "2027-03-01", "level": "commune"}
    lines = [",".join({**head, **row}.get(column, "") for column in HEADER) for row in rows]
    return "\n".join([",".join(HEADER), *lines]).encode()


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours; of the map, how many there are and those of the provinces concerned."""
    found = {}
    for app in ("core", "onboarding"):
        for model in apps.get_app_config(app).get_models():
            rows = model._default_manager.order_by("pk")
            near = {Unit: "parent__code__in", UnitName: "unit__parent__code__in", UnitLink: "new__parent__code__in"}
            some = rows.filter(**{near[model]: ["68", "75"]}) if model in near else rows
            found[model._meta.label] = [rows.count(), *some.values_list()]
    return found


def test_the_preview_tells_all_and_changes_nothing(news: list[events.Event]) -> None:
    make_producer("Hộ Nguyễn Văn An", Hamlet.objects.get(commune__code="22981", name="Thôn 4"))
    before = everything()
    outcome = enter(apply=False)
    assert everything() == before
    assert news == []
    assert "xã Vĩnh Hảo (mã 22981) chấm dứt" in outcome.sentences
    assert "xã Vĩnh Hảo → xã Liên Hương (mã 22969): toàn bộ" in outcome.sentences
    assert "Xã Bắc Ruộng (mã 23152) → Xã Bắc Ruộng Mới" in outcome.sentences
    assert outcome.remarks == tuple(
        f"Thôn {name} của xã Hàm Thuận đi theo phần mặc định, phường Hàm Thuận. Hãy xem có đúng không." for name in "AB"
    )
    assert outcome.uses == (
        Use("Thôn 4", "hộ", 1),
        Use("xã Vĩnh Hảo", "chủ thể", 1),
        Use("xã Vĩnh Hảo", "hộ", 1),
    )


def test_what_is_in_force_before_and_after() -> None:
    enter()
    assert [name_on(unit("23152", day), day) for day in (EVE, DAY)] == ["xã Bắc Ruộng", "xã Bắc Ruộng Mới"]
    assert [name_on(unit("22969", day), day) for day in (EVE, DAY)] == ["xã Liên Hương", "phường Liên Hương"]
    assert unit("22969", EVE) == unit("22969", DAY)  # renamed and grown, not a new unit
    assert str(unit("22981", EVE)) == "xã Vĩnh Hảo"
    assert unit_by_code("commune", "22981", DAY) is None
    old, new = unit("23059", EVE), unit("23059", DAY)
    assert old != new and (str(old), str(new)) == ("xã Hàm Thuận", "phường Hàm Thuận")
    assert [(share.unit.code, share.kind) for share in became(old, DAY)] == [("22960", "part"), ("23059", "default")]
    moved = unit("25270", DAY)
    assert moved.parent is not None and moved.parent.code == "68" and str(moved) == "phường Lộc Ninh"
    assert unit("25270", EVE).parent.code == "75"  # type: ignore[union-attr]


def test_several_steps_are_walked() -> None:
    enter()
    vinh_hao = unit("22981", date(2025, 6, 30))
    assert [(share.unit.code, share.kind) for share in became(vinh_hao, DAY)] == [("22969", "whole")]
    assert [(share.unit.code, share.unit.valid_to) for share in became(vinh_hao, EVE)] == [("22981", DAY)]
    loc_ninh = unit("25270", date(2025, 6, 30))
    assert [share.unit for share in became(loc_ninh, DAY)] == [unit("25270", DAY)]
    ma_lam = unit("23059", date(2025, 6, 30))
    assert {(share.unit.code, share.kind) for share in became(ma_lam, DAY)} == {("22960", "part"), ("23059", "default")}
    lien_huong = unit("22969", DAY)
    assert {share.unit.code for share in came_from(lien_huong, EVE, as_of=DAY)} == {"22969", "22981"}
    assert {share.unit.code for share in came_from(lien_huong, EVE, as_of=EVE)} == {"22969"}
    first = {share.unit.code for share in came_from(lien_huong, date(2025, 6, 30), as_of=DAY)}
    assert first > {share.unit.code for share in came_from(lien_huong, date(2025, 6, 30), as_of=EVE)} > {"22969"}


def test_a_former_area_follows_and_says_when_it_is_no_longer_exact() -> None:
    enter()
    binh_thuan, binh_phuoc = unit("60", date(2025, 6, 30), "province"), unit("70", date(2025, 6, 30), "province")
    thuan, phuoc = everything_under(binh_thuan, DAY), everything_under(binh_phuoc, DAY)
    assert (len(thuan.communes), thuan.is_exact) == (44, True)
    assert (len(phuoc.communes), phuoc.is_exact) == (40, True)
    assert unit("25270", DAY) in phuoc.communes  # in Lâm Đồng now, but of Bình Phước's ground
    assert unit("25270", DAY) in communes_of(unit("68", DAY, "province"), DAY)


def test_nothing_already_reported_changes() -> None:
    days = [date(2025, 6, 30), date(2026, 1, 1), EVE]

    def report() -> list[Any]:
        found: list[Any] = []
        for day in days:
            province = unit("60" if day.year == 2025 else "68", day, "province")
            area = everything_under(province, day)
            found.append([(one.pk, one.code, name_on(one, day), one.parent_id) for one in area.communes])
            found.append(sorted(hamlet_names_on(area.hamlets, day).items()))
        return found

    before = report()
    enter()
    assert report() == before


def test_hamlets_follow_their_commune() -> None:
    enter()
    assert [hamlet.name for hamlet in hamlets_of(unit("22969", DAY), DAY)] == [
        "Thôn 1", "Thôn 1 Vĩnh Hảo", "Thôn 4", "Thôn 7A", "Thôn 7B",
    ]  # fmt: skip
    assert [hamlet.name for hamlet in hamlets_of(unit("22969"), EVE)] == ["Thôn 1", "Thôn 7"]
    assert [hamlet.name for hamlet in hamlets_of(unit("22981"), EVE)] == ["Thôn 1", "Thôn 4"]
    assert [hamlet.name for hamlet in hamlets_of(unit("23059", DAY), DAY)] == ["Thôn A", "Thôn B"]
    bac_ruong = unit("23152", DAY)
    assert list(hamlet_names_on(hamlets_of(bac_ruong, DAY), DAY).values()) == ["Thôn 2", "Thôn Suối Sâu"]
    assert list(hamlet_names_on(hamlets_of(bac_ruong, EVE), EVE).values()) == ["Thôn 1", "Thôn 2", "Thôn 3"]


def test_the_same_file_twice_is_the_same_as_once(news: list[events.Event]) -> None:
    enter()
    once, heard = everything(), list(news)
    assert enter() == Outcome((), (), ())
    assert everything() == once
    assert news == heard


def test_everything_is_on_the_trail_and_in_the_news(news: list[events.Event]) -> None:
    with time_machine.travel("2026-12-01 09:00 +07:00"):
        enter()
        links = {(link.old_id, link.new_id, link.kind) for link in UnitLink.objects.filter(on=DAY)}
        assert len(links) == 4
        assert [type(event) for event in news] == [UnitsChanged, HamletsChanged]  # its day is still to come
        changed = news[0]
        assert isinstance(changed, UnitsChanged) and (changed.on, changed.decision) == (DAY, "900/NQ-UBTVQH16")
        assert {(fact.old_id, fact.new_id, fact.kind) for fact in changed.links} == links
        words = set(AuditEntry.objects.values_list("action", flat=True))
        assert words >= {"resolution.entered", "unit.ended", "unit.opened", "unit.linked", "unit.renamed"}
        assert words >= {"hamlet.opened", "hamlet.renamed", "hamlet.merged", "hamlet.split"}
        assert turn_map() == 0
    with time_machine.travel("2027-03-01 00:01 +07:00"):
        turn_map()
        assert [type(event) for event in news[2:]] == [MapTurned]
        turn_map()
        assert len(news) == 3


def test_on_its_day_names_and_households_move() -> None:
    producer = make_producer("Hộ Nguyễn Văn An", Hamlet.objects.get(commune__code="22981", name="Thôn 4"))
    with time_machine.travel("2026-12-01 09:00 +07:00"):
        enter()
        assert str(unit("23152")) == "xã Bắc Ruộng"
        assert Household.objects.get().commune == unit("22981")
        assert find_units("phường Liên Hương").doubts == {"former_name"}
    with time_machine.travel("2027-03-01 00:01 +07:00"):
        turn_map()
        assert str(unit("23152", DAY)) == "xã Bắc Ruộng Mới"
        assert find_units("phường Liên Hương").warnings == ()
        household = Household.objects.select_related("hamlet").get()
        assert (household.commune, household.hamlet.name, household.hamlet.commune) == (
            unit("22969", DAY), "Thôn 4", unit("22969", DAY),
        )  # fmt: skip
        assert Producer.objects.get(pk=producer.pk).commune == unit("22969", DAY)
        assert [hamlet.name for hamlet in hamlets_of(unit("23152", DAY))] == ["Thôn 2", "Thôn Suối Sâu"]


def test_the_next_start_and_newer_data_files_undo_nothing() -> None:
    enter()
    assert reference.load_places() is False
    before = {label: rows for label, rows in everything().items() if label in {"core.Unit", "core.Hamlet"}}
    names = [(name_on(one, DAY), one.code) for one in communes_of(unit("68", DAY, "province"), DAY)]
    links = set(UnitLink.objects.filter(on=DAY).values_list("old", "new", "kind"))
    entries = AuditEntry.objects.count()
    PlacesLoad.objects.update(checksum="an older version")
    assert reference.load_places() is True
    after = everything()
    assert {label: after[label] for label in before} == before
    assert [(name_on(one, DAY), one.code) for one in communes_of(unit("68", DAY, "province"), DAY)] == names
    assert set(UnitLink.objects.filter(on=DAY).values_list("old", "new", "kind")) == links
    assert (Resolution.objects.count(), AuditEntry.objects.count()) == (1, entries)


def test_the_renames_of_2026_are_known_already() -> None:
    outcome = enter(
        content=written(
            *(
                {"decision": "237/NQ-UBTVQH16", "on": "2026-04-30", "change": "rename", "code": code, "kind": "Phường"}
                for code in ("25270", "25357", "25363")
            )
        )
    )
    assert outcome.sentences == ()


def test_the_split_of_2025_could_be_written_like_this() -> None:
    """Phong Phú 22978, told with units of today's map."""
    outcome = enter(
        content=written(
            {"change": "split", "code": "22978", "new_code": "22972", "share": "default"},
            {"change": "split", "code": "22978", "new_code": "22978", "share": "part"},
            {"change": "open", "code": "22978", "kind": "Xã", "name": "Tuy Phong Mới", "parent": "68"},
        )
    )
    assert len(outcome.sentences) == 4
    old = unit("22978", EVE)
    assert [(share.unit.code, share.kind) for share in became(old, DAY)] == [("22972", "default"), ("22978", "part")]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"change": "merge", "code": "99999", "new_code": "22969"}], "Dòng 2: ngày 28/02/2027 không có xã, phường, đặc khu mã 99999."),
        ([{"change": "merge", "code": "22981", "new_code": "99999"}], "Dòng 2: ngày 01/03/2027 không có xã, phường, đặc khu mã 99999."),
        ([{"change": "open", "code": "22969", "kind": "Xã", "name": "Mới", "parent": "68"}], "Dòng 2: mã 22969 đang thuộc xã Liên Hương từ ngày 01/07/2025."),
        ([{"change": "rename", "code": "22969", "kind": "Xã"}], "Dòng 2: xã Liên Hương (mã 22969) đã mang tên ấy từ ngày 01/07/2025."),
        ([{"change": "rename", "code": "25270", "kind": "Xã", "on": "2026-02-01"}], "Dòng 2: phường Lộc Ninh (mã 25270) đã mang tên ấy từ ngày 01/07/2025."),
        ([{"change": "rename", "code": "25270", "name": "Khác", "on": "2026-02-01"}], "Dòng 2: mã 25270 đã có tên khác từ ngày 30/04/2026."),
        ([{"change": "split", "code": "22981", "new_code": "22969", "share": "part"}], "xã Vĩnh Hảo (mã 22981) phải nhập trọn vào một đơn vị, hoặc chia thành nhiều phần với đúng một phần default."),
        ([{"change": "merge", "code": "22981", "new_code": "22969"}], "Dòng 2: Thôn 1 có ở cả xã Vĩnh Hảo và xã Liên Hương. Hãy thêm dòng hamlet_move với tên mới cho Thôn 1 của xã Vĩnh Hảo."),
        ([{"change": "merge", "level": "province", "code": "68", "new_code": "75"}], "tỉnh Lâm Đồng chấm dứt nhưng còn xã, phường bên trong. Hãy thêm dòng move cho từng đơn vị."),
        ([{"change": "hamlet_rename", "code": "22969", "hamlet": "Thôn 99", "new_hamlet": "Thôn X"}], "Dòng 2: ngày 28/02/2027 xã Liên Hương không có Thôn 99."),
        ([{"change": "hamlet_rename", "code": "22969", "hamlet": "Thôn 1", "new_hamlet": "Thôn 7"}], "Dòng 2: xã Liên Hương đã có Thôn 7."),
        ([{"change": "hamlet_split", "code": "22969", "hamlet": "Thôn 1", "new_hamlet": "Thôn 1A"}], "Dòng 2: Thôn 1: chia thì phải có ít nhất hai dòng."),
        ([{"change": "merge", "code": "23059", "new_code": "22933"}, {"change": "merge", "code": "22960", "new_code": "23059"}], "Dòng 3: ngày 01/03/2027 không có xã, phường, đặc khu mã 23059."),
        ([{"change": "merge", "code": "22981", "new_code": "22981"}], "Dòng 2: ngày 01/03/2027 không có xã, phường, đặc khu mã 22981."),
    ],
)  # fmt: skip
def test_contradictions_are_refused_and_change_nothing(
    rows: list[dict[str, str]], sentence: str, news: list[events.Event]
) -> None:
    before = everything()
    # A good line beside the bad one: all or nothing.
    good = {"change": "rename", "code": "23152", "name": "Bắc Ruộng Mới"}
    with pytest.raises(Refused) as refused:
        enter(content=written(*rows, {**good, "on": rows[0].get("on", "2027-03-01")}))
    assert refused.value.sentences == [sentence]
    assert everything() == before
    assert news == []


def test_a_decision_entered_otherwise_is_refused() -> None:
    enter()
    before = everything()
    with pytest.raises(Refused) as refused:
        enter(content=written({"change": "rename", "code": "23152", "name": "Tên Khác"}))
    assert refused.value.sentences == ["Dòng 2: mã 23152 đã có tên Xã Bắc Ruộng Mới từ đúng ngày ấy."]
    assert everything() == before


def test_two_decisions_that_do_not_fit_together() -> None:
    enter(content=written({"change": "merge", "code": "23059", "new_code": "22960"}))
    before = everything()
    with pytest.raises(Refused) as refused:
        enter(content=written({"change": "merge", "code": "22960", "new_code": "22933", "decision": "902/NQ"}))
    assert refused.value.sentences == [
        "xã Hàm Thuận nhập vào phường Bình Thuận, nhưng phường Bình Thuận cũng chấm dứt ngày ấy."
    ]
    assert everything() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "Tệp không phải UTF-8. Hãy lưu lại dạng «CSV UTF-8»."),
        (b"a,b\n1,2\n", "Dòng tiêu đề sai. Thiếu cột: decision, on, change, level, code; cột lạ: a, b."),
        (written(), "Tệp không có dòng nào."),
        (written({"change": "rename", "code": "22969", "kind": "Xã", "on": "mai"}), "Dòng 2: ngày hiệu lực «mai» không đọc được. Hãy ghi như 2027-01-01."),
        (written({"change": "rename", "code": "22969", "kind": "Xã", "on": "2025-07-01"}), "Dòng 2: chỉ nhận thay đổi sau ngày 1/7/2025; bản đồ trước đó nằm trong dữ liệu đi kèm."),
        (written({"change": "rename", "code": "1234", "kind": "Xã"}), "Dòng 2: mã «1234» phải gồm 5 chữ số, giữ cả số 0 ở đầu."),
        (written({"change": "rename", "code": "22969", "kind": "Huyện"}), "Dòng 2: loại «Huyện» không có ở cấp này. Hãy dùng: Phường, Xã, Đặc khu."),
        (written({"change": "rename", "code": "22969", "kind": "Xã", "new_code": "22960"}), "Dòng 2: cột new_code không dùng cho «rename»."),
        (written({"change": "merge", "code": "22969"}), "Dòng 2: thiếu cột new_code."),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_say_why(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read_resolution(content)
    assert refused.value.sentences == [sentence]


def test_excel_saves_with_semicolons_and_other_dates() -> None:
    text = FILE.read_text(encoding="utf-8").replace(",", ";").replace("2027-03-01", "01/03/2027")
    file = read_resolution(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert (file.on, file.lines) == (DAY, read_resolution(FILE.read_bytes()).lines)


def test_the_command(tmp_path: Path) -> None:
    before = everything()
    out = StringIO()
    call_command("enter_resolution", str(FILE), stdout=out)
    assert everything() == before
    assert "900/NQ-UBTVQH16, có hiệu lực từ 01/03/2027" in out.getvalue()
    assert out.getvalue().endswith("Đây là bản xem trước, chưa có gì thay đổi. Thêm --apply để nhập.\n")
    call_command("enter_resolution", str(FILE), "--apply", stdout=out)
    assert out.getvalue().endswith("Đã nhập.\n")
    call_command("enter_resolution", str(FILE), "--apply", stdout=out)
    assert out.getvalue().endswith("Không có gì để đổi: nghị quyết này đã có trên bản đồ.\n")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(written({"change": "merge", "code": "99999", "new_code": "22969"}))
    with pytest.raises(CommandError, match="Không nhập được, chưa có gì thay đổi"):
        call_command("enter_resolution", str(bad), "--apply", stdout=out)
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("enter_resolution", str(tmp_path / "none.csv"), stdout=out)
