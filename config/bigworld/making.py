"""Making the big world, chunk after chunk, by several processes, as often as it takes.

A chunk is a few communes with everything in them and the note that it is done, in one transaction. Whoever makes one holds
its row of `bigworld_chunk`; killed at any line, the chunk is as if never begun, and the next start makes it again, with the
same rows.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections, transaction

from config.bigworld.fates import FATE_OF
from config.bigworld.frames import make_frames
from config.bigworld.ground import Refused, begin, begun_world, refuse_unfit
from config.bigworld.homes import make_homes
from config.bigworld.markets import make_markets
from config.bigworld.plan import WHOLE_HOUSEHOLDS, Commune, World
from config.bigworld.products import make_products
from config.bigworld.sellers import make_sellers
from config.bigworld.shops import make_shops
from config.bigworld.teams import make_teams

AT_ONCE = 20_000
_SHOWN_EVERY = 10.0


@dataclass(frozen=True)
class Progress:
    """Households made so far (in all), of how many, in this run, and in how many seconds."""

    made: int
    whole: int
    here: int
    seconds: float

    @property
    def seconds_left(self) -> float:
        """At the pace of this run; 0 before anything was made."""
        return (self.whole - self.made) * self.seconds / self.here if self.here else 0.0


def make_bigworld(
    *, households: int = WHOLE_HOUSEHOLDS, communes: int | None = None, seed: int = 1, processes: int = 1, at_once: int = AT_ONCE,
    tell: Callable[[Progress], None] = lambda _progress: None,
) -> World:  # fmt: skip
    """Make the world, or go on with the one that was begun. Raises Refused: not here, or another one was begun here."""
    refuse_unfit()
    world = begun_world()
    if world is None:
        world = begin(households=households, communes=communes or 10_000, seed=seed, at_once=at_once)
    elif (world.households, world.seed) != (households, seed) or communes not in (None, len(world.communes)):
        raise Refused(
            f"Ở đây đã bắt đầu một thế giới lớn khác: {world.households} hộ, {len(world.communes)} xã, số gieo {world.seed}. Hãy chạy tiếp với các số đó, hoặc tạo cơ sở dữ liệu mới."
        )
    _make_chunks(world, processes, tell)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def _make_chunks(world: World, processes: int, tell: Callable[[Progress], None]) -> None:
    began, before = time.monotonic(), made_so_far()
    if processes <= 1:
        while make_chunk(world) is not None:
            tell(Progress(now := made_so_far(), world.households, now - before, time.monotonic() - began))
        return
    # Nothing of the database is handed on: two processes on one session would speak at once.
    connections.close_all()
    close_pool()
    ways = multiprocessing.get_context("fork")
    workers = [ways.Process(target=_work, args=[world, os.getpid()]) for _ in range(processes)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        workers[0].join(_SHOWN_EVERY if workers[0].is_alive() else 0.5)
        tell(Progress(now := made_so_far(), world.households, now - before, time.monotonic() - began))
    if failed := [worker for worker in workers if worker.exitcode]:
        raise RuntimeError(f"{len(failed)} of {processes} processes fell; start again to go on")


def _work(world: World, parent: int) -> None:
    while os.getppid() == parent and make_chunk(world) is not None:
        pass
    connections.close_all()


def close_pool() -> None:
    """Let go of the sessions that wait for their next use."""
    if getattr(connection, "pool", None) is not None:
        connection.close_pool()  # type: ignore[attr-defined]


def made_so_far() -> int:
    """How many households are made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(SUM(households), 0)::bigint FROM bigworld_chunk WHERE done_at IS NOT NULL")
        (found,) = cursor.fetchone()
    return int(found)


def make_chunk(world: World) -> int | None:
    """Make a chunk that nobody has made or is making; its number, or None when there is none."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What is lost with the machine is made again at the next start, so nobody waits for the disk.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SELECT number FROM bigworld_chunk WHERE done_at IS NULL ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED")  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            return None
        chunk = world.chunks[row[0]]
        _list_homes(cursor, world, chunk)
        for step in STEPS:
            step(cursor, world, chunk)
        cursor.execute("DROP TABLE big_home")
        cursor.execute("UPDATE bigworld_chunk SET done_at = now() WHERE number = %s", [row[0]])
        return int(row[0])


def _list_homes(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """`big_home`: the households of these communes with their fate, for statements that make rows out of them."""
    cursor.execute(
        "CREATE TEMP TABLE big_home (id bigint, commune_id bigint, commune_index int, has_frame bool, fate int)"
    )
    fates = ", ".join(str(each) for each in FATE_OF)
    draw = world.draw_sql("fate", "g.id")
    for commune in chunk:
        cursor.execute(
            f"INSERT INTO big_home SELECT g.id, %s, %s, %s, ('{{{fates}}}'::int[])[1 + {draw}] FROM generate_series(%s::bigint, %s::bigint) AS g(id)",  # noqa: S608
            [commune.pk, commune.index, commune.has_frame, commune.households.first, commune.households.last],
        )
    cursor.execute("ANALYZE big_home")


def _sellers(cursor: Any, world: World, _chunk: Sequence[Commune]) -> None:
    make_sellers(cursor, world)


# Whoever is leant on comes first.
STEPS: tuple[Callable[[Any, World, Sequence[Commune]], None], ...] = (
    make_homes, make_frames, _sellers, make_teams, make_markets, make_products, make_shops,
)  # fmt: skip
