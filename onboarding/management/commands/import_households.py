"""`manage.py import_households FILE`: bring a commune's or a province's household list into the register."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.locking import StepRefused
from core.imports.actions.previewing import choose_mapping, make_preview
from core.imports.actions.starting import start_import
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import findings_of
from core.imports.rules import State, can_apply
from core.imports.sheet.cells import SheetRefused
from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer, person_named, viewer_for
from core.places.models import Level, Unit
from core.places.queries import unit_by_code
from onboarding.lists.kind import HouseholdKind

COUNTS = ("created", "changed", "unchanged", "refused", "warnings")


class Command(BaseCommand):
    help = (
        "Brings a household list (xlsx, xls, ods, csv; also exports of KoboToolbox and ODK) into the register, as the page "
        "/ban-viec/nhap/ does, where the import then stands and can be undone. May be repeated: a second time changes nothing. "
        "Runs on the rights of the person named with --as, who is also noted as the one who imported; without it on those of "
        "the only operator there is. The last line is a JSON summary; the exit status is 0 when the file could be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--commune", metavar="CODE", help="the commune whose list it is (five digits)")
        place.add_argument("--unit", metavar="CODE", help="the commune or province (two digits) whose list it is")
        parser.add_argument(
            "--as", dest="person", metavar="USER", help="user name of the person on whose rights it runs"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--apply", action="store_true", help="write the rows (this is what happens by default)")
        what.add_argument(
            "--preview", action="store_true", help="only look: what each row would do; nothing is written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        by = viewer_for(_person(options["person"]))
        unit = _unit(options["commune"] or options["unit"] or "", by)
        try:
            batch = _previewed(path.read_bytes(), path.name, unit, by)
            if not options["preview"] and can_apply(batch):
                batch = _applied(batch, by)
        except OSError as error:
            raise CommandError(f"Không mở được tệp {path}. Hãy xem lại tên tệp và quyền đọc.") from error
        except PermissionError as error:
            raise CommandError(f"{by.name} chưa có quyền nhập danh sách hộ ở {unit}.") from error
        except (SheetRefused, StepRefused) as error:
            raise CommandError(str(error)) from error
        if batch.failure:
            raise CommandError(batch.failure)
        self._tell(batch)

    def _tell(self, batch: ImportBatch) -> None:
        told = Q(outcome=ImportRow.Outcome.REFUSED) | Q(warning_count__gt=0)
        rows = ImportRow.objects.filter(told, batch=batch).order_by("number").defer("cells", "effect")
        for row in rows.iterator(chunk_size=500):
            found = findings_of(row)
            if row.outcome == ImportRow.Outcome.REFUSED:
                self.stdout.write(f"Dòng {row.number}: bị từ chối. {' '.join(found.reasons)}")
            for warning in found.warnings:
                self.stdout.write(f"Dòng {row.number} «{found.title}»: {warning}")
        self.stdout.write(json.dumps({name: getattr(batch, name) for name in COUNTS}))


def _person(name: str | None) -> User:
    if name:
        found = person_named(name)
        if found is None:
            raise CommandError("Không có ai với tên đăng nhập này.")
        return found
    operators = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
    if len(operators) != 1:
        raise CommandError("Hãy ghi --as và tên đăng nhập của người nhập.")
    return operators[0]


def _unit(code: str, by: Viewer) -> Unit:
    """The unit that is named; else the only one this person may import for, or the only province that has hamlets."""
    if code:
        level = Level.PROVINCE if len(code) <= 2 else Level.COMMUNE
        named = unit_by_code(level, code, clock.today())
        if named is None:
            raise CommandError(f"Hiện không có xã, phường hay tỉnh nào mang mã {code}.")
        return named
    units = HouseholdKind().units_for(by)
    for choice in (
        units,
        units.filter(level=Level.PROVINCE),
        units.filter(level=Level.PROVINCE, children__hamlets__isnull=False).distinct(),
    ):
        if len(found := list(choice.select_related("parent")[:2])) == 1:
            return found[0]
    raise CommandError("Hãy ghi --unit và mã của xã hoặc tỉnh có danh sách này.")


def _previewed(content: bytes, name: str, unit: Unit, by: Viewer) -> ImportBatch:
    batch = start_import(kind_code=HouseholdKind.code, unit=unit, content=content, file_name=name, by=by)
    batch = choose_mapping(
        batch=batch,
        sheet_index=batch.sheet_index,
        header_row=batch.header_row,
        header_depth=batch.header_depth,
        mapping=batch.mapping,
        by=by,
    )
    make_preview(batch_id=batch.pk, revision=batch.revision)
    return ImportBatch.objects.select_related("unit").get(pk=batch.pk)


def _applied(batch: ImportBatch, by: Viewer) -> ImportBatch:
    # A worker may have begun with it too: what one has written the other passes over.
    apply_import(batch=batch, by=by)
    while ImportBatch.objects.filter(pk=batch.pk, state=State.APPLYING).exists():
        apply_rows(batch_id=batch.pk, seconds=math.inf)
    return ImportBatch.objects.get(pk=batch.pk)
