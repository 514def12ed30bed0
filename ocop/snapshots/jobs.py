"""Background work of snapshots."""

from __future__ import annotations

from typing import Any

from core.jobs.registry import GiveUp
from ocop.snapshots.actions import REFUSED, SnapshotRefused, freeze_in_background


def freeze(arguments: dict[str, Any]) -> None:
    """{"snapshot": id}."""
    try:
        freeze_in_background(arguments["snapshot"])
    except SnapshotRefused as refusal:
        raise GiveUp(str(refusal), REFUSED) from refusal
