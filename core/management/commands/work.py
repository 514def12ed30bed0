"""`manage.py work`: the background worker."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from core.jobs.actions import beat, run_due_jobs


class Command(BaseCommand):
    help = "Runs background work until it is told to stop (SIGTERM, Ctrl-C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then stop")
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        worker = f"{socket.gethostname()}:{os.getpid()}"
        while True:
            close_old_connections()
            beat(worker)
            run_due_jobs()
            if options["once"] or stop.wait(options["interval"]):
                return
