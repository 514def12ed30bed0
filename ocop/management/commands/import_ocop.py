"""`manage.py import_ocop FILE`: read a file of OCOP products into the register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.people.queries import SYSTEM
from ocop.certificates.actions import import_products
from ocop.register.reading import FileRefused


class Command(BaseCommand):
    help = "Reads OCOP products (csv, xlsx) into the register; may be repeated. The last line is a JSON summary."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--demo", action="store_true", help="mark the new products as demo data")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            report = import_products(content=path.read_bytes(), by=SYSTEM, is_demo=options["demo"])
        except OSError as error:
            raise CommandError(f"Không mở được tệp {path}. Hãy xem lại tên tệp và quyền đọc.") from error
        except FileRefused as error:
            raise CommandError(str(error)) from error
        for result in report.results:
            if result.refusal:
                self.stdout.write(f"Dòng {result.number}: bị từ chối. {result.refusal}")
            for warning in result.warnings:
                self.stdout.write(f"Dòng {result.number} «{result.name}»: {warning}")
        self.stdout.write(json.dumps(report.counts()))
