"""The boards of a province: its board opened, a change until it shows there, and a whole day counted beside the same integers
counted by bare SQL that was written separately."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import RequestFactory, override_settings
from django.utils import timezone

from benchmarks.bare_counts import bare_counts
from benchmarks.figure import Figure
from core.kit import clock, money
from core.kit.bulk import insert_many
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from core.places.queries import communes_of, unit_by_code
from ocop.boards.views.board import board
from ocop.certificates.models import Certificate
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.rules import digest
from ocop.indicators.actions import count_day, recount_due
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope, measure, rows_on
from ocop.indicators.ready import RECOUNT_EVERY
from ocop.indicators.registry import INDICATORS, Side
from ocop.indicators.tallies import figures
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct
from onboarding.accounts.models import (
    AccountActivity,
    AccountReport,
    Observation,
    OutsideLink,
    Platform,
    PlatformAccount,
)
from onboarding.households.actions import end_household
from onboarding.households.models import Household
from onboarding.producers.models import Producer, ProducerKind

NAME = "boards"
_SOME, _ALL = (20_000, 200), (200_000, 2_000)
_ROUNDS, _CHANGES = 60, 5
_PLAIN_STATIC = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}  # nothing is collected
_LOOK = 0.5  # how often a worker looks at its schedule, in seconds


def run(full: bool) -> list[Figure]:
    """20,000 households and 200 products; `full` 200,000 and 2,000."""
    households, products = _ALL if full else _SOME
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    _fill(province, households, products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    phuong = User.objects.create(username="do-bang", full_name="Người đo")
    Grant.objects.create(user=phuong, role=Role.PROVINCE, unit=province, valid_from=date(2020, 1, 1))
    scope = Scope(viewer_for(phuong), clock.today(), province)

    bare = min(_timed(bare_counts) for _ in range(3))
    whole = min(_timed(count_day) for _ in range(3))
    _same(scope)
    reading = sorted(_timed(lambda: _page(phuong, province)) for _ in range(_ROUNDS))
    p95 = reading[int(_ROUNDS * 0.95)]
    live = _timed(lambda: measure(INDICATORS.values(), scope))
    shown = max(_change(phuong, province) for _ in range(_CHANGES))
    waits = RECOUNT_EVERY.total_seconds() + _LOOK
    Tally.objects.all().delete()
    uncounted = _timed(lambda: _page(phuong, province))
    size = f"{households} households, {products} products"
    return [
        Figure(f"the board of a province, {size}, p95 of {_ROUNDS}", p95 * 1000, "ms", f"its rows counted live: {live * 1000:.0f} ms", p95 / live, "< 300"),
        Figure("… where the day has not been counted yet", uncounted * 1000, "ms", f"its rows counted live: {live * 1000:.0f} ms", uncounted / live),
        Figure(f"… a change until the board shows it: at most {waits} s until a worker looks, the count, the board", waits + shown, "s", f"count and board: {shown:.2f} s; a whole day: {whole:.2f} s", shown / whole, "< 5"),
        Figure("… a whole day counted and kept", whole, "s", f"bare SQL, the same integers, nothing kept: {bare:.2f} s", whole / bare, "<= 3x"),
    ]  # fmt: skip


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _page(user: User, province: Unit) -> str:
    """The board of the province as this person gets it, without the way through the middleware."""
    request: Any = RequestFactory().get("/bang/", {"unit": province.code})
    request.user, request.session, request._viewer = user, SessionStore(), viewer_for(user)
    with override_settings(STORAGES=settings.STORAGES | _PLAIN_STATIC):
        answer: Any = board(request)
    assert answer.status_code == 200
    return str(answer.content.decode())


def _change(user: User, province: Unit) -> float:
    """One household ends; seconds of the counting, and of the board that says so."""
    scope = Scope(viewer_for(user), clock.today(), province)
    before = figures(scope, [INDICATORS["I1"]]).measurements[0]
    home = rows_on(INDICATORS["I1"], scope, Side.NUMERATOR)[0]
    end_household(household=home, reason="moved", by=SYSTEM)
    took = _timed(recount_due)
    start = time.perf_counter()
    seen = _page(user, province)
    took += time.perf_counter() - start
    assert money.rate(before.numerator - 1, before.denominator) in seen, "the board does not show the change"
    return took


def _same(scope: Scope) -> None:
    """The bare statements count what the product counts, or comparing their times says nothing."""
    found = figures(scope)
    assert found.counted_at is not None and Tally.objects.exists()
    kept = {each.indicator.code: (each.numerator, each.denominator, each.missing) for each in found.measurements}
    bare = bare_counts()
    assert kept == bare, (kept, bare)
    assert all(
        numbers[0] for code, numbers in bare.items() if code in {"I1", "I1b", "I1c", "I1d", "I2both", "I2any"}
    ), bare


def _fill(province: Unit, households: int, products: int) -> None:
    """Households in all communes; of ten, six have an account, of six of these five were looked at; nine communes of ten have a frame."""
    communes, at = communes_of(province), timezone.now() - timedelta(days=40)
    maker, signer = (User.objects.create(username=name, full_name=name) for name in ("do-lap", "do-ky"))
    voso, postmart = (Platform.objects.get(code=code) for code in ("voso", "postmart"))
    with transaction.atomic():
        hamlets = [Hamlet(commune=each, name="Ấp đo") for each in communes]
        insert_many(hamlets)
        homes = [
            Household(
                record_id=uuid.uuid4(), head_name="Nguyễn Văn Đo", hamlet=hamlets[number % len(hamlets)], commune=communes[number % len(communes)],
                phone_owner="none", registered_at=at,
            )
            for number in range(households)
        ]  # fmt: skip
        insert_many(homes)
        selling = [home for number, home in enumerate(homes) if number % 10 < 6]
        makers = [Producer(kind=ProducerKind.FARM_HOUSEHOLD, name="Hộ", commune_id=home.commune_id, household=home, registered_at=at) for home in selling]  # fmt: skip
        insert_many(makers)
        accounts = [PlatformAccount(platform=voso, producer=each, claimed_at=at) for each in makers]
        insert_many(accounts)
        links = [
            OutsideLink(kind="product", platform=voso, account=each, url=f"https://voso.vn/do-p{number}.html", claimed_at=at)
            for number, each in enumerate(accounts)
        ]  # fmt: skip
        insert_many(links)
        looks = [
            Observation(link=link, at=at + timedelta(days=turn), observer="adapter", result="gone" if turn == 2 and number % 6 == 5 else "live", evidence_hash="0" * 64)
            for number, link in enumerate(links) if number % 6 < 4 or number % 6 == 5 for turn in (0, 1, 2)
        ]  # fmt: skip
        insert_many(looks)
        # Of six accounts, two did something lately, one of them sold; the one nobody looked at is in a file of the platform's.
        insert_many(
            [
                AccountActivity(
                    account=each,
                    kind="trade" if number % 6 else "show",
                    happened_on=clock.today() - timedelta(days=number % 80),
                    source="platform",
                    at=at,
                    source_sha256="0" * 64,
                )
                for number, each in enumerate(accounts)
                if number % 6 < 2
            ]
        )
        insert_many([
            AccountReport(account=each, at=at, reporter="platform", result="opened", source_sha256="0" * 64)
            for number, each in enumerate(accounts) if number % 6 == 4
        ])  # fmt: skip
        for number, commune in enumerate(communes):
            if number % 10 == 9:
                continue
            ids = [home.pk for home in homes[number :: len(communes)]]
            frame = Frame.objects.create(
                unit=commune, year=clock.today().year, source="review", count=len(ids), sha256=digest(ids), made_by=maker, made_at=at,
                signed_by=signer, signed_at=at,
            )  # fmt: skip
            insert_many([FrameHousehold(frame=frame, household_id=pk) for pk in ids])
        _fill_products(communes, products, (voso, postmart), accounts)


def _fill_products(communes: list[Unit], number: int, platforms: tuple[Platform, Platform], accounts: list[PlatformAccount]) -> None:  # fmt: skip
    at, first = timezone.now() - timedelta(days=3), clock.today() - timedelta(days=300)
    made = [
        OcopProduct(name=f"Sản phẩm {each}", producer_name="HTX", unit=communes[each % len(communes)], row_key=f"do{each}", recorded_at=at)
        for each in range(number)
    ]  # fmt: skip
    insert_many(made)
    for each in made:
        Certificate.objects.create(
            product=each, stars=3, recognised_on=first, precision="day", earliest_end=clock.add_months(first, 36),
            latest_end=clock.add_months(first, 36), paper_key=f"do{each.pk}",
        )  # fmt: skip
    pages = [
        OutsideLink(kind="product", platform=platforms[turn % 2], account=accounts[turn % len(accounts)], url=f"https://do.example/{turn}", claimed_at=at)
        for turn in range(2 * number)
    ]  # fmt: skip
    insert_many(pages)
    insert_many(
        [Observation(link=page, at=at, observer="adapter", result="live", evidence_hash="0" * 64) for page in pages]
    )
    insert_many([
        PresenceLink(product=made[turn // 2], outside_link=page, linked_at=at) for turn, page in enumerate(pages) if turn % 8 != 3
    ])  # fmt: skip
