"""A running double and a merchant that receives its IPN calls."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

TMN_CODE = "DEMO0001"
SECRET = "MADEUPSECRETFORTESTSONLY00000001"
ROOT = Path(__file__).parents[4]


def until(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """The first true value of `condition`; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    pytest.fail("waited in vain")


class Merchant:
    """A local IPN receiver. `answers` are given in turn, the last one for ever; `queries` is what came."""

    def __init__(self) -> None:
        self.answers = ["00"]
        self.queries: list[str] = []
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                merchant.queries.append(urlsplit(self.path).query)
                code = merchant.answers.pop(0) if len(merchant.answers) > 1 else merchant.answers[0]
                body = json.dumps({"RspCode": code, "Message": "test"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.ipn_url = f"http://127.0.0.1:{self.server.server_port}/thanh-toan/vnpay/ipn"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Double:
    """The double as a process; `url` is its address."""

    def __init__(self, state: Path, ipn_url: str, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "market.payments.vnpay.sandbox", "--port", str(self.port)]
        self._command += ["--state", str(state), "--ipn-url", ipn_url, "--ipn-interval", "0.1", *options]
        self.start()

    def start(self) -> None:
        environment = os.environ | {"VNPAY_TMN_CODE": TMN_CODE, "VNPAY_HASH_SECRET": SECRET}
        # It stands alone: the product's settings must not matter to it.
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=environment)
        until(self._is_healthy, seconds=15)

    def _is_healthy(self) -> bool:
        assert self._process.poll() is None, "the double ended"
        try:
            return requests.get(f"{self.url}/_control/health", timeout=1).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(timeout=5)

    def control(self, path: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}/_control/{path}", json=body, timeout=5)

    def transactions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.url}/_control/transactions", timeout=5).json()[
            "transactions"
        ]
        return found
