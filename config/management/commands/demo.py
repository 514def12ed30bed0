"""`manage.py demo`: the demo world, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import env
from config.demo.platforms import show_platforms
from config.demo.world import AlreadyThere, TooOld, make_world


class Command(BaseCommand):
    help = "Makes the demo world from real OCOP data; running it again changes nothing. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if env.PRODUCTION:
            raise CommandError("Bản mẫu không được nạp vào hệ thống thật.")
        try:
            make_world()
        except AlreadyThere:
            self.stdout.write("Bản mẫu đã có sẵn.")
        except TooOld:
            raise CommandError("Bản mẫu này của bản cũ. Hãy chạy: make clean, rồi make run để tạo lại.") from None
        else:
            # On its own: the simulated platform is another process, and no transaction spans two.
            show_platforms()
            self.stdout.write("Đã tạo bản mẫu.")
