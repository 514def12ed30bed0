"""Start the provider: `python -m core.messages.sandbox --port 8003` (0 takes any free port)."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.messages.sandbox.provider import Provider, Reply

LARGEST = 100_000


class Handler(BaseHTTPRequestHandler):
    """`POST /send` is the provider's API; `/_control/…` is for whoever runs the test."""

    provider = Provider()

    def do_GET(self) -> None:
        """What was sent."""
        if self.path != "/_control/state":
            return self._answer(Reply(404, "Not Found"))
        provider = self.provider
        return self._answer(Reply(200, {"simulation": True, "sent": provider.sent, "calls": provider.calls}))

    def do_POST(self) -> None:
        """An order, or a word of control."""
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        try:
            body: dict[str, Any] = json.loads(raw or b"{}")
        except ValueError:
            return self._answer(Reply(400, {"error": "Invalid request"}))
        if self.path == "/send":
            return self._answer(self.provider.take(body))
        if self.path == "/_control/plan":
            self.provider.drops_repeats = bool(body.get("drops_repeats", True))
            return self._answer(Reply(200 if self.provider.plan(body.get("faults", [])) else 422, {}))
        if self.path == "/_control/reset":
            self.provider.reset()
            return self._answer(Reply(200, {}))
        return self._answer(Reply(404, "Not Found"))

    def _answer(self, reply: Reply) -> None:
        if reply.status == 0:
            self.close_connection = True
            self.connection.close()
            return
        is_text = isinstance(reply.body, str)
        content = reply.body.encode() if is_text else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/html" if is_text else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> int:
    """Run until SIGINT or SIGTERM; the first line printed tells the address."""
    parser = argparse.ArgumentParser(prog="core.messages.sandbox", description="A simulated SMS provider.")
    parser.add_argument("--port", type=int, default=8003)
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"SMS (simulated): http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
