"""`manage.py tick`: what happens at the start of a day in Vietnam, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.jobs.registry import label_of
from core.jobs.work.periodic import run_daily_jobs


class Command(BaseCommand):
    help = "Runs the jobs of the day now (badges that start or end, old rows that go). The worker does it by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = run_daily_jobs()
        for name, is_well in outcome.items():
            self.stdout.write(f"{'xong' if is_well else 'không xong'}: {label_of(name)} ({name})")
        if not all(outcome.values()):
            raise CommandError("Có việc trong ngày không xong; xem /ban-viec/viec-nen/.")
