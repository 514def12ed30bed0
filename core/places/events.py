"""What happened to the map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.events.registry import Event


@dataclass(frozen=True)
class UnitLinkFact:
    """`new_id` took over from `old_id`: its `whole`, a `part`, or the `default` part of a split (UnitLink.Kind)."""

    old_id: int
    new_id: int
    kind: str


@dataclass(frozen=True)
class UnitsChanged(Event):
    """A resolution was entered. It is in force from `on`, a day that may lie in the past or still ahead; `links` names
    every unit that ended (empty when units were only renamed)."""

    on: date
    decision: str
    links: tuple[UnitLinkFact, ...]


@dataclass(frozen=True)
class HamletsChanged(Event):
    """Hamlets were merged or split from `on`; the links hold hamlet ids. A rename keeps the hamlet and is no news."""

    on: date
    decision: str
    links: tuple[UnitLinkFact, ...]


@dataclass(frozen=True)
class HamletOpened(Event):
    """A hamlet of the commune was added to the list by itself, without a resolution, or taken off it again."""

    commune_id: int


@dataclass(frozen=True)
class MapTurned(Event):
    """The day of a resolution has come (or had come when it was entered): rows without dates of their own move now.

    `units` and `hamlets` hold everything that ended that day by this decision.
    """

    on: date
    decision: str
    units: tuple[UnitLinkFact, ...]
    hamlets: tuple[UnitLinkFact, ...]

    def new_unit_ids(self) -> dict[int, int]:
        """Where rows of each ended unit go: to the whole successor, or to the default part."""
        return {link.old_id: link.new_id for link in self.units if link.kind != "part"}

    def new_hamlet_ids(self) -> dict[int, int]:
        """Where rows of each ended hamlet go: to the whole successor, or to the default part."""
        return {link.old_id: link.new_id for link in self.hamlets if link.kind != "part"}
