"""Teams for three hamlets each, and the lessons of those that work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from config.bigworld.fates import TEAMS_AT_WORK, is_covered
from config.bigworld.ground import noon, people
from config.bigworld.plan import HAMLETS_OF_A_TEAM, Commune, World
from config.bigworld.rows import copy_lines, line
from onboarding.teams.models import Team, TeamHamlet
from onboarding.visits.models import Attendance, TrainingSession


def make_teams(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """The teams of these communes with their hamlets, and a lesson each of the last weeks."""
    since = world.day - timedelta(days=160)
    teams = (
        line(number, commune.pk, f"Tổ công nghệ số {place}", f"{place}/QĐ-UBND", since, since, noon(world, 160), True)
        for commune in chunk
        for place, number in enumerate(commune.teams, start=1)
    )
    columns = ("id", "commune_id", "name", "decision_number", "decision_on", "valid_from", "recorded_at", "is_demo")
    copy_lines(cursor, Team, columns, teams)
    placed = [each for each in _placed(chunk) if is_covered(each[0])]
    covered = (line(hamlet, team, hamlet, since) for hamlet, team, _commune in placed)
    copy_lines(cursor, TeamHamlet, ("id", "team_id", "hamlet_id", "valid_from"), covered)
    lead, held = people().lead, dict[int, tuple[int, int]]()
    for hamlet, team, commune in placed:
        if team % 10 < TEAMS_AT_WORK:
            held.setdefault(team, (hamlet, commune))
    sessions = [
        line(team, f"{world.seed % 2**32:08x}-0000-4000-9000-{team:012x}", hamlet, commune, team, lead, noon(world, 1 + team % 25), noon(world, 1 + team % 25), '["account"]')
        for team, (hamlet, commune) in held.items()
    ]  # fmt: skip
    session_columns = (
        "id",
        "record_id",
        "hamlet_id",
        "commune_id",
        "team_id",
        "led_by_id",
        "held_at",
        "received_at",
        "topics",
    )
    copy_lines(cursor, TrainingSession, session_columns, sessions)
    copy_lines(cursor, Attendance, ("id", "session_id", "others"), (line(team, team, 5 + team % 20) for team in held))


def _placed(chunk: Sequence[Commune]) -> Iterator[tuple[int, int, int]]:
    """Every hamlet with the team of its place and its commune."""
    for commune in chunk:
        for place, hamlet in enumerate(commune.hamlets):
            yield hamlet, commune.teams.first + place // HAMLETS_OF_A_TEAM, commune.pk
