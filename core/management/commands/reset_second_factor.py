"""`manage.py reset_second_factor USERNAME`: for the one person nobody else can help, the last operator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.people.account.actions import end_all_sessions
from core.people.queries import person_named
from core.people.second_factor.actions import end_second_factor


class Command(BaseCommand):
    help = "Take away a person's second factor and end their sessions; they enrol a new one at the next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = person_named(options["username"])
        if user is None:
            raise CommandError("Không có ai với tên đăng nhập này.")
        end_second_factor(user=user, by_id=None)
        end_all_sessions(user=user, by_id=None, with_devices=True)
        self.stdout.write(f"Đã bỏ bước hai của {user.username}.")
