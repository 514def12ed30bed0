"""The real thing: what `make run` starts, on free ports with its own state, and a real Chromium in front of it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# What a page looks like is the same on every database; one journey through everything is walked on both.
ON_EVERY_DATABASE = "test_whole_way.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    looks_only = os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("SLOW") != "1"
    for item in items:
        if "tests/journeys" in str(item.fspath):
            item.add_marker("journey")
            if looks_only and item.path.name != ON_EVERY_DATABASE:
                item.add_marker(pytest.mark.skip(reason="walked on SQLite in every run; on PostgreSQL with SLOW=1"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; .ci/run installs it"))


@dataclass
class Stack:
    """A running Lên Sàn: its addresses, its state folder and its database's address ("" for the file in the folder)."""

    port: int
    state: Path
    database: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def market(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def vnpay(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    def api(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer demo-token-tinh"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


def free_ports() -> int:
    """A port whose two neighbours are free as well."""
    start = 21000 + os.getpid() % 2000 * 3  # two runs on one machine do not race for the same ones
    for first in range(start, start + 2000, 3):
        if _are_free(first):
            return first
    raise RuntimeError("no free ports")


def _are_free(first: int) -> bool:
    """Whether nobody listens on a port and its two neighbours."""
    probes = []
    try:
        for number in range(first, first + 3):
            probe = socket.socket()
            # What the last service left behind on its way out does not count, as it does not for the next one.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probes.append(probe)
            probe.bind(("127.0.0.1", number))
    except OSError:
        return False
    else:
        return True
    finally:
        for probe in probes:
            probe.close()


FOLDER = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "test"
_STATIC = FOLDER / "static"  # collected once: compressing them takes most of a start


def _lay_out_static(state: Path) -> None:
    """What an earlier start collected; the stamp beside it says for which files, so a stale copy is collected anew."""
    with _static_lock():
        if (_STATIC / ".static").exists():
            shutil.copytree(_STATIC / "files", state / "static")
            shutil.copyfile(_STATIC / ".static", state / ".static")


def _keep_static(state: Path) -> None:
    with _static_lock():
        if _read(_STATIC / ".static") != _read(state / ".static"):
            shutil.rmtree(_STATIC, ignore_errors=True)
            shutil.copytree(state / "static", _STATIC / "files")
            shutil.copyfile(state / ".static", _STATIC / ".static")


@contextmanager
def _static_lock() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "static.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


TRIES = 3  # another run may take the ports between the look and the start


def _started(environment: dict[str, str], log_file: Path) -> tuple[subprocess.Popen[bytes], bool]:
    """The running stack, and whether it said that everything is up."""
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "config/bootstrap.py", "run"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            if b"Ctrl-C" in line:
                return process, True
    process.wait(timeout=30)
    return process, False


@dataclass
class Demo:
    """The demo world as it is made, before anybody does anything in it: its state folder, and the ports its addresses name."""

    port: int
    state: Path


@pytest.fixture(scope="session")
def demos() -> list[Demo]:
    """The demo world of this test process, once somebody needed one; the last one counts."""
    return []


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, copies: Any, demos: list[Demo], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """`config/bootstrap.py run` on a copy of the template database, so that migrations are not run again, and on a copy of
    one demo world. The whole way starts from nothing, as the README's command does."""
    environment = {key: value for key, value in os.environ.items() if key not in {"MODE", "DATABASE_URL"}}
    environment["LENSAN_VENV"] = sys.prefix
    from_nothing = request.path.name == ON_EVERY_DATABASE
    if connection.vendor != "sqlite":
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + copies.another("journey")
    for _ in range(TRIES):
        state = tmp_path_factory.mktemp("stack")
        if from_nothing or connection.vendor != "sqlite":
            port = free_ports()
            _lay_out(state, copies)
        else:
            if not demos or not _are_free(demos[-1].port):
                demos.append(_make_demo(copies, environment, tmp_path_factory.mktemp("demo")))
            port = demos[-1].port
            shutil.copytree(demos[-1].state, state, dirs_exist_ok=True)
        environment |= {"STATE_DIR": str(state), "PORT": str(port)}
        process, is_up = _started(environment, state / "log.txt")
        if is_up:
            break
    assert is_up, (state / "log.txt").read_text()[-3000:]
    _keep_static(state)
    yield Stack(port, state, environment.get("DATABASE_URL", ""))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0


def _lay_out(state: Path, copies: Any) -> None:
    if connection.vendor == "sqlite":
        shutil.copyfile(copies.template, state / "lensan.sqlite3")
    _lay_out_static(state)


def _make_demo(copies: Any, environment: dict[str, str], state: Path) -> Demo:
    """What `config/bootstrap.py run` prepares, without the web and the worker that would begin to live in it."""
    _lay_out(state, copies)
    port = free_ports()
    environment = environment | {"STATE_DIR": str(state), "PORT": str(port)}
    with (state / "log.txt").open("ab") as log:
        subprocess.run(
            [sys.executable, "config/bootstrap.py", "prepare"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            check=True,
        )
    return Demo(port, state)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Walker:
    """One person with their own browser; `look` checks the page they are on."""

    context: BrowserContext
    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.base + path)
        self.look()

    def click(self, name: str, role: str = "button") -> None:
        """Press the one visible button or link of that name, and look at where it leads."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()
        self.look()

    def look(self) -> None:
        """axe finds nothing, nothing overflows, one heading, no error in the console."""
        page = self.page
        found = self._axe()
        assert found.response["violations"] == [], f"{page.url}\n{found.generate_report()}"
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} overflows"
        assert page.locator("h1").count() == 1, page.url
        assert self.troubles == [], page.url

    def _axe(self) -> Any:
        """On a busy machine a pressed link may lead away only now, from under axe: then it looks at where it led."""
        self.page.wait_for_load_state()
        try:
            return Axe().run(self.page, options={"runOnly": AXE_TAGS})
        except PlaywrightError as error:
            if "documentElement" not in str(error) and "context was destroyed" not in str(error):
                raise
        self.page.wait_for_load_state()
        return Axe().run(self.page, options={"runOnly": AXE_TAGS})

    def sign_in(self, name: str) -> None:
        self.open("/dang-nhap/")
        self.page.get_by_label("Tên đăng nhập").fill(name)
        self.page.get_by_label("Mật khẩu").fill("lensan-demo")
        self.page.locator("main").get_by_role("button", name="Đăng nhập").click()
        self.page.wait_for_load_state()
        self.look()
        if "/buoc-hai/" in self.page.url:  # staff: the code that the demo shows
            self.page.get_by_label("Mã trong ứng dụng").fill(self.page.locator("#demo-code").inner_text())
            self.click("Đăng nhập")

    def wait_for(self, text: str, seconds: int = 20) -> None:
        """Reload until the text stands on the page: the worker needs a moment."""
        for _ in range(seconds * 2):
            if self.page.get_by_text(text).first.is_visible():
                self.look()
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"never saw «{text}» on {self.page.url}:\n{self.page.inner_text('main')}")


@pytest.fixture
def walker(browser: Browser, stack: Stack) -> Iterator[Any]:
    """Makes a person with a phone (390×844)."""
    contexts = []

    def make(width: int = 390, height: int = 844) -> Walker:
        context = browser.new_context(
            # axe must not look at a button while its colour is still changing
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
            locale="vi-VN",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        person = Walker(context, page, stack.url)
        page.on("console", lambda message: person.troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: person.troubles.append(str(error)))
        return person

    yield make
    for context in contexts:
        context.close()
