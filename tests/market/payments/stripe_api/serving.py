"""A running Lên Sàn for programs: gunicorn, the worker and the VNPAY double as processes on this test's database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import requests
from django.db import connection, connections

from tests.market.payments.vnpay.running import SECRET, TMN_CODE, Double, until

ROOT = Path(__file__).resolve().parents[4]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """This test process's database, for other processes."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"


class Server:
    """gunicorn on a port of its own; `kill` is SIGKILL to all of its processes at once."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "MODE": "test",
            "DATABASE_URL": database_url(),
            "STATE_DIR": str(state),
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "VNPAY_DOUBLE": "http://127.0.0.1:9",  # nobody, until it is told
            "VNPAY_TMN_CODE": TMN_CODE,
            "VNPAY_HASH_SECRET": SECRET,
            # One key's programs hammer here; the limit has a test of its own.
            "STRIPE_API_REQUESTS_PER_SECOND": "0",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.gateway = ""

    def speak_with(self, gateway: Double) -> None:
        """From its next start on."""
        self.gateway = self.environment["VNPAY_DOUBLE"] = gateway.url

    def start(self, application: str = "config.wsgi", *options: str, workers: int = 2, threads: int = 4) -> None:
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", str(workers), "--threads", str(threads), "--log-level", "critical", *options]
        connections.close_all()
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        until(self._answers, seconds=60)

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "the server ended"
        try:
            return requests.get(f"{self.url}/health/live", timeout=5).ok
        except requests.RequestException:
            return False

    def work(self) -> None:
        """Start the background worker beside it."""
        command = [sys.executable, "manage.py", "work", "--interval", "0.1"]
        self.worker = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self) -> None:
        for process in (self.worker, self.process):
            if process is not None and process.poll() is None:
                process.terminate()
        for process in (self.worker, self.process):
            if process is not None:
                process.wait(timeout=40)


class Haste:
    """Time that passes faster: what waits for its next look at the gateway, or its next delivery, is due now. A thread of the
    test, since the processes have real clocks."""

    def __init__(self, *due: Any) -> None:
        self._due, self._ended = due, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._ended.wait(0.4):
                for make_due in self._due:
                    make_due()
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=20)


def double_for(server: Server, state: Path) -> Double:
    """A gateway that calls this server, and whose bank gives money back at once."""
    return Double(state, f"{server.url}/thanh-toan/vnpay/ipn", "--settle-refunds-after", "0.1")
