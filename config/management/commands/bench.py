"""`manage.py bench [part …] [--write]`: measures, on databases of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import env


class Command(BaseCommand):
    help = "Measures the parts in benchmarks/ beside their peers; FULL=1 takes the big sizes. Touches no existing data."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", help="names of parts; all when none is given")
        parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")

    def handle(self, *args: Any, **options: Any) -> None:
        # A process, not an import: nothing in the product may lean on what measures it.
        command = [sys.executable, "-m", "benchmarks", *options["parts"], *(["--write"] if options["write"] else [])]
        status = subprocess.run(command, cwd=env.ROOT, check=False).returncode
        if status:
            sys.exit(status)
