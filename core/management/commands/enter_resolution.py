"""`manage.py enter_resolution FILE [--apply]`: changes of the map by a resolution, previewed first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.places.actions.resolutions import Outcome, enter_resolution
from core.places.reading import Refused, read_resolution


class Command(BaseCommand):
    help = "Shows what a resolution (csv, see docs/operations.md) would change on the map; --apply changes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="change the map; without it nothing is changed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Không mở được tệp {options['file']}: {error.strerror}.") from None
        try:
            file = read_resolution(content)
            outcome = enter_resolution(file, actor_id=None, apply=options["apply"])
        except Refused as refused:
            raise CommandError("Không nhập được, chưa có gì thay đổi.\n" + "\n".join(refused.sentences)) from None
        self.stdout.write(f"{file.decision}, có hiệu lực từ {file.on:%d/%m/%Y}")
        self._show(outcome)
        if not outcome.sentences:
            self.stdout.write("Không có gì để đổi: nghị quyết này đã có trên bản đồ.")
        elif options["apply"]:
            self.stdout.write("Đã nhập.")
        else:
            self.stdout.write("Đây là bản xem trước, chưa có gì thay đổi. Thêm --apply để nhập.")

    def _show(self, outcome: Outcome) -> None:
        for sentence in outcome.sentences:
            self.stdout.write(f"  {sentence}")
        if outcome.uses:
            width = max(len(use.place) for use in outcome.uses)
            self.stdout.write("Đang dùng:")
            for use in outcome.uses:
                self.stdout.write(f"  {use.place:<{width}}  {use.rows:>6} {use.what}")
        for remark in outcome.remarks:
            self.stdout.write(f"Lưu ý: {remark}")
