"""The field app with the network really gone: nothing entered is lost, nothing arrives twice."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sqlite3
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Playwright, sync_playwright

from tests.journeys.conftest import Stack, Walker, free_ports
from tests.journeys.field import Door, register
from tests.journeys.phone import PIN, DroppingLine, Phone, until
from tests.people import jpeg

WRONG = "135791"
FIRST_LOAD = 150_000  # bytes over the wire
SECRET = "Nguyễn Bí Mật"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browsers() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def line(stack: Stack) -> Iterator[DroppingLine]:
    made = DroppingLine(free_ports(), stack.port)
    made.connect()
    yield made
    made.cut()


@pytest.fixture
def phone(browsers: Playwright, line: DroppingLine, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(browsers, tmp_path / "profile", line)
    yield made
    made.close()


Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(stack: Stack) -> Ask:
    """SQL on the server's database."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        if not stack.database:
            with sqlite3.connect(stack.state / "lensan.sqlite3", timeout=20) as database:
                return list(database.execute(sql))
        with psycopg.connect(stack.database) as server:
            cursor = server.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    return run


def households(ask: Ask, name: str) -> list[str]:
    """The register's households of that name, as it stands now."""
    return [row[0] for row in ask("SELECT head_name FROM onboarding_household ORDER BY head_name") if name in row[0]]


def photos(ask: Ask, name: str) -> list[tuple[Any, ...]]:
    """(household, photo) of those households."""
    rows = ask(
        "SELECT h.head_name, p.photo_id FROM onboarding_householdphoto p"
        " JOIN onboarding_household h ON h.id = p.household_id ORDER BY 1, 2"
    )
    return [row for row in rows if name in row[0]]


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.2)


DISPUTES = "SELECT COUNT(*) FROM onboarding_disputedsubmission"
REGISTER = "(n) => register(`Hộ Ngoài Sóng ${n}`, n, 1 + (n % 2)).then(() => undefined)"


def test_twenty_households_offline_a_dead_browser_and_a_bad_line(
    phone: Phone, line: DroppingLine, ask: Ask, tmp_path: Path
) -> None:
    disputes_before = ask(DISPUTES)
    phone.start()
    phone.restart(phone.enrol("to"))
    phone.go_offline()
    line.cut()
    assert phone.context is not None
    team = Walker(phone.context, phone.page, line.url)
    wanted = {"Hộ Ngoài Sóng Bằng Tay": 1, "Hộ Ngoài Sóng Tự Gõ": 2} | {
        f"Hộ Ngoài Sóng {number}": 1 + number % 2 for number in range(12, 30)
    }
    for name in list(wanted)[:2]:
        pictures = [tmp_path / f"{name}-{at}.jpg" for at in range(wanted[name])]
        for at, path in enumerate(pictures):
            path.write_bytes(jpeg(900 + at, 700 + len(name), "#7A9A3A"))
        register(team, Door(name, photos=pictures), look=False)
    for number in range(12, 20):
        phone.run(REGISTER, number)
    phone.kill()
    phone.start(online=False)  # from the service worker: there is no server
    assert phone.run("() => engine.unsent()")["count"] == 10
    phone.unlock(the_person(phone))
    for number in range(20, 30):
        phone.run(REGISTER, number)
    assert phone.unsent() == 20
    phone.kill()

    line.connect()
    line.fault(drop_every=3)
    phone.start()
    phone.unlock(the_person(phone))
    phone.wait_for("engine.unsent().count < 20 || engine.connection().progress.done > 0")
    wait_until(lambda: line.said()["dropped"] >= 5)
    phone.kill()  # in the middle of sending

    line.fault(drop_every=3, in_a_row=2, bad_gateway_every=7, delay=0.02)
    phone.start()
    phone.unlock(the_person(phone))
    phone.wait_for("engine.unsent().count === 0", seconds=80)
    assert line.said()["dropped"] > 10, "the line was no bad line"

    wait_until(lambda: len(households(ask, "Hộ Ngoài Sóng")) >= 20)
    assert sorted(households(ask, "Hộ Ngoài Sóng")) == sorted(wanted)
    wait_until(lambda: len(photos(ask, "Hộ Ngoài Sóng")) >= 30)
    found = photos(ask, "Hộ Ngoài Sóng")
    assert Counter(name for name, _ in found) == wanted, "every photo once"
    assert len({photo for _, photo in found}) == sum(wanted.values()) == 30
    assert ask(DISPUTES) == disputes_before, "resent byte for byte"
    assert phone.run("() => engine.unsent()")["count"] == 0 and phone.run("() => engine.queue()") == []
    assert len(phone.run("() => engine.received(50)")) == 20
    assert not [row for row in phone.run("() => everything()") if row.startswith("photos:")]


def the_person(phone: Phone) -> int:
    found: int = phone.run("() => engine.open().then(({people}) => people[0].id)")
    return found


def test_a_draft_survives_a_dead_browser_and_nothing_is_ever_in_plain_text(phone: Phone, ask: Ask) -> None:
    phone.start()
    person = phone.enrol("to")
    phone.restart(person)
    phone.go_offline()
    draft = phone.run("(name) => begin(name, 3, 1)", SECRET)
    phone.run("async (name) => { await register(name + ' hai', 4, 1); }", SECRET)
    for row in phone.run("() => everything()"):
        assert "Bí Mật" not in row and "Võ Minh Tâm" not in row and "điều" not in row, row[:200]
    assert len(phone.run("() => everything()")) > 6
    phone.kill()
    disk = phone.read_disk()
    for word in (SECRET, "Bí Mật", "Võ Minh Tâm"):
        assert word.encode() not in disk and word.encode("utf-16le") not in disk
    assert draft["id"].encode() in disk, "this is where it would be"
    phone.start(online=False)
    assert phone.run("() => engine.open()")["state"] == "locked"
    phone.unlock(person)
    (kept,) = phone.run("() => engine.drafts()")
    assert kept["title"] == SECRET
    again = phone.run("(id) => engine.openDraft(id)", kept["id"])
    assert again["values"] == draft["values"] and again["photos"] == draft["photos"]
    assert phone.run("(sha) => engine.photoUrl(sha)", again["photos"][0]["sha256"]).startswith("blob:")
    phone.run("async (id) => { await engine.finishDraft(await engine.openDraft(id)); }", kept["id"])
    assert phone.run("() => engine.drafts()") == [] and phone.unsent() == 2
    phone.go_online()
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: households(ask, SECRET) == [SECRET, f"{SECRET} hai"])


def test_an_expired_session_stops_sending_and_never_entering(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    assert phone.context is not None
    phone.context.clear_cookies()
    phone.run("() => register('Hộ Hết Phiên', 1, 1).then(() => undefined)")
    phone.wait_for("engine.connection().problem === 'signed_out'")
    phone.run("() => register('Hộ Hết Phiên Hai', 2).then(() => undefined)")
    assert phone.unsent() == 2 and households(ask, "Hộ Hết Phiên") == []
    phone.sign_in("to")
    person = the_person(phone)
    phone.unlock(person)
    phone.wait_for("engine.unsent().count === 0 && engine.connection().problem === ''")
    wait_until(lambda: households(ask, "Hộ Hết Phiên") == ["Hộ Hết Phiên", "Hộ Hết Phiên Hai"])


def sealed(phone: Phone, script: str, argument: Any = None) -> bytes:
    """The bytes of a sealed file that the script resolves with."""
    encoded = phone.run(
        f"""async (given) => {{
          const {{ blob }} = await ({script})(given);
          const bytes = new Uint8Array(await blob.arrayBuffer());
          return btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
        }}""",
        argument,
    )
    return base64.b64decode(encoded)


def bring_in(stack: Stack, file: bytes) -> Any:
    """An officer imports the file, as a program with the province's key."""
    request = urllib.request.Request(
        f"{stack.url}/api/v1/field/sealed",
        data=file,
        headers={"Authorization": "Bearer demo-token-tinh", "Content-Type": "application/octet-stream"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_signing_out_exports_first_and_then_wipes(phone: Phone, stack: Stack, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    phone.run("(name) => register(name + ' Ra', 1, 2).then(() => undefined)", SECRET)
    assert phone.run("() => engine.signOut()") == {"needsExport": True, "unsent": 1, "drafts": 0}
    assert phone.unsent() == 1
    file = sealed(phone, "() => engine.exportSealed()")
    assert SECRET.encode() not in file and json.loads(file)["people"][0]["mac"]
    phone.go_online()
    phone.go_offline()
    assert phone.run("() => engine.signOut({ exported: true })") == {"done": True}
    rows = phone.run("() => everything()")
    assert {row.partition(":")[0] for row in rows} <= {"meta", "sequences"}
    assert phone.run("() => engine.open()")["state"] == "none"
    phone.go_online()
    phone.open()
    phone.wait_for("engine.session().then(({ online, signedIn }) => online && signedIn === false)")
    if households(ask, SECRET + " Ra"):  # it was online for a moment, and used it
        return
    done = bring_in(stack, file)
    assert (done["stored"], done["refused"]) == (3, [])
    wait_until(lambda: households(ask, SECRET + " Ra") == [SECRET + " Ra"])
    assert bring_in(stack, file)["known"] == 3


def test_signing_out_removes_what_is_in_the_file_and_nothing_else(phone: Phone) -> None:
    phone.start()
    person = phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Trong Tệp', 1, 1).then(() => undefined)")
    phone.run("() => engine.exportSealed().then(() => undefined)")
    late = phone.run("() => register('Hộ Ghi Sau', 2)")
    draft = phone.run("() => begin('Hộ Ghi Dở', 3, 1)")
    leave = "(losing) => engine.signOut({ exported: true, losing })"
    assert phone.run(leave, [draft["id"]]) == {"needsExport": True, "unsent": 2, "drafts": 1}
    assert late["submission"] in {row["submission"] for row in phone.run("() => engine.queue()")}
    phone.run("() => engine.exportSealed().then(() => undefined)")
    assert phone.run(leave, []) == {"needsExport": True, "unsent": 2, "drafts": 1}, "nobody said that the draft may go"
    assert phone.run("(id) => engine.unfinished(id)", person) == 1
    assert phone.run("(id) => engine.openDraft(id)", draft["id"])["photos"] == draft["photos"]
    assert phone.run(leave, [draft["id"]]) == {"done": True}
    assert {row.partition(":")[0] for row in phone.run("() => everything()")} <= {"meta", "sequences"}


def test_a_tab_that_missed_the_sign_out_keeps_nothing_that_nobody_could_read(phone: Phone) -> None:
    phone.start()
    person = phone.enrol("to")
    assert phone.context is not None
    deaf, hearing = phone.context.new_page(), phone.context.new_page()
    deaf.add_init_script("delete globalThis.BroadcastChannel")
    for page in (deaf, hearing):
        phone.open(page=page)
        phone.unlock(person, page)
    phone.go_offline()
    phone.run("async () => { window.mine = await begin('Hộ Tab Điếc', 1, 1); }", None, deaf)
    phone.run("() => engine.signOut({ exported: true, losing: [] })")  # it is there: asked for first
    assert phone.run("() => engine.person()")["id"] == person
    phone.run("async () => engine.signOut({ exported: true, losing: (await engine.drafts()).map(({ id }) => id) })")
    until(hearing, "engine.person() === null")
    said = "(error) => [error instanceof engine.Closed, error.message]"
    for work in ("engine.finishDraft(mine)", "engine.saveDraft(mine)"):
        closed, words = phone.run(f"() => {work}.then(() => [false, ''], {said})", None, deaf)
        assert closed or words == "locked", work
        assert phone.run("() => engine.person()", None, deaf) is None
    assert {row.partition(":")[0] for row in phone.run("() => everything()")} <= {"meta", "sequences"}


TRY = "([id, pin]) => engine.unlock(id, pin).then(() => null, ({ triesLeft, waitSeconds }) => [triesLeft, waitSeconds])"


def test_the_pin(phone: Phone) -> None:
    phone.start()
    phone.sign_in("to")
    for weak in ("12345", "1234567", "123456", "654321", "111111", "121212", "abcdef"):
        assert "PIN" in phone.run("(pin) => engine.enrol(pin).then(() => '', (error) => error.message)", weak), weak
    assert phone.run("() => engine.open()")["state"] == "none"
    person = phone.enrol("to")
    phone.run("() => engine.lock()")
    assert phone.run("() => [engine.person(), engine.bundle()]") == [None, None]
    assert phone.run("() => engine.saveDraft({ id: 'x', values: {}, photos: [] }).catch((e) => e.message)") == "locked"
    assert [phone.run(TRY, [person, WRONG]) for _ in range(3)] == [[9, 0], [8, 0], [7, 0]]
    phone.kill()  # counted on the disk
    phone.start(online=False)
    assert phone.run(TRY, [person, WRONG]) == [6, 0]
    left, wait = phone.run(TRY, [person, WRONG])
    assert left == 5 and 25 <= wait <= 30
    left, wait = phone.run(TRY, [person, PIN])
    assert left == 5 and wait > 20, "the right one waits too, and is no try"
    later = "(minutes) => { const real = Date.now; Date.now = () => real() + minutes * 60_000; }"
    waits = []
    for _ in range(4):
        phone.run(later, 10)
        waits.append(phone.run(TRY, [person, WRONG]))
    assert [left for left, _ in waits] == [4, 3, 2, 1]
    assert [round(wait / 30) for _, wait in waits] == [2, 4, 8, 16]
    phone.run(later, 10)
    assert phone.run(TRY, [person, WRONG]) == [0, 0], "the tenth ends the PIN"
    phone.run(later, 10)
    assert phone.run(TRY, [person, PIN]) == [0, 0]


def test_the_app_locks_itself_when_nobody_touches_it(phone: Phone) -> None:
    phone.start()
    phone.enrol("to")
    phone.wait_for("!engine.connection().sending")
    leave = "(m) => { const real = Date.now; Date.now = () => real() + m * 60_000; document.dispatchEvent(new Event('visibilitychange')); }"
    phone.run(leave, 9)
    assert phone.run("() => engine.person()") is not None
    phone.run(leave, 2)
    phone.wait_for("engine.person() === null")


def test_a_forgotten_pin_loses_nothing(phone: Phone, stack: Stack, ask: Ask) -> None:
    phone.start()
    person = phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Quên Mã', 1, 1).then(() => undefined)")
    phone.kill()
    phone.start(online=False)
    file = sealed(phone, "(id) => engine.forgotPin(id)", person)
    assert json.loads(file)["people"][0]["mac"] == "", "a locked app proves nothing"
    assert phone.run(TRY, [person, PIN]) == [0, 0]
    assert bring_in(stack, file)["refused"] == []
    wait_until(lambda: households(ask, "Hộ Quên Mã") == ["Hộ Quên Mã"])
    phone.go_online()
    phone.enrol("to")
    phone.wait_for("engine.unsent().count === 0")
    assert households(ask, "Hộ Quên Mã") == ["Hộ Quên Mã"] and len(photos(ask, "Hộ Quên Mã")) == 1


def test_what_only_the_server_can_open_goes_by_itself_after_a_new_pin(phone: Phone, ask: Ask) -> None:
    phone.start()
    person = phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Mã Mới', 1, 1).then(() => undefined)")
    phone.run("(id) => engine.forgotPin(id).then(() => undefined)", person)
    phone.go_online()
    phone.enrol("to")
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: len(photos(ask, "Hộ Mã Mới")) == 1)


def test_a_lost_device_is_locked_at_its_next_contact(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Máy Mất', 1, 1).then(() => undefined)")
    phone.run("() => begin('Hộ Dở Dang', 2).then(() => undefined)")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    newest = ask("SELECT MAX(id) FROM onboarding_fielddevice")[0][0]
    ask(f"UPDATE onboarding_fielddevice SET locked_at = '{now}' WHERE id = {newest}")
    try:
        phone.go_online()
        phone.wait_for("engine.open().then(({ state }) => state === 'device_locked')")
        assert phone.run("() => [engine.person(), engine.connection().problem]") == [None, "device_locked"]
        wait_until(lambda: households(ask, "Hộ Máy Mất") == ["Hộ Máy Mất"])
        phone.wait_for("engine.unsent().count === 0")
        assert {row.partition(":")[0] for row in phone.run("() => everything()")} <= {"meta", "sequences"}
        phone.open()
        assert phone.run("() => engine.open()")["state"] == "device_locked"
        assert "khóa" in phone.run("(pin) => engine.enrol(pin).then(() => '', (error) => error.message)", PIN)
    finally:
        ask(f"UPDATE onboarding_fielddevice SET locked_at = NULL WHERE id = {newest}")
    phone.enrol("to")  # found again
    assert phone.run("() => engine.open()")["state"] == "open"


def test_a_lost_device_whose_session_has_ended_learns_it_too(phone: Phone, ask: Ask) -> None:
    """What is unsent stays sealed on it until somebody signs in or brings the file."""
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Máy Mất Hai', 1).then(() => undefined)")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    newest = ask("SELECT MAX(id) FROM onboarding_fielddevice")[0][0]
    ask(f"UPDATE onboarding_fielddevice SET locked_at = '{now}' WHERE id = {newest}")
    assert phone.context is not None
    phone.context.clear_cookies()
    try:
        phone.go_online()
        phone.wait_for("engine.open().then(({ state }) => state === 'device_locked')")
        assert phone.run("() => engine.person()") is None and phone.unsent() == 1
        kept = {row.partition(":")[0] for row in phone.run("() => everything()")}
        assert kept <= {"meta", "sequences", "vaults", "queue"} and households(ask, "Hộ Máy Mất Hai") == []
    finally:
        ask(f"UPDATE onboarding_fielddevice SET locked_at = NULL WHERE id = {newest}")


CHANGE_BUNDLE = """(days) => new Promise((resolve) => (indexedDB.open("lensan-field").onsuccess = ({ target }) => {
  const step = target.result.transaction("bundles", "readwrite");
  const rows = step.objectStore("bundles");
  rows.getAll().onsuccess = ({ target }) => target.result.forEach((row) => rows.put({ ...row, heardAt: Date.now() - days * 86400000 }));
  step.oncomplete = () => resolve(target.result.close());
}))"""


def has_bundle(phone: Phone) -> bool:
    return any(row.startswith("bundles:") for row in phone.run("() => everything()"))


def test_a_phone_nobody_heard_of_for_a_month_forgets_other_peoples_data(phone: Phone) -> None:
    phone.start()
    person = phone.enrol("to")
    phone.go_offline()
    for days, is_kept in ((29, True), (31, False)):
        phone.run("() => engine.lock()")
        phone.run(CHANGE_BUNDLE, days)
        phone.unlock(person)
        assert has_bundle(phone) is is_kept and phone.run("() => engine.bundle() !== null") is is_kept


def test_who_may_send_nothing_any_more_keeps_no_list(phone: Phone, ask: Ask) -> None:
    phone.start()
    person = phone.enrol("to")
    assert has_bundle(phone)
    grants = [row[0] for row in ask(f"SELECT id FROM core_grant WHERE user_id = {person} AND valid_to IS NULL")]
    some = ", ".join(map(str, grants))
    ask(f"UPDATE core_grant SET valid_to = valid_from WHERE id IN ({some})")
    try:
        phone.run("() => engine.syncNow()")
        wait_until(lambda: not has_bundle(phone))
    finally:
        ask(f"UPDATE core_grant SET valid_to = NULL WHERE id IN ({some})")


def test_times_are_those_of_vietnam_wherever_the_phone_believes_to_be(phone: Phone) -> None:
    phone.start()
    assert phone.context is not None
    zone = phone.context.new_cdp_session(phone.page)
    zone.send("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
    said = phone.run(
        """async () => {
          const names = performance.getEntriesByType("resource").map((entry) => entry.name);
          const words = await import(names.find((name) => /field\\/words(\\.\\w+)?\\.js$/.test(name)));
          return [words.moment("2026-01-10T17:40:00Z"), words.day("2026-01-10T17:40:00Z"), words.moment("2026-01-10T16:59:00Z")];
        }"""
    )
    assert said == ["11/01/2026 00:40", "11/01/2026", "10/01/2026 23:59"]


def test_two_people_on_one_phone(phone: Phone, ask: Ask) -> None:
    phone.start()
    first = phone.enrol("to")
    phone.go_offline()
    phone.run("() => register('Hộ Của Tâm', 1).then(() => undefined)")
    phone.run("() => engine.lock()")
    assert phone.context is not None
    phone.context.clear_cookies()
    phone.go_online()
    second = phone.enrol("totruong")
    phone.go_offline()
    phone.run("() => register('Hộ Của Hạnh', 2).then(() => undefined)")
    assert phone.run("() => engine.unsent()")["count"] == 1 and phone.run("() => engine.unsent()")["ofOthers"] == 1
    assert [row["title"] for row in phone.run("() => engine.queue()")] == ["Hộ Của Hạnh"]
    phone.go_online()
    phone.wait_for("engine.unsent().count === 0")
    assert phone.run("() => engine.unsent()")["ofOthers"] == 1, "nobody sends what another entered"
    assert households(ask, "Hộ Của Tâm") == []
    phone.run("() => engine.lock()")
    phone.unlock(first)
    phone.wait_for("engine.connection().problem === 'other_person'")
    assert phone.unsent() == 1
    phone.context.clear_cookies()
    phone.sign_in("to")
    phone.unlock(first)
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: len(households(ask, "Hộ Của")) == 2)
    entered = ask(
        "SELECT h.head_name, h.registered_by_id FROM onboarding_household h WHERE h.head_name LIKE 'Hộ Của %' ORDER BY 1"
    )
    assert entered == [("Hộ Của Hạnh", second), ("Hộ Của Tâm", first)]


def test_two_tabs_send_once(phone: Phone, line: DroppingLine, ask: Ask) -> None:
    phone.start()
    person = phone.enrol("to")
    assert phone.context is not None
    other = phone.context.new_page()
    phone.open(page=other)
    phone.unlock(person, other)
    phone.go_offline()
    for number in range(6):
        phone.run("(n) => register(`Hộ Hai Tab ${n}`, n, 1)", number)
    draft = phone.run("() => begin('Hộ Hai Tab 6', 9)")
    phone.run("async (id) => { window.mine = await engine.openDraft(id); }", draft["id"], other)
    phone.run("async (id) => { await engine.finishDraft(await engine.openDraft(id)); }", draft["id"])
    phone.run("async () => { await engine.finishDraft(mine); await engine.saveDraft(mine); }", None, other)
    assert phone.unsent() == 7 and phone.run("() => engine.drafts()") == []
    before = len(line.said()["seen"])
    phone.go_online()
    for page in (phone.page, other):
        page.evaluate("() => { void engine.syncNow(); }")
    phone.wait_for("engine.unsent().count === 0")
    phone.wait_for("engine.unsent().count === 0")
    sent = [each for each in line.said()["seen"][before:] if each == "POST submissions" or each.startswith("PUT ")]
    assert len(sent) == 7 + 6, "each once"
    wait_until(lambda: len(households(ask, "Hộ Hai Tab")) == 7)
    assert len(households(ask, "Hộ Hai Tab")) == 7
    phone.run("() => engine.refreshBundle().then(() => undefined)")


def test_refused_and_disputed_ones_are_kept_and_said(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    phone.run(
        """async () => {
          const draft = await begin('Hộ Bị Từ Chối', 1);
          draft.values.facts.phone_owner = 'own';
          draft.values.facts.phone = '12';
          await engine.finishDraft(draft);
        }"""
    )
    twice = phone.run("() => begin('Hộ Hai Bản', 2, 1)")
    phone.run("async (id) => { await engine.finishDraft(await engine.openDraft(id)); }", twice["id"])
    phone.go_online()
    phone.wait_for(
        "!engine.connection().sending && engine.queue().then((rows) => rows.every(({ state }) => state !== 'waiting'))"
    )
    (row,) = phone.run("() => engine.queue()")
    assert row["state"] == "refused" and row["title"] == "Hộ Bị Từ Chối" and row["message"].endswith(".")
    assert phone.unsent() == 1, "it is nowhere else yet"
    assert json.loads(sealed(phone, "() => engine.exportSealed()"))["people"][0]["records"][0]["kind"] == "submission"
    phone.run("(id) => engine.dropRefused(id)", row["submission"])
    assert phone.unsent() == 0


def test_a_refused_one_is_put_right_and_sent_under_the_same_record(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    first = phone.run(
        """async () => {
          const draft = await begin('Hộ Sửa Lại', 1, 2);
          Object.assign(draft.values.facts, { phone_owner: 'own', phone: '12' });
          draft.values._ = { name: 'như đã gõ' };
          return engine.finishDraft(draft);
        }"""
    )
    phone.go_online()
    phone.wait_for("engine.queue().then(([row]) => row?.canRevise)")
    again = phone.run("(id) => engine.reviseRefused(id)", first["submission"])
    assert again["record"] == first["record"] and again["id"] != first["submission"]
    assert again["values"]["_"] == {"name": "như đã gõ"} and again["values"]["_refused"].endswith(".")
    assert phone.run("() => engine.queue()") == [] and len(phone.run("() => engine.drafts()")) == 1
    assert phone.run("(id) => engine.reviseRefused(id)", first["submission"]) is None
    phone.run(
        """async (id) => {
          const draft = await engine.openDraft(id);
          draft.values.facts.phone = '0912345670';
          await engine.finishDraft(draft);
        }""",
        again["id"],
    )
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: len(photos(ask, "Hộ Sửa Lại")) == 2)
    assert households(ask, "Hộ Sửa Lại") == ["Hộ Sửa Lại"]
    number = again["id"].replace("-", "")
    sequences = (
        f"SELECT sequence FROM onboarding_submission WHERE REPLACE(CAST(submission_id AS TEXT), '-', '') = '{number}'"
    )
    assert ask(sequences) == [(1,)], "the number of the refused one, which the server never took"
    assert not [row for row in phone.run("() => everything()") if row.startswith("photos:")]


# %s stands for an expression: a page under our policy makes no script of a text.
BEYOND = """async (name) => {
  const draft = await begin(name, 1);
  Object.assign(draft.values, %s);
  return engine.finishDraft(draft).then(() => "", (error) => (error instanceof engine.Refused ? error.message : String(error)));
}"""


def test_what_the_server_would_refuse_for_its_size_is_said_on_the_phone(phone: Phone) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    many = "Array.from({ length: 21 }, (_, at) => ({ kind: 'trees', goods: `hàng ${at}`, season: '', scale: '' }))"
    cases = {
        f"{{ facts: {{ ...facts('Hộ'), production: {many} }} }}": "20 nghề",
        "{ accounts: [{ platform: 'voso', link: 'x'.repeat(1001), seller_id: '' }] }": "Đường dẫn",
        "{ others: 1001 }": "1000",
        "{ households: Array(501).fill('x') }": "500 hộ",
        "{ note: 'x'.repeat(2001) }": "2000",
    }
    for made, words in cases.items():
        assert words in phone.run(BEYOND.replace("%s", made), "Hộ Quá Cỡ"), made
    assert phone.unsent() == 0 and len(phone.run("() => engine.drafts()")) == len(cases), "nothing typed is gone"
    full = phone.run(
        """async () => {
          const draft = await begin('Hộ Nhiều Ảnh', 1, 1);
          while (draft.photos.length < 12) draft.photos.push({ sha256: String(draft.photos.length), bytes: 1 });
          const words = await engine.addPhoto(draft, await picture(99)).then(() => "", (error) => error.message);
          return [words, draft.photos.length];
        }"""
    )
    assert "12 ảnh" in full[0] and full[1] == 12
    link = "https://ví-dụ.vn/" + "ệ" * 200
    assert phone.run(
        """async (link) => {
          const names = performance.getEntriesByType("resource").map((entry) => entry.name);
          const check = await import(names.find((name) => /field\\/check(\\.\\w+)?\\.js$/.test(name)));
          return check.link(link).error ?? "";
        }""",
        link,
    ).startswith("Đường dẫn này dài quá"), "counted as it is sent"


FULL_DISK = """(isFull) => {
  window.put ??= IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = !isFull ? put : function (...given) {
    if (this.name === "photos") throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, given);
  };
}"""


def test_a_full_disk_and_a_hasty_tap_leave_no_photo_that_is_not_there(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    phone.run("async () => { window.mine = await begin('Hộ Hết Chỗ', 1, 1); }")
    phone.run(FULL_DISK, True)
    add = "async () => [await engine.addPhoto(mine, await picture(77)).then(() => '', (error) => error.message), mine.photos.length]"
    words, count = phone.run(add)
    assert words.startswith("Máy hết chỗ") and count == 1
    assert len(phone.run("() => engine.openDraft(mine.id)")["photos"]) == 1
    phone.run(FULL_DISK, False)
    # One that was noted and never written, by an earlier version of the app.
    words = phone.run(
        """async () => {
          mine.photos.push({ sha256: "0".repeat(64), bytes: 1 });
          return engine.finishDraft(mine).then(() => "", (error) => error.message);
        }"""
    )
    assert "không còn trong máy" in words and phone.unsent() == 0
    phone.run(
        """async () => {
          const file = await picture(78, 3000, 2000);
          void engine.addPhoto(mine, file); // still being made small
          await engine.finishDraft(mine);
        }"""
    )
    phone.go_online()
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: len(photos(ask, "Hộ Hết Chỗ")) == 2)


def test_the_label_of_the_form_is_the_app_s_own(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.run("() => { engine.bundle().form.household = 'household/9'; }")  # the server has learned a newer one
    phone.run("() => register('Hộ Mẫu Cũ', 1).then(() => undefined)")
    phone.wait_for("engine.unsent().count === 0")
    wait_until(lambda: households(ask, "Hộ Mẫu Cũ") == ["Hộ Mẫu Cũ"])
    newer = "async () => { const draft = await begin('Hộ Mẫu Mới', 1); draft.form = 'household/9'; return engine.finishDraft(draft).catch((e) => e.message); }"
    assert "cập nhật ứng dụng" in phone.run(newer)


def test_a_photo_that_the_server_cannot_open_is_said(phone: Phone, ask: Ask) -> None:
    phone.start()
    phone.enrol("to")
    phone.run(
        """async () => {
          const real = HTMLCanvasElement.prototype.toBlob;
          const draft = await begin('Hộ Ảnh Hỏng', 1, 1);
          const file = await picture(5);
          HTMLCanvasElement.prototype.toBlob = (done) => done(new Blob(["khong phai anh".repeat(50)], { type: "image/jpeg" }));
          await engine.addPhoto(draft, file);
          HTMLCanvasElement.prototype.toBlob = real;
          await engine.finishDraft(draft);
        }"""
    )
    phone.wait_for("engine.unsent().count === 0")
    (row,) = phone.run("() => engine.received(5)")
    assert len(row["photosRefused"]) == 1 and row["photosRefused"][0].endswith(".")
    phone.page.goto(f"{phone.line.url}/thuc-dia/#/da-nhan")
    phone.page.get_by_text("1 ảnh không mở được: hãy chụp lại.").wait_for()
    phone.page.get_by_role("button", name="Chụp lại ảnh").click()
    phone.page.get_by_role("heading", level=1, name="Chụp ảnh hàng").wait_for()


def test_how_long_something_waits_is_counted_by_the_better_clock(phone: Phone) -> None:
    phone.start()
    phone.enrol("to")
    phone.wait_for("!engine.connection().sending")
    assert phone.context is not None
    phone.go_offline()
    phone.run("() => register('Hộ Đồng Hồ', 1).then(() => undefined)")
    age = """async ([ahead, server]) => {
      window.real ??= Date.now;
      Date.now = () => real() + ahead * 86_400_000;
      const names = performance.getEntriesByType("resource").map((entry) => entry.name);
      const clock = await import(names.find((name) => /field\\/clock(\\.\\w+)?\\.js$/.test(name)));
      if (server !== null) clock.heard(new Date(real() + server * 86_400_000).toISOString());
      await engine.tryAgain("none");
      const { days, warn, since } = engine.unsent();
      return [days, warn, since.getTime() <= Date.now()];
    }"""
    assert phone.run(age, [0, None]) == [0, False, True]
    assert phone.run(age, [-10, None]) == [0, False, True], "set back: not in the future, not less than nothing"
    assert phone.run(age, [-10, 4]) == [4, True, True], "the server knows that four days went by"
    assert phone.run(age, [3.1, 3.1]) == [3, True, True], "both say so"


@pytest.mark.parametrize("pictures", [0, 1])
def test_the_same_id_with_other_bytes_ends_as_a_conflict(phone: Phone, ask: Ask, pictures: int) -> None:
    phone.start()
    phone.enrol("to")
    phone.go_offline()
    draft = phone.run("(photos) => begin('Hộ Hai Bản', 2, photos)", pictures)
    phone.run("async (id) => { await engine.finishDraft(await engine.openDraft(id)); }", draft["id"])
    phone.run("() => engine.lock()")
    phone.go_online()
    with phone.page.expect_request("**/api/v1/field/session") as asked:
        phone.run("() => engine.session().then(() => undefined)")
    status = phone.run(
        """async ([draft, device]) => {
          const values = Object.fromEntries(Object.entries(draft.values).filter(([name]) => name !== "hamlet"));
          const envelope = {
            v: 1, submission: draft.id, record: draft.record, kind: "household", form: "household/1", op: "create", sequence: 1,
            device, hamlet: draft.values.hamlet, entered_at: new Date().toISOString(),
            entered_by: (await engine.session()).person.id, was: {}, photos: [], ...values,
          };
          const headers = { "X-CSRFToken": engine.csrf(), "Content-Type": "application/json" };
          const answer = await fetch("/api/v1/field/submissions", { method: "POST", body: JSON.stringify(envelope), headers });
          return [answer.status, await answer.text()];
        }""",
        [draft, asked.value.headers["x-field-device"]],
    )
    assert status[0] == 201, status
    phone.unlock(the_person(phone))
    phone.wait_for("engine.queue().then(([row]) => row.state === 'conflict')")
    # What is counted is written a moment after the row itself.
    phone.wait_for("engine.unsent().count === 0")
    (row,) = phone.run("() => engine.queue()")
    # The server takes photos of the text it took first only; nobody waits for the others for ever.
    assert (row["photosLeft"], phone.unsent()) == (pictures, 0)
    assert "Cả hai bản đều được giữ" in row["message"] and ("Xã chỉ giữ ảnh" in row["message"]) == bool(pictures)
    number = draft["id"].replace("-", "")
    (count,) = ask(
        "SELECT COUNT(*) FROM onboarding_disputedsubmission d JOIN onboarding_submission s ON s.id = d.submission_id"
        f" WHERE REPLACE(CAST(s.submission_id AS TEXT), '-', '') = '{number}'"
    )
    assert count == (1,)
    phone.run("(id) => engine.dropRefused(id)", row["submission"])
    assert phone.run("() => engine.queue()") == [] and phone.unsent() == 0


VERSION = "() => document.querySelector('meta[name=version]')?.content ?? ''"


def test_a_new_version_comes_whole_or_not_at_all(phone: Phone, line: DroppingLine) -> None:
    phone.start()
    person = phone.enrol("to")
    draft = phone.run("() => begin('Hộ Đang Ghi', 1)")
    assert phone.run(VERSION) == ""
    line.fault(newer="ban-moi", broken="/thuc-dia/")
    phone.run("() => navigator.serviceWorker.ready.then((ready) => ready.update())")
    phone.wait_for("caches.keys().then((names) => names.length === 1)")
    phone.open()
    assert phone.run(VERSION) == ""
    line.fault(broken="")
    phone.run("() => navigator.serviceWorker.ready.then((ready) => ready.update())")
    phone.wait_for("engine.connection().update")
    assert phone.run(VERSION) == "", "not under the hands of somebody who is writing"
    phone.kill()
    phone.start()  # the next start
    until(phone.page, f"({VERSION})() === 'ban-moi'")
    phone.ready()
    phone.unlock(person)
    assert [each["id"] for each in phone.run("() => engine.drafts()")] == [draft["id"]]
    assert len(phone.run("() => caches.keys()")) == 1
    kept = phone.run(
        "() => caches.keys().then(([name]) => caches.open(name)).then((it) => it.keys()).then((all) => all.map((each) => new URL(each.url).pathname))"
    )
    assert not [path for path in kept if not path.startswith("/static/") and path != "/thuc-dia/"]
    phone.go_offline()
    phone.open()
    assert phone.run(VERSION) == "ban-moi"


def photo_with_gps(width: int, height: int, orientation: int = 1) -> bytes:
    """What a phone's camera writes: where it was, and which way it was held. The left half is red."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    image.paste((200, 30, 30), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MAYCHUPBIMAT"
    exif.get_ifd(0x8825).update({1: "N", 2: (11.0, 45.0, 12.0), 3: "E", 4: (106.0, 36.0, 1.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=93, exif=exif)
    return out.getvalue()


ADD = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
  const file = new File([bytes], "anh.jpg", { type: "image/jpeg" });
  window.sheet ??= await begin("Hộ Có Ảnh", 1);
  try {
    const kept = await engine.addPhoto(sheet, file);
    const small = await shrink(file);
    return { ...kept, data: btoa(Array.from(small, (each) => String.fromCharCode(each)).join("")) };
  } catch (error) {
    return { refused: error instanceof engine.BadPhoto && error.message };
  }
}"""


def test_photos_become_small_upright_and_say_nothing_of_the_place(phone: Phone) -> None:
    phone.start()
    phone.enrol("to")
    large = photo_with_gps(4000, 3000, orientation=6)
    assert Image.open(io.BytesIO(large)).getexif().get_ifd(0x8825), "the place was in it"
    kept = phone.run(ADD, base64.b64encode(large).decode())
    small = base64.b64decode(kept["data"])
    assert kept["sha256"] == hashlib.sha256(small).hexdigest()
    assert kept["bytes"] == len(small) <= 300_000
    image = Image.open(io.BytesIO(small))
    assert (image.format, image.size) == ("JPEG", (1200, 1600)), "upright"
    assert dict(image.getexif()) == {} and b"Exif" not in small and b"MAYCHUPBIMAT" not in small
    top, bottom = image.getpixel((600, 300)), image.getpixel((600, 1300))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 150 > top[1] and abs(bottom[0] - bottom[1]) < 60, "the left half, held upright, is the upper one"
    noisy = Image.effect_noise((3200, 3200), 120).convert("RGB")
    out = io.BytesIO()
    noisy.save(out, "JPEG", quality=95)
    assert phone.run(ADD, base64.b64encode(out.getvalue()).decode())["bytes"] <= 300_000, (
        "even what hardly gets smaller"
    )


def test_what_is_no_photo_is_refused_in_words(phone: Phone) -> None:
    phone.start()
    phone.enrol("to")
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
    said = phone.run(ADD, base64.b64encode(heic).decode())
    assert "HEIC" in said["refused"]
    assert "Không mở được ảnh này" in phone.run(ADD, base64.b64encode(b"khong phai anh").decode())["refused"]
    huge = b"\xff\xd8\xff\xc0\x00\x11\x08" + (9000).to_bytes(2, "big") + (12000).to_bytes(2, "big") + bytes(40)
    assert "lớn quá" in phone.run(ADD, base64.b64encode(huge).decode())["refused"]
    assert phone.run("() => engine.openDraft(sheet.id)")["photos"] == []


def test_the_first_visit_is_small(phone: Phone, line: DroppingLine) -> None:
    phone.start()
    phone.run("() => navigator.serviceWorker.ready.then(() => undefined)")
    phone.page.wait_for_timeout(500)
    seen = line.said()["bytes"]
    total = sum(seen.values())
    listing = "\n".join(f"{size:>7} {path}" for path, size in sorted(seen.items(), key=lambda each: -each[1]))
    print(f"first visit: {total} bytes over the wire\n{listing}")  # noqa: T201
    assert any("/static/field/engine" in path for path in seen)
    assert total <= FIRST_LOAD, listing
