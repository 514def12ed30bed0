"""The kept counts are what a live count finds, after whatever happened, and the boards' figures are their sums."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer
from core.places.models import Hamlet, Unit
from ocop.certificates.actions import revoke_certificate
from ocop.frames.actions import make_frame, replace_frame, sign_frame
from ocop.frames.queries import frame_in_force
from ocop.indicators.actions import count_day, recount_due, tallying
from ocop.indicators.models import Recount, Tally
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import figures, kept_by_unit
from ocop.presence.actions import link_listing, unlink_listing
from ocop.presence.models import PresenceLink
from onboarding.accounts.actions import claim_account, claim_link, close_account, observe, record_activity
from onboarding.accounts.models import OutsideLink, PlatformAccount
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.producers.models import Producer
from onboarding.teams.actions import assign_hamlet, end_team, found_team
from onboarding.teams.models import Team
from onboarding.visits.actions import log_visit
from tests.ocop.conftest import Land, framed, household, listing, person, platform, producer, product, put_on, viewer

TODAY = date(2026, 11, 22)
BUDGET_OF_A_COUNT = 4 + (connection.vendor == "postgresql")  # whatever is counted; there, the counters' lock
Numbers = dict[str, tuple[Any, ...]]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock_:
        yield clock_


def told(found: Any) -> Numbers:
    return {each.indicator.code: (each.numerator, each.denominator, each.missing, dict(each.beside)) for each in found}


def scopes(land: Land, phuong: User) -> list[Scope]:
    who, everybody = viewer(phuong), viewer(person("Quản trị", operator=True))
    return [
        Scope(everybody, TODAY), Scope(who, TODAY), Scope(who, TODAY, land.phu_thuy), Scope(who, TODAY, land.tuy_phong),
        Scope(everybody, TODAY, land.lam_dong), Scope(everybody, TODAY, None, "60"), Scope(everybody, TODAY, None, "77"),
    ]  # fmt: skip


def agree(land: Land, phuong: User) -> None:
    for scope in scopes(land, phuong):
        assert figures(scope).counted_at is not None
        assert told(figures(scope).measurements) == told(measure(INDICATORS.values(), scope)), scope
        for each in measure(INDICATORS.values(), scope):
            units = kept_by_unit(scope, [each.indicator])[each.indicator.code].values()
            summed = (
                sum(one.numerator for one in units),
                sum(one.denominator for one in units),
                sum(one.missing for one in units),
            )
            assert summed == (each.numerator, each.denominator, each.missing)


class Life:
    """Things that happen, through the actions that people use, drawn by lot."""

    def __init__(self, land: Land, seed: int) -> None:
        self.lot, self.land = random.Random(seed), land
        self.maker = viewer(person("Lập", Role.PROVINCE, land.lam_dong))
        self.signer = viewer(person("Ký", Role.PROVINCE, land.lam_dong))
        self.hamlets = [
            Hamlet.objects.create(commune=unit, name=f"Ấp {n}")
            for unit in (land.phu_thuy, land.tuy_phong)
            for n in (1, 2)
        ]
        self.products = [
            product(f"Mật ong P{n}", (4, "2025-03-01"), unit=unit, former=former)
            for n, (unit, former) in enumerate(
                [(land.phu_thuy, land.old_binh_thuan), (land.lam_dong, None), (None, None), (land.con_dao, None)]
            )
        ]
        self.listings = [listing(f"Mật ong P{n}", land.phu_thuy) for n in range(3)]
        self.pages = [put_on(sold, code) for sold in self.listings for code in ("voso", "postmart")]

    def step(self) -> None:
        doings: list[Callable[[], None]] = [
            self.register, self.register, self.change, self.end, self.claim, self.claim, self.look, self.look, self.close, self.act, self.frame,
            self.link, self.unlink, self.revoke, self.team, self.visit,
        ]  # fmt: skip
        self.lot.choice(doings)()

    def home(self) -> Household | None:
        homes = list(Household.objects.order_by("pk"))
        return self.lot.choice(homes) if homes else None

    def register(self) -> None:
        hamlet = self.lot.choice(self.hamlets)
        facts = HouseholdFacts("Trần Thị Sáu", hamlet, phone="+84912345678", phone_owner="relative")
        if self.lot.random() < 0.7:
            facts = HouseholdFacts("Trần Thị Sáu", hamlet, phone_owner="none")
        made = register_household(record_id=uuid.UUID(int=self.lot.getrandbits(128)), facts=facts, by=SYSTEM)
        producer("Hộ", hamlet.commune, made)

    def change(self) -> None:
        if home := self.home():
            change_household(household=home, changes={"hamlet": self.lot.choice(self.hamlets)}, by=SYSTEM)

    def end(self) -> None:
        if (home := self.home()) and self.lot.random() < 0.4:
            end_household(household=home, reason="moved", by=SYSTEM)

    def claim(self) -> None:
        makers = list(Producer.objects.filter(household__isnull=False).order_by("pk"))
        if makers:
            account = claim_account(platform=platform("voso"), producer=self.lot.choice(makers), by=SYSTEM)
            claim_link(account=account, url=f"https://voso.vn/a-p{account.pk}.html", by=SYSTEM)

    def look(self) -> None:
        links = list(OutsideLink.objects.order_by("pk"))
        result = self.lot.choice(["live", "live", "live", "gone", "uncheckable"])
        observe(link=self.lot.choice(links), result=result, observer="adapter", by=SYSTEM)

    def close(self) -> None:
        accounts = list(PlatformAccount.objects.filter(closed_on=None).order_by("pk"))
        if self.lot.random() < 0.3:
            close_account(account=self.lot.choice(accounts), on=TODAY, reason="x", by=SYSTEM)

    def act(self) -> None:
        accounts = list(
            PlatformAccount.objects.filter(closed_on=None, producer__commune__parent=self.land.lam_dong).order_by("pk")
        )
        if accounts:
            record_activity(
                account=self.lot.choice(accounts),
                kind=self.lot.choice(["show", "trade"]),
                happened_on=TODAY - timedelta(days=self.lot.choice([0, 90, 91])),
                source="producer",
                by=self.maker,
            )

    def frame(self) -> None:
        unit = self.lot.choice([self.land.phu_thuy, self.land.tuy_phong])
        if not Household.objects.filter(commune=unit, ended_on=None).exists():
            return
        current = frame_in_force(unit, 2026)
        facts: Any = {"source": "review", "document": "", "by": self.maker}
        made = (
            replace_frame(frame=current, reason="x", **facts) if current else make_frame(unit=unit, year=2026, **facts)
        )
        sign_frame(frame=made, by=self.signer)

    def link(self) -> None:
        sold, made = self.lot.choice(self.listings), self.lot.choice(self.products)
        if not PresenceLink.objects.filter(listing=sold, ended_at=None).exists():
            link_listing(product=made, listing=sold, by=SYSTEM, same_maker_confirmed=True)

    def unlink(self) -> None:
        link = PresenceLink.objects.filter(ended_at=None).order_by("pk").first()
        if link and self.lot.random() < 0.3:
            unlink_listing(link=link, by=SYSTEM)

    def revoke(self) -> None:
        paper = self.lot.choice(self.products).certificates.get()
        if self.lot.random() < 0.2 and paper.revoked_on is None:
            revoke_certificate(certificate=paper, on=TODAY, reason="x", by=SYSTEM)

    def team(self) -> None:
        hamlet = self.lot.choice(self.hamlets)
        team = Team.objects.filter(commune=hamlet.commune, valid_to=None).first()
        if team and self.lot.random() < 0.2:
            end_team(team=team, by=SYSTEM)
        elif team is None:
            found_team(
                commune=hamlet.commune, name=f"Tổ {self.lot.getrandbits(20)}", decision_number="1", decision_on=TODAY,
                valid_from=TODAY, hamlets=[hamlet], by=SYSTEM,
            )  # fmt: skip
        elif not hamlet.team_assignments.filter(valid_to=None).exists():
            assign_hamlet(team=team, hamlet=hamlet, by=SYSTEM)

    def visit(self) -> None:
        hamlet = self.lot.choice(self.hamlets)
        who = person("Tâm", Role.TEAM_MEMBER, hamlet.commune)
        row = hamlet.team_assignments.filter(valid_to=None).first()
        if row:
            row.team.members.create(user=who, valid_from=TODAY)
        log_visit(
            record_id=uuid.UUID(int=self.lot.getrandbits(128)), hamlet=hamlet, household=None, by=viewer(who), visited_at=clock.now(),
            received_at=clock.now(), taught=[], note="",
        )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_whatever_happened_the_kept_counts_are_the_live_ones(land: Land, phuong: User, seed: int) -> None:
    life = Life(land, seed)
    count_day()
    agree(land, phuong)
    for _ in range(8):
        for _ in range(8):
            life.step()
        recount_due()
        assert not Recount.objects.exists()
        agree(land, phuong)
    live = told(measure(INDICATORS.values(), Scope(viewer(phuong), TODAY)))
    assert live["I1"][1] > 0 and any(live[code][0] for code in ("I1a", "I2any", "I3")), "a life in which nothing counts"


def test_without_todays_counts_the_rows_are_counted_now(land: Land, phuong: User, noon: Any) -> None:
    product("A", (4, "2025-03-01"), unit=land.phu_thuy)
    scope = Scope(viewer(phuong), TODAY)
    assert (figures(scope).counted_at, told(figures(scope).measurements)["I2v"][:3]) == (None, (0, 1, 0))
    count_day()
    assert figures(scope).counted_at is not None
    # A definition of another version is not what was counted.
    Tally.objects.filter(indicator="I2v").update(version=1)
    assert figures(scope).counted_at is None
    count_day()
    noon.move_to("2026-11-22T17:01:00+00:00")  # tomorrow in Vietnam, before 00:05
    assert figures(Scope(viewer(phuong), date(2026, 11, 23))).counted_at is None
    assert figures(scope).counted_at is None, "of yesterday nothing is summed: late news may belong to it"
    # What is marked now is the first count of the new day, so all of it is counted.
    claim_account(platform=platform("voso"), producer=producer("X", land.phu_thuy), by=SYSTEM)
    household(land.phu_thuy)
    end_household(household=Household.objects.get(), reason="moved", by=SYSTEM)
    recount_due()
    assert figures(Scope(viewer(phuong), date(2026, 11, 23))).counted_at is not None


def test_a_count_that_dies_is_made_again(land: Land, phuong: User, monkeypatch: pytest.MonkeyPatch) -> None:
    count_day()
    home = household(land.phu_thuy)
    framed(home)
    end_household(household=home, reason="moved", by=SYSTEM)
    before = list(Tally.objects.order_by("pk").values_list("pk", flat=True))
    real = tallying.insert_many

    def dies(rows: Any) -> None:
        real(rows[:1])
        raise RuntimeError("killed")

    monkeypatch.setattr(tallying, "insert_many", dies)
    with pytest.raises(RuntimeError), transaction.atomic():
        recount_due()
    assert Recount.objects.exists()
    assert list(Tally.objects.order_by("pk").values_list("pk", flat=True)) == before
    monkeypatch.undo()
    assert recount_due() > 0
    assert told(figures(Scope(viewer(phuong), TODAY)).measurements)["I1"][:3] == (0, 1, 0)


def test_what_is_marked_while_a_count_runs_is_counted_next(
    land: Land, phuong: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_day()
    first, second = household(land.phu_thuy), household(land.phu_thuy)
    framed(first, second)
    end_household(household=first, reason="moved", by=SYSTEM)
    real = tallying.count_units

    def meanwhile(**asked: Any) -> int:
        done = real(**asked)
        monkeypatch.setattr(tallying, "count_units", real)
        end_household(household=second, reason="moved", by=SYSTEM)
        return done

    monkeypatch.setattr(tallying, "count_units", meanwhile)
    recount_due()
    assert list(Recount.objects.values_list("subject", "unit")) == [("household", land.phu_thuy.pk)]


@pytest.mark.parametrize("size", [1, 25])
def test_budgets(land: Land, phuong: User, fill: Callable[[int, date], None], size: int) -> None:
    fill(size, TODAY)
    communes = Unit.objects.filter(parent=land.lam_dong, valid_to=None).order_by("-code")[:size]
    framed(*(household(commune) for commune in communes if commune != land.phu_thuy))

    def queries(run: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            run()
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    count_day()
    assert queries(count_day) == BUDGET_OF_A_COUNT
    scope = Scope(viewer(phuong), TODAY, land.lam_dong)
    assert told(figures(scope).measurements)["I2both"][:3] == (size, size, 0)
    assert queries(lambda: figures(scope)) == 4


def test_the_viewers_area_bounds_what_is_summed(
    land: Land, dung: User, chi: User, fill: Callable[[int, date], None]
) -> None:
    fill(2, TODAY)
    count_day()

    def seen(who: Viewer) -> Any:
        return told(figures(Scope(who, TODAY)).measurements)["I1"][:3]

    assert (seen(viewer(chi)), seen(viewer(dung))) == ((2, 2, 0), (0, 0, 0))
