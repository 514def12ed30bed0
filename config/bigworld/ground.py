"""Where a big world may stand, what it remembers of itself, and what every part of it leans on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from config import env
from config.bigworld.plan import World
from core.kit import clock
from core.people.models import User
from core.places.models import Unit, in_force
from onboarding.accounts.models import Platform
from onboarding.households.models import Household

# The tables that a service has rows in as soon as anybody has worked with it.
_WORKED_IN = (
    "core.User", "core.Hamlet", "core.Photo", "onboarding.Household", "onboarding.Producer", "onboarding.Team", "onboarding.Market",
    "onboarding.OutsideLink", "market.Shop", "market.Listing", "market.Order", "ocop.OcopProduct", "ocop.Certificate", "ocop.Frame",
)  # fmt: skip
_PEOPLE = {
    "bigworld-xa": "Cán bộ xã (thế giới lớn)",
    "bigworld-tinh": "Cán bộ tỉnh (thế giới lớn)",
    "bigworld-to": "Tổ trưởng (thế giới lớn)",
}
_KEYS_APART = 3  # no table holds more than this many rows for each household, its hamlets and products counted along


class Refused(RuntimeError):
    """A big world cannot be made here; the message is a sentence that says why and what to do."""


@dataclass(frozen=True)
class People:
    """The keys of those who made, signed and taught."""

    officer: int
    province: int
    lead: int


def refuse_unfit() -> None:
    """Raises Refused where a big world must not or cannot be."""
    if env.PRODUCTION:
        raise Refused("Thế giới lớn không được nạp vào hệ thống thật (MODE=production).")
    if connection.vendor != "postgresql":
        raise Refused("Thế giới lớn cần PostgreSQL: hãy đặt DATABASE_URL=postgres://… rồi chạy lại.")


def begun_world() -> World | None:
    """The world that was begun here, or None. Raises Refused when somebody else's rows lie here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('bigworld_plan')")
        if cursor.fetchone() == (None,):
            _refuse_foreign()
            return None
        cursor.execute("SELECT households, communes, seed, day, at_once FROM bigworld_plan")
        world = World(*cursor.fetchone())
        cursor.execute("SELECT COALESCE(SUM(households), 0) FROM bigworld_chunk WHERE done_at IS NOT NULL")
        (made,) = cursor.fetchone()
    found = Household.objects.filter(pk__lte=world.households).count()
    if found != made:
        raise Refused(f"Trong cơ sở dữ liệu có {found} hộ của thế giới lớn, sổ ghi {made}: đã có người xóa hoặc thêm. Hãy tạo cơ sở dữ liệu mới.")  # fmt: skip
    return world


def _refuse_foreign() -> None:
    found = [label for label in _WORKED_IN if apps.get_model(label).objects.exists()]
    if found:
        raise Refused(
            f"Cơ sở dữ liệu này đã có dữ liệu không phải của thế giới lớn ({', '.join(found)}). Hãy tạo cơ sở dữ liệu mới, chạy migrate và load_reference."
        )


@transaction.atomic
def begin(*, households: int, communes: int, seed: int, at_once: int) -> World:
    """Write down what is to be made, and make what all of it leans on. Raises Refused."""
    found = Unit.objects.filter(in_force(clock.today()), level="commune").order_by("code").values_list("pk", flat=True)
    if not found:
        raise Refused("Chưa có danh mục xã, phường. Hãy chạy: manage.py load_reference.")
    world = World(households, list(found[:communes]), seed, clock.today(), at_once)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bigworld_plan (households bigint, communes bigint[], seed bigint, day date, at_once bigint)"
        )
        cursor.execute("CREATE TABLE bigworld_chunk (number int PRIMARY KEY, households bigint, done_at timestamptz)")
        cursor.execute(
            "INSERT INTO bigworld_plan VALUES (%s, %s, %s, %s, %s)",
            [world.households, list(world.communes), world.seed, world.day, world.at_once],
        )
        cursor.executemany(
            "INSERT INTO bigworld_chunk VALUES (%s, %s, NULL)",
            [(at, sum(len(each.households) for each in chunk)) for at, chunk in enumerate(world.chunks)],
        )
        _keep_keys_free(cursor, world)
    for username, name in _PEOPLE.items():
        user = User(username=username, full_name=name)
        user.set_unusable_password()
        user.save()
    return world


def _keep_keys_free(cursor: Any, world: World) -> None:
    """Rows that are added later, by hand or by a bench, get keys above those of the world."""
    above = _KEYS_APART * (world.households + world.products + world.listings) + 1_000_000
    for config in apps.get_app_configs():
        if config.name in {"onboarding", "market", "ocop"} or config.label == "core":
            for model in config.get_models():
                key = model._meta.pk
                if key is not None and key.get_internal_type() in {"BigAutoField", "AutoField"}:
                    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, key.column])
                    (sequence,) = cursor.fetchone()
                    cursor.execute("SELECT setval(%s, GREATEST(%s, nextval(%s)))", [sequence, above, sequence])


def people() -> People:
    """Those who made everything."""
    keys = dict(User.objects.filter(username__in=_PEOPLE).values_list("username", "pk"))
    return People(*(keys[username] for username in _PEOPLE))


def platforms() -> tuple[int, int]:
    """The keys of VoSo and Postmart."""
    keys = dict(Platform.objects.values_list("code", "pk"))
    return keys["voso"], keys["postmart"]


def noon(world: World, days_ago: int) -> datetime:
    """Noon in Vietnam so many days (1 or more) before the world's."""
    return datetime.combine(world.day, time(5), UTC) - timedelta(days=days_ago)
