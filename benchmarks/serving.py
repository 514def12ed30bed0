"""gunicorn as `make run` starts it, for any application."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.db import connections

from config import env

WORKERS, THREADS = 2, 4


@contextmanager
def gunicorn(application: str, health: str, environment: dict[str, str] | None = None) -> Iterator[str]:
    """The application on this process's database, until the end of the block; its address, once `health` answers 200."""
    connections.close_all()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS),
        "--threads", str(THREADS), "--access-logfile", "/dev/null", "--log-level", "warning",
    ]  # fmt: skip
    running = subprocess.Popen(command, cwd=env.ROOT, env=os.environ | {"PORT": str(port)} | (environment or {}))
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}{health}", running)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=40)


def _wait_for(page: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            if requests.get(page, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        if running.poll() is not None:
            raise RuntimeError("the server did not start")
        time.sleep(0.2)
    raise RuntimeError("the server does not answer")
