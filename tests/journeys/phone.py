"""A volunteer's phone: a real Chromium with a profile on the disk, behind a line that can be cut, and a power switch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.journeys.conftest import CHROMIUM, FLAGS

PIN = "246813"
PASSWORD = "lensan-demo"
STARTED = "performance.getEntriesByType('resource').some((each) => /field\\/engine(\\.\\w+)?\\.js$/.test(each.name))"
HELPERS = """async () => {
  const names = performance.getEntriesByType("resource").map((entry) => entry.name);
  window.engine = await import(names.find((name) => /field\\/engine(\\.\\w+)?\\.js$/.test(name)));
  window.shrink = (await import(names.find((name) => /field\\/photos(\\.\\w+)?\\.js$/.test(name)))).shrink;
  window.picture = (seed, width = 1200, height = 900) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    for (let at = 0; at < 300; at += 1) {
      pen.fillStyle = `hsl(${(at * 37 + seed * 11) % 360} 60% ${(at * 7 + seed) % 90}%)`;
      pen.fillRect((at * 97 + seed * 31) % width, (at * 53) % height, 150, 120);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  };
  window.facts = (name) => ({
    head_name: name, phone: "", phone_owner: "none", has_business_registration: false,
    production: [{ kind: "trees", goods: "điều", area_m2: 15000, heads: null, season: "tháng 2–4", scale: "" }],
  });
  window.begin = async (name, seed, photos = 0) => {
    const draft = await engine.startDraft("household");
    draft.values = {
      hamlet: engine.bundle().hamlets[0].id, facts: facts(name), selling_name: "", notice: engine.bundle().notice.version,
      consents: { publication: true, platform: true, contact: false }, means: "spoken", accounts: [],
    };
    await engine.saveDraft(draft);
    for (let at = 0; at < photos; at += 1) await engine.addPhoto(draft, await picture(seed * 10 + at));
    return draft;
  };
  window.register = async (name, seed = 1, photos = 0) => engine.finishDraft(await begin(name, seed, photos));
  window.everything = async () => {
    const open = await new Promise((resolve) => (indexedDB.open("lensan-field").onsuccess = (e) => resolve(e.target.result)));
    const found = [];
    for (const name of open.objectStoreNames) {
      const rows = await new Promise((resolve) => {
        open.transaction(name).objectStore(name).getAll().onsuccess = (e) => resolve(e.target.result);
      });
      const text = (value) =>
        value instanceof ArrayBuffer || ArrayBuffer.isView(value)
          ? new TextDecoder("utf-8").decode(value) + new TextDecoder("utf-16le").decode(value)
          : value && typeof value === "object" ? Object.entries(value).map(([key, each]) => key + text(each)).join(" ") : String(value);
      found.push(...rows.map((row) => name + ": " + text(row)));
    }
    open.close();
    return found;
  };
}"""


class DroppingLine:
    """The process between browser and server; cutting it is a real dead line."""

    def __init__(self, port: int, to: int) -> None:
        self.port, self.to = port, to
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        script = Path(__file__).with_name("dropping_proxy.py")
        self.process = subprocess.Popen([sys.executable, str(script), "--port", str(self.port), "--to", str(self.to)])
        for _ in range(100):
            try:
                self.said()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the line did not start")

    def cut(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
        self.process = None

    def fault(self, **faults: Any) -> None:
        body = json.dumps(faults).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_line", data=body), timeout=20).close()

    def said(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/_line", timeout=20) as answer:
            return json.load(answer)


def until(page: Page, condition: str, seconds: float = 30) -> None:
    """Until the JavaScript expression is true. Asked from here again and again: waiting inside the page would turn text
    into a script there, and the page's policy forbids that."""
    end = time.monotonic() + seconds
    while True:
        with suppress(Error):  # the page is just being replaced by another
            if page.evaluate(f"async () => Boolean(await ({condition}))"):
                return
        assert time.monotonic() < end, f"never: {condition} on {page.url}\n{page.inner_text('body')[:500]}"
        page.wait_for_timeout(100)


@dataclass
class Phone:
    """One profile. `page` is the app's first tab."""

    playwright: Playwright
    profile: Path
    line: DroppingLine
    context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[0]

    def start(self, path: str = "/thuc-dia/", *, online: bool = True) -> None:
        """Switch on and open the app."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 390, "height": 844}, locale="vi-VN"
        )
        if not online:
            self.context.set_offline(True)
        self.open(path)

    def open(self, path: str = "/thuc-dia/", page: Page | None = None) -> None:
        page = page or self.page
        page.goto(self.line.url + path)
        if path.startswith("/thuc-dia/"):
            self.ready(page)

    def ready(self, page: Page | None = None) -> None:
        """The app has started in this tab: its engine is at hand."""
        page = page or self.page
        for is_last in (False, True):
            try:
                until(page, STARTED)
                page.evaluate(HELPERS)
                page.evaluate("engine.open()")
            except Error:
                if is_last:
                    raise
                page.wait_for_load_state()  # a new version has taken over and the page comes again
            else:
                return

    def kill(self) -> None:
        """The battery falls out: SIGKILL to the browser this test started, and to its children."""
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.context is not None
        with suppress(Error):  # it is dead; closing only tidies up here
            self.context.close()
        self.context = None
        (self.profile / "SingletonLock").unlink(missing_ok=True)

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def _processes(self) -> list[int]:
        mine = f"--user-data-dir={self.profile}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and mine in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        assert found, "no browser of this profile"
        return found

    def go_offline(self) -> None:
        assert self.context is not None
        self.context.set_offline(True)

    def go_online(self) -> None:
        assert self.context is not None
        self.context.set_offline(False)

    def sign_in(self, name: str) -> None:
        page = self.page
        page.goto(f"{self.line.url}/dang-nhap/?next=/thuc-dia/")
        if "/dang-nhap/" not in page.url:  # the browser still has the session
            return self.open()
        page.get_by_label("Tên đăng nhập").fill(name)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Đăng nhập").click()
        with suppress(Error):  # `ready` says what is on the page instead
            page.wait_for_url(f"{self.line.url}/thuc-dia/**")
        return self.ready()

    def enrol(self, name: str, hamlets: int = 1) -> int:
        """Sign in, set the PIN, wait for the service worker. Returns the person's id."""
        self.sign_in(name)
        self.run("async (pin) => { await engine.enrol(pin); }", PIN)
        self.run(
            """async (count) => {
              if (engine.bundle().hamlets.length) return;
              await engine.refreshBundle(engine.bundle().other_hamlets.slice(0, count).map((each) => each.id));
            }""",
            hamlets,
        )
        self.run("() => navigator.serviceWorker.ready.then(() => undefined)")
        person: int = self.run("() => engine.person().id")
        return person

    def unlock(self, person: int, page: Page | None = None) -> None:
        """Give the right PIN."""
        self.run("([id, pin]) => engine.unlock(id, pin).then(() => undefined)", [person, PIN], page)

    def restart(self, person: int) -> None:
        """Close the browser as people do, so that it writes down its cookies (it does so every half minute), and come
        back."""
        self.close()
        self.start()
        self.unlock(person)

    def run(self, script: str, argument: Any = None, page: Page | None = None) -> Any:
        return (page or self.page).evaluate(script, argument)

    def unsent(self) -> int:
        count: int = self.run("() => engine.unsent().count")
        return count

    def wait_for(self, condition: str, seconds: float = 30) -> None:
        """Until the JavaScript expression is true; the engine works by itself meanwhile."""
        end = time.monotonic() + seconds
        while not self.run(f"async () => Boolean(await ({condition}))"):
            assert time.monotonic() < end, f"never: {condition}: {self.run('() => engine.connection()')}"
            self.page.wait_for_timeout(100)

    def read_disk(self) -> bytes:
        """What the app's database and caches are on the disk, byte for byte."""
        default = self.profile / "Default"
        folders = [default / "IndexedDB", default / "Service Worker", default / "Local Storage"]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files)
