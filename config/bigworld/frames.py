"""The year's frames: in nine of ten communes every household, made by one person and signed by another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.bigworld.ground import noon, people
from config.bigworld.plan import Commune, World
from config.bigworld.rows import copy_lines, insert_select, line
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.rules import digest

_COLUMNS = (
    "id",
    "unit_id",
    "year",
    "source",
    "document",
    "count",
    "sha256",
    "made_by_id",
    "made_at",
    "signed_by_id",
    "signed_at",
)


def make_frames(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """The frames of these communes; a frame has the number of its commune's place."""
    who, signed = people(), [each for each in chunk if each.has_frame]
    lines = (
        line(each.index + 1, each.pk, world.day.year, "review", "Danh sách rà soát (thế giới lớn)", len(each.households), digest(each.households),
             who.officer, noon(world, 150), who.province, noon(world, 140))
        for each in signed
    )  # fmt: skip
    copy_lines(cursor, Frame, _COLUMNS, lines)
    insert_select(
        cursor, FrameHousehold, "big_home b WHERE b.has_frame",
        {"id": "b.id", "frame_id": "b.commune_index + 1", "household_id": "b.id"},
    )  # fmt: skip
