"""A real Elasticsearch for the search tests: jars from Maven Central, one node on a free port, the tests, the end.

    python tests/servers/elasticsearch/running.py [pytest arguments]
    python tests/servers/elasticsearch/running.py --serve

With --serve it tells its address and version in a line of JSON, with memory as a server has it, and ends when its input ends.

Needs Java 17 and Maven. What is downloaded stays in var/search-server.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
KEPT = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "search-server"
TESTS = [
    "tests/contracts/test_search_engines.py",
    "tests/search/engines/test_elastic.py",
    "tests/search/engines/test_rebuilding.py",
    "tests/search/engines/test_full_server.py",
]
START_SECONDS = 120
SMALL = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
# As Elasticsearch starts itself: where memory that is used up is not looked after early, the server refuses long before it is full.
LIKE_A_SERVER = ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:G1ReservePercent=25", "-XX:InitiatingHeapOccupancyPercent=30")


def main() -> int:
    """Run the tests against a server; returns the exit status."""
    missing = [program for program in ("java", "mvn") if not shutil.which(program)]
    if missing:
        print(f"Cần cài {' và '.join(missing)} (Java 17, Maven).")
        return 1
    jars = downloaded()
    if sys.argv[1:] == ["--serve"]:
        with running(jars, memory=LIKE_A_SERVER) as server:
            print(json.dumps(server), flush=True)
            sys.stdin.read()
        return 0
    with running(jars) as server:
        name = f"Elasticsearch {server['version']}"
        print(f"the search tests run on {name} at {server['url']}", flush=True)
        environment = os.environ | {"SEARCH_TEST_URL": server["url"], "SEARCH_TEST_JARS": str(jars), "MODE": "test"}
        command = [sys.executable, "-m", "pytest", *TESTS, *sys.argv[1:]]
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        print(f"answered by {name}", flush=True)
    return status


def downloaded() -> Path:
    """The folder with `server` and `http` jars, fetched once for each pom."""
    pom = (HERE / "pom.xml").read_text()
    stamp = KEPT / "pom.xml"
    if not stamp.exists() or stamp.read_text() != pom:
        shutil.rmtree(KEPT, ignore_errors=True)
        (KEPT / "http").mkdir(parents=True)
        fetch = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*fetch, f"-DoutputDirectory={KEPT / 'server'}"], check=True, timeout=600)
        for jar in (KEPT / "server").iterdir():
            if "netty" in jar.name:
                jar.rename(KEPT / "http" / jar.name)
        stamp.write_text(pom)
    return KEPT


@contextmanager
def running(jars: Path, *settings: str, memory: Sequence[str] = SMALL) -> Iterator[dict[str, Any]]:
    """A node with data of its own; its address and version. `settings` are "name=value" of the server's own, `memory` what Java is
    told about it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        java = ["java", *memory, "-cp", f"{jars / 'server'}/*", str(HERE / "Server.java")]
        with (Path(home) / "log").open("w") as log:
            node = subprocess.Popen(
                [*java, f"{home}/node", str(port), str(jars / "http"), *settings],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        try:
            yield {"url": f"http://127.0.0.1:{port}", "version": _version(node, port, Path(home) / "log")}
        finally:
            node.stdin.close()  # type: ignore[union-attr]
            try:
                node.wait(30)
            except subprocess.TimeoutExpired:
                node.kill()
                node.wait()


def _version(node: subprocess.Popen[bytes], port: int, log: Path) -> str:
    """The version that the server itself tells, as soon as it answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and node.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_nodes/os", timeout=5) as answer:
                (found,) = json.load(answer)["nodes"].values()
                return str(found["version"])
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"the search server did not start:\n{log.read_text()[-3000:]}")


if __name__ == "__main__":
    raise SystemExit(main())
