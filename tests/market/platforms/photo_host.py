"""Our own photos on an address, for platforms that fetch them: those of `samples`, and those that a test's listings have."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class PhotoHost:
    """`url` is "" until somebody starts it; `media` is the folder behind /media/; `fetched` are the paths that were asked for."""

    def __init__(self) -> None:
        self.url, self.media = "", Path()
        self.held: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def start(self) -> None:
        """Serve in a thread until the tests end."""
        if self.url:
            return
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                content = host.content(path)
                host.fetched.append(path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def content(self, path: str) -> bytes | None:
        """What stands at this path."""
        if path.startswith("/media/"):
            file = self.media / path.removeprefix("/media/")
            return file.read_bytes() if file.is_file() else None
        return self.held.get(path)

    def address_of(self, content: bytes) -> str:
        """Where these bytes may be fetched ("": nobody serves them)."""
        if not self.url:
            return ""
        path = f"/{hashlib.sha256(content).hexdigest()}.jpg"
        self.held[path] = content
        return self.url + path


HOST = PhotoHost()
