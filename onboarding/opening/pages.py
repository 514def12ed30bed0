"""How batches and standings look on the pages of account opening."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from core.places.models import Unit
from onboarding.accounts.models import Platform
from onboarding.opening.queries.standings import Standing
from onboarding.opening.rules import WHAT_TO_DO, LeftOut

NAMES_SHOWN = 20
LINE_KINDS = {"waiting": "wait", "opened": "good", "refused": "bad", "withdrawn": "info"}
BATCH_KINDS = {"prepared": "info", "sent": "wait", "closed": "good"}


def opening_address(commune: Unit, platform: Platform | None) -> str:
    """The first page about this commune and platform."""
    asked_for = {"xa": commune.code} | ({"san": platform.code} if platform else {})
    return f"{reverse('opening')}?{urlencode(asked_for)}"


def answered(batch: Any) -> str:
    """ "12/40": lines with an answer of all that are not taken back."""
    answered = batch.opened_lines + batch.refused_lines
    return f"{answered}/{answered + batch.waiting_lines}"


def left_out_of(rows: list[Standing]) -> list[dict[str, Any]]:
    """Why households are not in the batch, what to do about it, how many and the first names."""
    found = []
    for reason in LeftOut:
        out = [row for row in rows if row.left_out == reason.value]
        if out:
            found.append(
                {
                    "why": str(reason.label),
                    "todo": WHAT_TO_DO.get(reason, ""),
                    "count": len(out),
                    "shown": out[:NAMES_SHOWN],
                    "rest": len(out) - NAMES_SHOWN,
                }
            )
    return found
