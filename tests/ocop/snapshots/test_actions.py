"""Freezing, signing and restating figures."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core.audit.models import AuditEntry
from core.jobs.models import Job
from core.kit import clock
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.certificates.actions import revoke_certificate
from ocop.indicators.actions import set_target
from ocop.indicators.models import Target
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.indicators.targets import targets_for
from ocop.snapshots import actions
from ocop.snapshots.actions import SnapshotRefused, begin_snapshot, freeze, freeze_rows, restate, sign
from ocop.snapshots.exports import figures_csv, figures_json, rows_csv, rows_json
from ocop.snapshots.models import Snapshot, SnapshotFigure, SnapshotRow
from ocop.snapshots.queries import changed_rows, figure_differences, lost_rows, previous_of, public_snapshots
from ocop.snapshots.todos import snapshot_todos
from ocop.snapshots.wording import state_of
from tests.ocop.conftest import Land, framed, household, person, product, viewer

ON = date(2026, 10, 31)
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def files(snapshot: Snapshot) -> list[str]:
    return [figures_csv(snapshot), figures_json(snapshot), "".join(rows_csv(snapshot)), "".join(rows_json(snapshot))]


@pytest.fixture
def goods(land: Land, fill: Callable[[int, date], None]) -> None:
    """Two products and households of Phú Thủy online, one that is not, one known by its province, one of unknown end."""
    fill(2, ON)
    product("Mắm ruốc", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    product("Nước mắm cốt", (3, "2025-03-01"), unit=land.lam_dong)
    product("Chả cá", (3, "2023"), unit=land.phu_thuy, former=land.old_binh_thuan)
    product("Hết hạn", (3, "2020-01-01"), unit=land.phu_thuy, former=land.old_binh_thuan)


def test_the_figures_are_what_is_measured_that_day(land: Land, phuong: User, goods: None) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    assert made.number == "CS-68-2026-10-1"
    assert made.frozen_at is not None
    for unit in (land.lam_dong, land.phu_thuy, land.tuy_phong):
        frozen = {
            f.indicator: (f.numerator, f.denominator, f.missing)
            for f in made.figures.filter(unit_code=unit.code, former_code="")
        }
        live = {
            m.indicator.code: (m.numerator, m.denominator, m.missing)
            for m in measure(INDICATORS.values(), Scope(SYSTEM, ON, unit))
        }
        expected = live if unit == land.lam_dong else {code: numbers for code, numbers in live.items() if any(numbers)}
        assert frozen == expected
    former = made.figures.get(indicator="I2both", former_code="60")
    assert (former.unit_code, former.numerator, former.denominator, former.missing) == ("68", 2, 3, 1)
    whole = made.figures.get(indicator="I2both", unit_code="68", former_code="")
    assert (whole.unit_name, whole.numerator, whole.denominator, whole.missing) == ("tỉnh Lâm Đồng", 2, 4, 1)
    assert made.figures.get(indicator="I1", unit_code="22924").denominator == 2
    assert made.rows_count == made.rows.count()
    expired = made.rows.filter(subject="product").count()
    assert expired == 5, "an expired product is in neither number"


def test_targets_and_names_are_those_of_the_day(land: Land, phuong: User, goods: None) -> None:
    Target.objects.create(
        indicator="I2both",
        unit=land.old_binh_thuan,
        year=2026,
        percent=70,
        document="1/KH",
        entered_at="2026-01-01T00:00Z",
    )
    Target.objects.create(
        indicator="I2both", unit=land.lam_dong, year=2026, percent=60, document="1/KH", entered_at="2026-01-01T00:00Z"
    )
    Target.objects.create(
        indicator="I2v", unit=land.lam_dong, year=2025, percent=50, document="1/KH", entered_at="2026-01-01T00:00Z"
    )
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    target = {(f.indicator, f.unit_code, f.former_code): f.target_percent for f in made.figures.all()}
    assert target["I2both", "68", "60"] == 70
    assert target["I2both", "68", ""] == 60
    assert target["I2v", "68", ""] == 100
    land.phu_thuy.names.all().delete()
    type(land.phu_thuy).objects.filter(pk=land.phu_thuy.pk).update(name="Tên Mới")
    assert (
        made.figures.filter(unit_code="22924").values_list("unit_name", flat=True).distinct().get() == "phường Phú Thủy"
    )


def test_no_name_of_a_person_is_in_any_file(land: Land, phuong: User, goods: None) -> None:
    framed(household(land.tuy_phong, name="Trần Thị Sáu"))
    made = sign_by_another(land, freeze(unit=land.lam_dong, on=ON, by=viewer(phuong)))
    text = "".join(files(made))
    assert made.number in text
    for name in ("Sáu", "Phương", "Hợp tác xã Nước mắm Phú Hài", "HTX"):
        assert name not in text


def sign_by_another(land: Land, made: Snapshot) -> Snapshot:
    return sign(snapshot=made, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))


def test_killed_between_pieces_it_goes_on_and_gives_the_same(
    land: Land, phuong: User, goods: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    begun = begin_snapshot(unit=land.lam_dong, on=ON, by=viewer(phuong))
    assert Job.objects.get(name="snapshots.freeze").arguments == {"snapshot": begun.pk}
    pieces = 0

    def killed() -> None:
        nonlocal pieces
        pieces += 1
        if pieces == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freeze_rows(snapshot=begun, told=killed)
    begun.refresh_from_db()
    assert 0 < begun.rows_count == begun.rows.count()
    assert (begun.frozen_at, begun.rows_sha256, begun.figures.count()) == (None, "", 0)
    whole = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    assert whole.pk == begun.pk
    assert freeze_rows(snapshot=whole).rows_sha256 == whole.rows_sha256
    again = restate(snapshot=whole, note="thử", by=viewer(phuong))
    assert (again.rows_sha256, again.figures_sha256) == (whole.rows_sha256, whole.figures_sha256)
    assert SnapshotRow.objects.filter(snapshot=whole).count() == whole.rows_count == again.rows_count
    assert SnapshotFigure.objects.filter(snapshot=whole).count() == again.figures.count()


KILLED = """
import os, signal, sys
import django
django.setup()
from ocop.snapshots import actions
from core.people.queries import SYSTEM
from core.places.models import Unit
from datetime import date
actions.AT_ONCE = 2
pieces = []
def told():
    pieces.append(1)
    if len(pieces) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
begun = actions.begin_snapshot(unit=Unit.objects.get(code="68", level="province", valid_to=None), on=date(2026, 10, 31), by=SYSTEM)
actions.freeze_rows(snapshot=begun, told=told)
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the database as a file")
def test_kill_nine_in_the_middle_freezes_nothing_and_a_rerun_gives_the_same_bytes(
    land: Land, goods: None, tmp_path: Path
) -> None:
    connection.ensure_connection()
    copy = tmp_path / "killed.sqlite3"
    copy.write_bytes(connection.connection.serialize())
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{copy}", "DJANGO_SETTINGS_MODULE": "config.settings"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, *command]
        return subprocess.run(whole, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def left() -> tuple[int, int, int]:
        with sqlite3.connect(copy) as there:
            counts = "(SELECT count(*) FROM ocop_snapshotrow), (SELECT count(*) FROM ocop_snapshotfigure)"
            [row] = there.execute(f"SELECT rows_count, {counts} FROM ocop_snapshot WHERE frozen_at IS NULL")
        return row

    assert run("-c", KILLED).returncode == -signal.SIGKILL
    rows, stored, figures = left()
    assert (0 < rows == stored, figures) == (True, 0)
    again = run("manage.py", "snapshot", "--unit", "68", "--on", ON.isoformat())
    here = freeze(unit=land.lam_dong, on=ON, by=SYSTEM)
    told = json.loads(again.stdout.splitlines()[-1])
    assert rows < told["rows"] == here.rows_count
    assert (told["rows_sha256"], told["figures_sha256"]) == (here.rows_sha256, here.figures_sha256)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the database as a file")
def test_two_processes_on_two_databases_write_the_same_bytes(land: Land, goods: None, tmp_path: Path) -> None:
    connection.ensure_connection()
    told = []
    for name in ("one", "two"):
        copy = tmp_path / f"{name}.sqlite3"
        copy.write_bytes(connection.connection.serialize())
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{copy}", "PYTHONHASHSEED": str(len(told))}
        command = [sys.executable, "manage.py", "snapshot", "--unit", "68", "--on", ON.isoformat()]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        told.append(json.loads(done.stdout.splitlines()[-1]))
    here = freeze(unit=land.lam_dong, on=ON, by=SYSTEM)
    assert told[0] == told[1]
    assert (told[0]["number"], told[0]["rows"]) == (here.number, here.rows_count)
    assert (told[0]["rows_sha256"], told[0]["figures_sha256"]) == (here.rows_sha256, here.figures_sha256)
    first = files(here)
    assert first == files(Snapshot.objects.get(pk=here.pk))


def test_the_command_says_what_it_froze(land: Land, goods: None) -> None:
    out = StringIO()
    call_command("snapshot", "--unit", "22924", "--on", "2026-10-31", stdout=out)
    made = Snapshot.objects.get()
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "number": "CS-22924-2026-10-1", "unit": "22924", "on": "2026-10-31", "rows": made.rows_count,
        "figures": made.figures.count(), "rows_sha256": made.rows_sha256, "figures_sha256": made.figures_sha256, "signed": False,
    }  # fmt: skip
    assert not made.figures.exclude(unit_code="22924").exists()


def test_a_second_person_of_the_province_signs(land: Land, phuong: User, chi: User, dung: User, goods: None) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    lan = person("Lan", Role.PROVINCE, land.lam_dong)
    for other in (phuong, chi, dung, person("Xa", Role.PROVINCE, land.ho_chi_minh)):
        with pytest.raises(PermissionError):
            sign(snapshot=made, by=viewer(other))
    with pytest.raises(PermissionError):
        sign(snapshot=made, by=SYSTEM)
    assert [todo.sentence for todo in snapshot_todos(viewer(lan))] == ["Bản chốt số CS-68-2026-10-1 chờ bạn ký."]
    assert list(snapshot_todos(viewer(phuong))) == []
    signed = sign(snapshot=made, by=viewer(lan))
    assert (signed.signed_by_id, signed.made_by_id) == (lan.pk, phuong.pk)
    assert sign(snapshot=made, by=viewer(lan)).signed_at == signed.signed_at
    assert list(snapshot_todos(viewer(lan))) == []
    words = AuditEntry.objects.filter(object_label=f"snapshot:{made.pk}").order_by("pk")
    assert list(words.values_list("action", "actor_id")) == [("snapshot.made", phuong.pk), ("snapshot.signed", lan.pk)]


def test_what_the_command_made_takes_two_people_too(land: Land, phuong: User, goods: None) -> None:
    made, lan = freeze(unit=land.lam_dong, on=ON, by=SYSTEM), person("Lan", Role.PROVINCE, land.lam_dong)
    assert state_of(made).text == "Đã chốt bằng lệnh của hệ thống, chờ hai cán bộ ký."
    first = sign(snapshot=made, by=viewer(phuong))
    assert (first.first_signed_by_id, first.signed_by_id, first.signed_at) == (phuong.pk, None, None)
    again = sign(snapshot=made, by=viewer(phuong))
    assert (again.first_signed_at, again.signed_by_id) == (first.first_signed_at, None)
    assert state_of(again).text == "Phương đã ký thứ nhất, chờ một cán bộ khác ký."
    assert list(snapshot_todos(viewer(phuong))) == []
    assert not public_snapshots().exists()
    assert [todo.sentence for todo in snapshot_todos(viewer(lan))] == ["Bản chốt số CS-68-2026-10-1 chờ bạn ký."]
    signed = sign(snapshot=made, by=viewer(lan))
    assert (signed.first_signed_by_id, signed.signed_by_id) == (phuong.pk, lan.pk)
    assert sign(snapshot=made, by=viewer(phuong)).signed_by_id == lan.pk
    assert list(public_snapshots()) == [made]
    words = AuditEntry.objects.filter(object_label=f"snapshot:{made.pk}").order_by("pk")
    assert list(words.values_list("action", "actor_id")) == [
        ("snapshot.made", None), ("snapshot.first_signed", phuong.pk), ("snapshot.signed", lan.pk),
    ]  # fmt: skip


def test_the_database_takes_no_single_signature(land: Land, phuong: User, chi: User, goods: None) -> None:
    """Whatever writes past the actions: one person alone never makes a signed snapshot."""
    of_command, of_phuong = (
        freeze(unit=land.lam_dong, on=day, by=by) for day, by in ((ON, SYSTEM), (date(2026, 9, 30), viewer(phuong)))
    )
    at, by_phuong, by_chi = clock.now(), {"signed_by": phuong}, {"signed_by": chi}
    first = {"first_signed_by": phuong, "first_signed_at": at}
    for made, written in (
        (of_command, by_phuong),
        (of_command, first | by_phuong),
        (of_command, {"first_signed_by": phuong} | by_chi),
        (of_phuong, by_phuong),
        (of_phuong, {"first_signed_by": chi, "first_signed_at": at} | by_phuong),
        (of_phuong, {"signed_by": None}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Snapshot.objects.filter(pk=made.pk).update(signed_at=at, **written)
    assert not Snapshot.objects.filter(signed_at__isnull=False).exists()
    Snapshot.objects.filter(pk=of_command.pk).update(signed_at=at, **first, **by_chi)
    Snapshot.objects.filter(pk=of_phuong.pk).update(signed_at=at, **by_chi)


@pytest.mark.parametrize("table", ["ocop_snapshotrow", "ocop_snapshotfigure"])
def test_what_was_touched_is_not_signed(land: Land, phuong: User, goods: None, table: str) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    change = {
        "ocop_snapshotrow": "sides = replace(sides, 'd', 'n')",
        "ocop_snapshotfigure": "numerator = numerator + 1",
    }
    with connection.cursor() as cursor:  # somebody with the database in hand
        cursor.execute(
            f"DROP TRIGGER {table}_no_{'update' if connection.vendor == 'sqlite' else 'change'}"
            + ("" if connection.vendor == "sqlite" else f" ON {table}")
        )
        cursor.execute(f"UPDATE {table} SET {change[table]}")
    with pytest.raises(SnapshotRefused, match="không còn khớp"):
        sign_by_another(land, made)
    made.refresh_from_db()
    assert made.signed_at is None


def test_restated_with_a_note_both_stay_and_what_differs_is_listed(land: Land, phuong: User, goods: None) -> None:
    old = sign_by_another(land, freeze(unit=land.lam_dong, on=ON, by=viewer(phuong)))
    before = files(old)
    product("Muối ớt", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    with pytest.raises(SnapshotRefused, match="lý do"):
        restate(snapshot=old, note="  ", by=viewer(phuong))
    new = restate(snapshot=old, note="nhập bổ sung một quyết định", by=viewer(phuong))
    assert (new.number, new.restates_id, new.signed_at) == ("CS-68-2026-10-2", old.pk, None)
    assert files(Snapshot.objects.get(pk=old.pk)) == before
    found = [
        (each.unit_name, each.before, each.after) for each in figure_differences(old, new) if each.indicator == "I2both"
    ]
    assert found == [
        ("tỉnh Lâm Đồng", (2, 4, 1), (2, 5, 1)), ("tỉnh Bình Thuận (trước 1/7/2025)", (2, 3, 1), (2, 4, 1)), ("xã Tuy Phong", (0, 1, 0), (0, 2, 0)),
    ]  # fmt: skip
    assert changed_rows(old, new).count() == 1
    assert lost_rows(old, new).count() == 0
    assert previous_of(new) == old
    with pytest.raises(SnapshotRefused, match="bản mới nhất"):
        restate(snapshot=old, note="nữa", by=viewer(phuong))
    with pytest.raises(SnapshotRefused, match="đã được chốt lại"):
        sign_by_another(land, new.restates) if new.restates and not new.restates.signed_at else sign_unsigned(
            land, new, phuong
        )


def sign_unsigned(land: Land, new: Snapshot, phuong: User) -> None:
    """Restated before anybody signed: the old one is signed no more."""
    restate(snapshot=new, note="thêm", by=viewer(phuong))
    sign_by_another(land, new)


def test_only_the_areas_own_province_freezes(land: Land, phuong: User, chi: User, goods: None) -> None:
    for by, unit in ((chi, land.phu_thuy), (chi, land.lam_dong), (phuong, land.ho_chi_minh), (phuong, None)):
        with pytest.raises(PermissionError):
            freeze(unit=unit, on=ON, by=viewer(by))
    with pytest.raises(SnapshotRefused, match="chưa đến"):
        freeze(unit=land.lam_dong, on=date(2026, 11, 23), by=viewer(phuong))
    assert not Snapshot.objects.exists()
    assert not Job.objects.exists()


def test_of_the_whole_country_provinces_are_sums(land: Land, goods: None) -> None:
    made = freeze(unit=None, on=ON, by=SYSTEM)
    figures = {
        (f.unit_code, f.former_code): (f.numerator, f.denominator) for f in made.figures.filter(indicator="I2both")
    }
    assert figures == {
        ("", ""): (2, 4),
        ("", "60"): (2, 3),
        ("68", ""): (2, 4),
        ("22924", ""): (2, 2),
        ("22978", ""): (0, 1),
    }


def test_a_commune_is_measured_against_the_target_that_its_board_shows(land: Land, phuong: User) -> None:
    product("Nước mắm nhĩ", (4, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    day = clock.today()
    set_target(indicator="I2v", unit=land.lam_dong, year=day.year, percent=70, document="1/KH-UBND", by=viewer(phuong))
    figure = freeze(unit=land.lam_dong, on=day, by=viewer(phuong)).figures.get(
        indicator="I2v", unit_code=land.phu_thuy.code, former_code=""
    )
    board = targets_for([INDICATORS["I2v"]], Scope(viewer(phuong), day, land.phu_thuy))["I2v"].percent
    assert figure.target_percent == board == 70


def test_what_fell_away_while_a_killed_freezing_waited_is_not_frozen(land: Land, phuong: User) -> None:
    product("A", (4, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    last = product("B", (4, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    begun = begin_snapshot(unit=land.lam_dong, on=clock.today(), by=viewer(phuong), in_background=False)
    for reading in actions._read(begun):  # killed after the pieces
        if reading.rows:
            actions._freeze_piece(begun, reading, reading.rows)
    revoke_certificate(certificate=last.certificates.get(), on=clock.today(), reason="Hàng giả", by=SYSTEM)
    with pytest.raises(SnapshotRefused, match="đã đổi"):
        freeze_rows(snapshot=begun)
