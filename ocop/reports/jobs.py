"""Background work of reports."""

from __future__ import annotations

from typing import Any

from core.jobs.registry import GiveUp
from ocop.reports.actions import sign_in_background
from ocop.reports.files import FileLost
from ocop.reports.signing import SigningRefused


def sign(arguments: dict[str, Any]) -> None:
    """{"report": id}."""
    try:
        sign_in_background(arguments["report"])
    except SigningRefused as refusal:
        raise GiveUp(str(refusal), "signing_refused") from refusal
    except FileLost as lost:
        raise GiveUp(str(lost), "file_lost") from lost
