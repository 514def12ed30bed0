"""The service on the big world: boards, a change until its board shows it, a whole day counted, a commune's desk, units found,
and how much memory web and worker take. PostgreSQL only.

With FULL=1 it measures the world that `manage.py bigworld` has put into the database of DATABASE_URL (and adds a few people and
looks to it); without one there, or without FULL=1, a world made for it: the whole one, or a thousandth.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.bare_counts import bare_counts
from benchmarks.figure import Figure
from benchmarks.places import asked, truth
from benchmarks.serving import gunicorn
from config import env
from config.bigworld.ground import begun_world
from config.bigworld.making import made_so_far, make_bigworld
from config.bigworld.plan import WHOLE_HOUSEHOLDS, Commune, World
from core.jobs.models import Schedule
from core.kit import clock, money
from core.people.keys.actions import make_api_token
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM
from core.places.models import Unit
from ocop.indicators.actions import count_day
from ocop.indicators.models import Recount, Tally
from ocop.indicators.registry import INDICATORS
from onboarding.accounts.actions.claiming import claim_link
from onboarding.accounts.actions.observing import observe
from onboarding.accounts.models import Observation, PlatformAccount
from onboarding.households.models import Household

NAME = "big"
GIVEN = "bigworld_plan"  # the table by which a database that is given is known to hold one
_SMALL = WHOLE_HOUSEHOLDS // 1_000
_VISITS, _CHANGES = 40, 3
_QUIET_WITHIN, _CHANGE_WITHIN = 900, 120
# Once a day the search's documents are compared with all they tell of: more than an hour of a world of this size, which a worker
# that has never run would begin at once. A province's worker does it at night.
_AT_NIGHT = ("search.check",)


def run(full: bool) -> list[Figure]:
    """Nothing on another database than PostgreSQL."""
    if connection.vendor != "postgresql":
        print("the big world needs PostgreSQL", file=sys.stderr)
        return []
    world = begun_world() or make_bigworld(households=WHOLE_HOUSEHOLDS if full else _SMALL, processes=2)
    made = made_so_far()
    size = f"{made} of {world.households} households" if made < world.households else f"{made} households"
    communes = _made(world)
    figures = _counting(size)
    nation = _person(Role.NATIONAL, None)
    call_command("collectstatic", interactive=False, verbosity=0)
    _leave_out(*_AT_NIGHT)
    with gunicorn("config.wsgi", "/health/ready") as address, _worker():
        _wait_until_quiet()
        figures += _boards(address, nation, communes, size)
        figures += _desk(address, communes)
        figures += _unit_search(address, nation)
        figures += _change(address, nation, communes)
        figures += _memory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (bytes_used,) = cursor.fetchone()
    return [
        *figures,
        Figure("size of the database", bytes_used / 1e9, "GB", f"{bytes_used / made:.0f} bytes a household"),
    ]


def _made(world: World) -> list[Commune]:
    """The communes that are there with households and a frame, largest first."""
    there = set(Household.objects.order_by().values_list("commune", flat=True).distinct())
    found = [each for each in world.parts if each.pk in there and each.has_frame]
    return sorted(found, key=lambda each: -len(each.households))


def _counting(size: str) -> list[Figure]:
    """A whole day, kept, beside the bare SQL."""
    bare_seconds, bare = _timed(bare_counts)
    whole, _ = _timed(count_day)
    kept = dict.fromkeys(INDICATORS, (0, 0, 0))
    for row in Tally.objects.filter(on=clock.today(), indicator__in=list(INDICATORS)):
        kept[row.indicator] = tuple(
            a + b for a, b in zip(kept[row.indicator], (row.numerator, row.denominator, row.missing), strict=True)
        )  # type: ignore[assignment]
    assert kept == bare, (kept, bare)
    ratio = whole / bare_seconds
    return [
        Figure(f"a whole day counted and kept, {size}", whole, "s", f"bare SQL, the same integers, nothing kept: {bare_seconds:.1f} s", ratio, "<= 120"),
        Figure("… beside the bare SQL", whole, "s", f"{bare_seconds:.1f} s", ratio, "<= 3x"),
    ]  # fmt: skip


def _boards(address: str, nation: User, communes: Sequence[Commune], size: str) -> list[Figure]:
    """The boards of the country, of provinces and of communes, by turns; how often the database is asked for each."""
    units = Unit.objects.filter(pk__in=[each.pk for each in communes[:: max(1, len(communes) // 30)]])
    codes = sorted(units.values_list("code", flat=True))
    provinces = sorted(set(units.values_list("parent__code", flat=True)))
    figures = []
    health = _p95(_visits(address, requests.Session(), ["/health/ready"]))
    with _signed_in(address, nation) as session:
        for what, paths in (
            ("the country", ["/bang/"]),
            ("provinces", [f"/bang/?unit={code}" for code in provinces]),
            ("communes", [f"/bang/?unit={code}" for code in codes]),
        ):
            seconds = _visits(address, session, paths)
            p50, p95 = statistics.median(seconds), _p95(seconds)
            figures.append(Figure(f"the board of {what}, p95 of {len(seconds)}, {size}", p95 * 1000, "ms", f"p50 {p50 * 1000:.0f} ms; health page {health * 1000:.0f} ms", p95 / health, "< 200"))  # fmt: skip
            figures.append(Figure("… statements", _statements(nation, paths[0]), "", target="<= 10"))
    return figures


def _desk(address: str, communes: Sequence[Commune]) -> list[Figure]:
    """The household list of the largest commune and of an ordinary one, as their officers see it."""
    health = _p95(_visits(address, requests.Session(), ["/health/ready"]))
    figures = []
    for what, commune in (("the largest commune", communes[0]), ("an ordinary commune", communes[len(communes) // 2])):
        officer = _person(Role.COMMUNE, Unit.objects.get(pk=commune.pk))
        phones = [
            each.phone
            for each in Household.objects.filter(commune=commune.pk).exclude(phone_index="").order_by("pk")[:20]
        ]
        asked_for = {
            "first page": ["/xa/ho/"],
            "a search by name": [
                f"/xa/ho/?q={name}" for name in ("nguyen van an", "tran thi", "le hanh", "pham", "dieu tam")
            ],
            "a search by phone": [f"/xa/ho/?q=0{phone[3:]}" for phone in phones],
        }
        with _signed_in(address, officer) as session:
            for kind, paths in asked_for.items():
                seconds = _visits(address, session, paths)
                p95 = _p95(seconds)
                figures.append(Figure(f"households of {what} ({len(commune.households)}), {kind}, p95", p95 * 1000, "ms", f"p50 {statistics.median(seconds) * 1000:.0f} ms; health page {health * 1000:.0f} ms", p95 / health, "< 200"))  # fmt: skip
    return figures


def _unit_search(address: str, nation: User) -> list[Figure]:
    """Units found by their written names, here and through the API."""
    rows = truth()
    asked(rows[0])  # the index of names is read once
    seconds = [_timed(lambda row=row: asked(row))[0] for row in rows]  # type: ignore[misc]
    paths = [f"/api/v1/units/find?commune={row['commune_old']}&province={row['province_old']}&on=2025-06-30" for row in rows]  # fmt: skip
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {make_api_token(user=nation, name='bench', by=SYSTEM)}"
        through = _visits(address, session, paths)
    words = f"through the API {statistics.median(through) * 1000:.0f} ms, p95 {_p95(through) * 1000:.0f} ms"
    return [Figure(f"a unit found by its written name, p95 of {len(rows)}", _p95(seconds) * 1000, "ms", words, None, "< 5")]  # fmt: skip


def _change(address: str, nation: User, communes: Sequence[Commune]) -> list[Figure]:
    """Somebody sees the page of an account that was only claimed; until the board of its commune says so."""
    took = [_one_change(address, nation, commune) for commune in [communes[0], *random.Random(1).sample(communes, _CHANGES - 1)]]  # fmt: skip
    return [Figure(f"a change until its board shows it, longest of {len(took)}", max(took), "s", f"each: {', '.join(f'{each:.1f}' for each in took)} s; the worker looks every 2 s", None, "< 5")]  # fmt: skip


def _one_change(address: str, nation: User, commune: Commune) -> float:
    unit = Unit.objects.get(pk=commune.pk)
    account = PlatformAccount.objects.filter(
        producer__household__commune=unit, producer__household__ended_on=None, links=None, reports=None, closed_on=None
    ).order_by("-pk")[0]
    before = Tally.objects.filter(on=clock.today(), indicator="I1", unit=unit)
    numerator, denominator = sum(each.numerator for each in before), sum(each.denominator for each in before)
    name = f"https://voso.vn/moi-p{account.pk}.html" if account.platform.code == "voso" else f"https://postmart.vn/p/moi-{account.pk}.html"  # fmt: skip
    link = claim_link(account=account, url=name, by=SYSTEM)
    observe(link=link, result=Observation.Result.LIVE, observer=Observation.Observer.ADAPTER, by=SYSTEM)
    start, wanted = time.perf_counter(), money.rate(numerator + 1, denominator)
    with _signed_in(address, nation) as session:
        while wanted not in session.get(f"{address}/bang/?unit={unit.code}", timeout=60).text:
            if time.perf_counter() - start > _CHANGE_WITHIN:
                raise RuntimeError(f"the board does not show {wanted}")
            time.sleep(0.1)
    return time.perf_counter() - start


def _memory() -> list[Figure]:
    """The most that each process has held at once, MB."""
    found: dict[str, list[float]] = {"web": [], "worker": []}
    for pid in _descendants(os.getpid()):
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        found["web" if "gunicorn" in words else "worker"].append(peak)
    return [
        Figure(f"peak memory, {what}", max(each), "MB", f"its processes: {', '.join(f'{peak:.0f}' for peak in sorted(each))} MB")
        for what, each in found.items()
        if each
    ]  # fmt: skip


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = each.read_text(encoding="utf-8")
        except OSError:
            continue
        children.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(each.parent.name))
    found, waiting = [], list(children.get(pid, []))
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


@contextmanager
def _worker() -> Iterator[None]:
    running = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=env.ROOT, env=os.environ)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=120)


def _leave_out(*names: str) -> None:
    """As if these had just been done."""
    now = clock.now()
    for name in names:
        done = {"last_run_at": now, "next_run_at": now + timedelta(days=1), "lease_until": None}
        Schedule.objects.update_or_create(name=name, defaults=done)


def _wait_until_quiet() -> None:
    """The worker has counted what was to be counted when it came, and has begun and ended everything else of its day once."""
    until = time.monotonic() + _QUIET_WITHIN
    time.sleep(5)
    never_done = Schedule.objects.filter(last_run_at=None)
    while Recount.objects.exists() or not Tally.objects.filter(on=clock.today()).exists() or never_done.exists():
        if time.monotonic() > until:
            raise RuntimeError("the worker does not come to an end")
        time.sleep(1)


def _person(role: str, unit: Unit | None) -> User:
    user = User.objects.create(username=f"do-{role}-{time.time_ns()}", full_name="Người đo")
    Grant.objects.create(user=user, role=role, unit=unit, valid_from=date(2020, 1, 1))
    return user


def _client(user: User) -> Client:
    """Signed in whole, as after the pages for it."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@contextmanager
def _signed_in(address: str, user: User) -> Iterator[requests.Session]:
    with requests.Session() as session:
        name = settings.SESSION_COOKIE_NAME
        session.cookies.set(name, _client(user).cookies[name].value)
        yield session


def _statements(user: User, path: str) -> int:
    """What the page itself asks of the database: without those of every page of a signed-in person."""
    client = _client(user)
    client.get(path)
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(path).status_code == 200
    if os.environ.get("SHOW"):
        for each in asked_for.captured_queries:
            print(each["time"], each["sql"][:300], file=sys.stderr)
    return len(asked_for)


def _visits(address: str, session: requests.Session, paths: Sequence[str]) -> list[float]:
    """Seconds of so many visits in turn; the first of each process is not counted."""
    for _ in range(4):
        session.get(f"{address}{paths[0]}", timeout=120)
    seconds = []
    for number in range(_VISITS):
        start = time.perf_counter()
        answer = session.get(f"{address}{paths[number % len(paths)]}", timeout=120)
        took = time.perf_counter() - start
        assert answer.status_code == 200, (answer.status_code, answer.url, answer.text[:200])
        seconds.append(took)
    return seconds


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer
