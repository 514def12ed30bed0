"""The boards of a province: its figures read, a change until it shows, and a whole day counted beside the same integers counted
by bare SQL that was written separately."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.figure import Figure
from core.kit import clock
from core.kit.bulk import insert_many
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from core.places.queries import communes_of, unit_by_code
from ocop.certificates.models import Certificate
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.rules import digest
from ocop.indicators.actions import count_day, recount_due
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope, measure
from ocop.indicators.ready import RECOUNT_EVERY
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import figures
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, Platform, PlatformAccount
from onboarding.households.actions import end_household
from onboarding.households.models import Household
from onboarding.producers.models import Producer, ProducerKind

NAME = "boards"
_SOME, _ALL = (20_000, 200), (200_000, 2_000)
_ROUNDS, _CHANGES = 60, 5
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

    bare = min(_timed(_bare) for _ in range(3))
    whole = min(_timed(count_day) for _ in range(3))
    _same(scope)
    reading = sorted(_timed(lambda: figures(scope)) for _ in range(_ROUNDS))
    live = _timed(lambda: measure(INDICATORS.values(), scope))
    shown = max(_change(scope) for _ in range(_CHANGES))
    size = f"{households} households, {products} products"
    return [
        Figure(f"figures of a province, {size}, p95 of {_ROUNDS}", reading[int(_ROUNDS * 0.95)] * 1000, "ms", f"rows counted live: {live * 1000:.0f} ms", reading[int(_ROUNDS * 0.95)] / live, "< 300"),
        Figure(f"… a change until it shows: at most {RECOUNT_EVERY.total_seconds() + _LOOK} s until a worker looks, and the count", RECOUNT_EVERY.total_seconds() + _LOOK + shown, "s", f"the count alone: {shown:.2f} s", None, "< 5"),
        Figure("… a whole day counted and kept", whole, "s", f"bare SQL, the same integers: {bare:.2f} s", whole / bare, "<= 3x"),
    ]  # fmt: skip


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _change(scope: Scope) -> float:
    """One household ends; seconds of the counting until the figures say so."""
    home = Household.objects.filter(
        commune__parent=scope.unit, ended_on=None, producers__platform_accounts__isnull=False
    )[0]
    end_household(household=home, reason="moved", by=SYSTEM)
    return _timed(recount_due) + _timed(lambda: figures(scope))


def _same(scope: Scope) -> None:
    """The bare statement counts what the product counts, or comparing their times says nothing."""
    verified, framed, voso, certified = _bare()
    kept = {each.indicator.code: (each.numerator, each.denominator) for each in figures(scope).measurements}
    assert figures(scope).counted_at is not None and Tally.objects.exists()
    assert (kept["I1"], kept["I2v"]) == ((verified, framed), (voso, certified)), (
        kept,
        verified,
        framed,
        voso,
        certified,
    )


def _bare() -> tuple[int, int, int, int]:
    """Every integer of every indicator per commune, in three statements by hand; the sums of four of them."""
    values: dict[str, Any] = {
        "end": clock.window(clock.today()).end, "d180": clock.window(clock.today(), 180).start, "d90": clock.window(clock.today(), 90).start,
        "d30": clock.window(clock.today(), 30).start, "today": clock.today(), "year": clock.today().year, "first90": clock.today() - timedelta(days=90),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BARE_HOUSEHOLDS, values)
        homes = cursor.fetchall()
        cursor.execute(_BARE_PRODUCTS, values)
        goods = cursor.fetchall()
        cursor.execute(_BARE_HAMLETS, values)
        cursor.fetchall()
    return (
        sum(row[2] for row in homes),
        sum(row[1] for row in homes),
        sum(row[2] for row in goods),
        sum(row[1] for row in goods),
    )


_LOOKS = """
looks AS (SELECT link_id, at, result, ROW_NUMBER() OVER (PARTITION BY link_id ORDER BY at DESC, id DESC) AS n
  FROM onboarding_observation WHERE result IN ('live', 'gone') AND at < %(end)s),
pages AS (SELECT k.id, k.account_id, k.kind, k.platform_id, l.at, l.result FROM onboarding_outsidelink k JOIN looks l ON l.link_id = k.id AND l.n = 1)"""
_BARE_HOUSEHOLDS = f"""
WITH {_LOOKS},
words AS (SELECT account_id, result, reporter, source_sha256, at, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY at DESC, id DESC) AS n
  FROM onboarding_accountreport WHERE at < %(end)s),
seen AS (SELECT account_id,
    MAX(CASE WHEN result = 'live' AND at >= %(d180)s THEN 1 ELSE 0 END) AS verified,
    MAX(CASE WHEN result = 'live' AND at >= %(d90)s AND kind = 'product' THEN 1 ELSE 0 END) AS selling,
    MAX(CASE WHEN result = 'gone' THEN 1 ELSE 0 END) AS gone FROM pages GROUP BY account_id),
done AS (SELECT account_id, 1 AS active, MAX(CASE WHEN kind = 'trade' THEN 1 ELSE 0 END) AS traded
  FROM onboarding_accountactivity WHERE happened_on >= %(first90)s AND happened_on <= %(today)s AND at < %(end)s GROUP BY account_id),
accounts AS (SELECT p.household_id, 
    MAX(CASE WHEN COALESCE(s.verified, 0) = 1 OR (w.result = 'opened' AND w.reporter = 'platform' AND w.source_sha256 <> '' AND w.at >= %(d180)s) THEN 1 ELSE 0 END) AS verified,
    MAX(CASE WHEN COALESCE(s.verified, 0) = 1 OR COALESCE(s.gone, 0) = 0 THEN 1 ELSE 0 END) AS claimed,
    MAX(COALESCE(s.selling, 0)) AS selling, MAX(COALESCE(d.active, 0)) AS active, MAX(COALESCE(d.traded, 0)) AS traded
  FROM onboarding_platformaccount a JOIN onboarding_producer p ON p.id = a.producer_id JOIN onboarding_platform f ON f.id = a.platform_id
  LEFT JOIN seen s ON s.account_id = a.id LEFT JOIN done d ON d.account_id = a.id LEFT JOIN words w ON w.account_id = a.id AND w.n = 1
  WHERE f.counts_for_target AND a.claimed_at < %(end)s AND (a.closed_on IS NULL OR a.closed_on > %(today)s) AND COALESCE(w.result, '') <> 'closed'
    AND p.household_id IS NOT NULL GROUP BY p.household_id),
frames AS (SELECT id, unit_id FROM ocop_frame WHERE year = %(year)s AND signed_at < %(end)s AND ended_at IS NULL),
framed AS (SELECT DISTINCT h.household_id FROM ocop_framehousehold h JOIN frames f ON f.id = h.frame_id),
shared AS (SELECT phone_index FROM onboarding_sharedphone WHERE households > 3 AND households > cleared_for AND flagged_at < %(end)s),
homes AS (SELECT h.id, h.commune_id, f.household_id IS NOT NULL AS framed,
    h.registered_at < %(end)s AND (h.ended_on IS NULL OR h.ended_on > %(today)s) AS living,
    h.phone_index IN (SELECT phone_index FROM shared) AS out
  FROM onboarding_household h LEFT JOIN framed f ON f.household_id = h.id)
SELECT h.commune_id, SUM(CASE WHEN h.framed THEN 1 ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.verified, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.claimed, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.selling, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.active, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.traded, 0) ELSE 0 END),
  SUM(CASE WHEN h.living AND NOT h.framed AND h.commune_id NOT IN (SELECT unit_id FROM frames) THEN 1 ELSE 0 END)
FROM homes h LEFT JOIN accounts a ON a.household_id = h.id GROUP BY h.commune_id"""  # noqa: S608  no text from outside
_BARE_PRODUCTS = f"""
WITH {_LOOKS},
sold AS (SELECT l.product_id, MAX(CASE WHEN f.code = 'voso' THEN 1 ELSE 0 END) AS voso, MAX(CASE WHEN f.code = 'postmart' THEN 1 ELSE 0 END) AS postmart
  FROM ocop_presencelink l JOIN pages p ON p.id = l.outside_link_id JOIN onboarding_platform f ON f.id = p.platform_id
  WHERE l.ended_at IS NULL AND p.result = 'live' AND p.at >= %(d30)s GROUP BY l.product_id),
papers AS (SELECT product_id, 1 AS certified FROM ocop_certificate WHERE stars >= 3 AND quality IN ('A', 'B1') AND recognised_on <= %(today)s
  AND earliest_end >= %(today)s AND revoked_on IS NULL AND superseded_on IS NULL GROUP BY product_id)
SELECT o.unit_id, SUM(COALESCE(p.certified, 0)), SUM(CASE WHEN p.certified = 1 THEN COALESCE(s.voso, 0) ELSE 0 END),
  SUM(CASE WHEN p.certified = 1 THEN COALESCE(s.postmart, 0) ELSE 0 END),
  SUM(CASE WHEN p.certified = 1 AND s.voso = 1 AND s.postmart = 1 THEN 1 ELSE 0 END),
  SUM(CASE WHEN p.certified = 1 AND (s.voso = 1 OR s.postmart = 1) THEN 1 ELSE 0 END)
FROM ocop_ocopproduct o LEFT JOIN papers p ON p.product_id = o.id LEFT JOIN sold s ON s.product_id = o.id GROUP BY o.unit_id"""  # noqa: S608
_BARE_HAMLETS = """
SELECT h.commune_id, COUNT(*), SUM(CASE WHEN EXISTS (SELECT 1 FROM onboarding_teamhamlet t JOIN onboarding_team m ON m.id = t.team_id
  WHERE t.hamlet_id = h.id AND t.valid_from <= %(today)s AND (t.valid_to IS NULL OR t.valid_to > %(today)s)
    AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to > %(today)s)) THEN 1 ELSE 0 END)
FROM core_hamlet h WHERE (h.valid_from IS NULL OR h.valid_from <= %(today)s) AND (h.valid_to IS NULL OR h.valid_to > %(today)s) GROUP BY h.commune_id"""


def _fill(province: Unit, households: int, products: int) -> None:
    """Households in all communes; of ten, six have an account and four of these were seen; nine communes of ten have a frame."""
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
        for number, commune in enumerate(communes):
            if number % 10 == 9:
                continue
            ids = [home.pk for home in homes[number :: len(communes)]]
            frame = Frame.objects.create(
                unit=commune, year=clock.today().year, source="review", count=len(ids), sha256=digest(ids), made_by=maker, made_at=at,
                signed_by=signer, signed_at=at,
            )  # fmt: skip
            insert_many([FrameHousehold(frame=frame, household_id=pk) for pk in ids])
        _fill_products(communes, products, links, (voso, postmart), accounts)


def _fill_products(communes: list[Unit], number: int, links: list[OutsideLink], platforms: tuple[Platform, Platform], accounts: list[PlatformAccount]) -> None:  # fmt: skip
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
        for turn in range(number)
    ]  # fmt: skip
    insert_many(pages)
    insert_many(
        [Observation(link=page, at=at, observer="adapter", result="live", evidence_hash="0" * 64) for page in pages]
    )
    insert_many([
        PresenceLink(product=product, outside_link=page, linked_at=at) for product, page in zip(made, pages, strict=True)
    ])  # fmt: skip
    del links
