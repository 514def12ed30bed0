"""The big world in small: the same whatever killed it on the way, kept by every constraint, and counted as its makers know."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from benchmarks.bare_counts import bare_counts
from config import env
from config.bigworld import making, plan
from config.bigworld.fates import known_counts
from config.bigworld.ground import Refused, begun_world
from config.bigworld.homes import has_phone, phone_of
from config.bigworld.making import Progress, close_pool, make_bigworld, make_chunk
from config.bigworld.plan import World
from core.kit import phones
from core.people.models import User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from market.listings.models import Listing, StockMove
from ocop.certificates.models import Certificate
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation
from onboarding.accounts.rules import evidence_hash
from onboarding.households.models import Household

SMALL: dict[str, Any] = {"households": 600, "communes": 11, "seed": 7, "at_once": 150}
needs_postgres = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="the big world stands on PostgreSQL only"
)


def digest() -> str:
    """Everything in the tables that a world writes, as read; who made it has other keys each time."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda each: each._meta.label):
        if model is Hamlet or model._meta.app_label in {"onboarding", "market", "ocop"}:
            names = [field.attname for field in model._meta.local_concrete_fields if field.related_model is not User]
            for row in model._base_manager.order_by("pk").values_list(*names):
                found.update(f"{model._meta.label} {row}\n".encode())
    return found.hexdigest()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(world: World, at: int) -> int | None:
    """A process makes a chunk and is killed before this step of it; what the system says of its end."""
    close_pool()
    connections.close_all()

    def work() -> None:
        steps: list[Callable[..., None]] = list(making.STEPS)
        steps.insert(at, lambda *_given: die())
        making.STEPS = tuple(steps)
        make_chunk(world)

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    return child.exitcode


@needs_postgres
def test_killed_at_every_step_it_goes_on_and_is_the_same(committed_db: None) -> None:
    with transaction.atomic():
        make_bigworld(**SMALL)
        whole = digest()
        transaction.set_rollback(True)
    making.begin(**SMALL)
    world = begun_world()
    assert world is not None and len(world.chunks) >= 4
    for at in range(len(making.STEPS) + 1):
        assert killed(world, at) == -signal.SIGKILL
        if at < len(world.chunks) - 1:
            assert make_chunk(world) == at
    with pytest.raises(Refused, match="thế giới lớn khác"):
        make_bigworld(**SMALL | {"seed": 8})
    told: list[Progress] = []
    make_bigworld(**SMALL, tell=told.append)
    assert (told[-1].made, told[-1].whole) == (600, 600)
    assert digest() == whole
    make_bigworld(**SMALL)
    assert digest() == whole
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bigworld_chunk SET done_at = NULL WHERE number = 1")
    with pytest.raises(Refused, match="đã có người xóa hoặc thêm"):
        make_bigworld(**SMALL)


@needs_postgres
@pytest.mark.django_db
def test_what_it_holds() -> None:
    world = make_bigworld(**SMALL)
    connection.check_constraints()
    assert (Household.objects.count(), OcopProduct.objects.count(), Listing.objects.count()) == (600, 1, 20)
    known = known_counts(world)
    measured = {each.indicator.code: (each.numerator, each.denominator, each.missing) for each in measure(INDICATORS.values(), Scope(SYSTEM, world.day))}  # fmt: skip
    assert measured == known == bare_counts()
    for code in ("I1", "I1a", "I1b", "I1c", "I1d", "I3a", "I4", "I4a"):
        assert 0 < known[code][0] < known[code][1], code
    for household in Household.objects.exclude(phone_index="").order_by("pk"):
        assert has_phone(world, household.pk) or household.phone_owner == "relative"
        assert phones.normalise(household.phone) == household.phone
        assert Household.objects.filter(pk=household.pk, phone_index__of=household.phone).exists()
    assert Household.objects.get(pk=next(n for n in range(300, 600) if has_phone(world, n))).phone in {phone_of(world, n) for n in range(600)}  # fmt: skip
    for look in Observation.objects.select_related("link"):
        assert evidence_hash(look) == look.evidence_hash
    for listing in Listing.objects.all():
        assert sum(move.change for move in StockMove.objects.filter(listing=listing)) == listing.stock
    assert set(Certificate.objects.values_list("stars", flat=True)) <= {3, 4, 5}
    late = Hamlet.objects.create(commune=Unit.objects.get(pk=world.communes[0]), name="Thôn mới")
    assert late.pk > world.households


@needs_postgres
@pytest.mark.django_db
def test_not_where_others_have_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    Hamlet.objects.create(commune=Unit.objects.filter(level="commune", valid_to=None)[0], name="Thôn thật")
    with pytest.raises(CommandError, match=r"không phải của thế giới lớn \(core\.Hamlet\)"):
        call_command("bigworld", households=10)
    assert not Household.objects.exists()
    monkeypatch.setattr(env, "PRODUCTION", True)
    with pytest.raises(CommandError, match="hệ thống thật"):
        call_command("bigworld", households=10)


@needs_postgres
@pytest.mark.django_db
def test_what_its_products_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register is far larger beside the households than the country's, so that every fate of a product is there."""
    households = 60
    monkeypatch.setattr(plan, "WHOLE_PRODUCTS", 300 * plan.WHOLE_HOUSEHOLDS // households)
    world = make_bigworld(**SMALL | {"households": households})
    connection.check_constraints()
    assert (Household.objects.count(), OcopProduct.objects.count(), Certificate.objects.count()) == (60, 300, 300)
    known = known_counts(world)
    measured = {each.indicator.code: (each.numerator, each.denominator, each.missing) for each in measure(INDICATORS.values(), Scope(SYSTEM, world.day))}  # fmt: skip
    assert measured == known == bare_counts()
    numerators = [known[code][0] for code in ("I2both", "I2p", "I2v", "I2any")]
    assert 0 < numerators[0] < numerators[1] < numerators[2] < numerators[3] < known["I2any"][1] and known["I2any"][2]
    for look in Observation.objects.select_related("link"):
        assert evidence_hash(look) == look.evidence_hash


def test_no_households_are_not_a_whole_country() -> None:
    with pytest.raises(CommandError, match="từ 1 trở lên"):
        call_command("bigworld", households=0)


@pytest.mark.django_db
def test_not_on_another_database() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("this is the one it stands on")
    with pytest.raises(CommandError, match="cần PostgreSQL"):
        call_command("bigworld", households=10)
    assert not Household.objects.exists()
