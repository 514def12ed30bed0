"""Background work of the intake."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from core.kit import clock
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.receiving import derive_device
from onboarding.intake.queries.submissions import records_waiting

_LEAVE_ALONE = timedelta(seconds=30)  # a request may still be at it
_log = logging.getLogger(__name__)


def derive(arguments: dict[str, Any]) -> None:
    """What a device sent while the server was busy, or one record that could not be derived."""
    if "device" in arguments:
        derive_device(uuid.UUID(arguments["device"]))
    else:
        derive_record(record_id=uuid.UUID(arguments["record"]))


def derive_waiting() -> int:
    """Records that were stored and then forgotten by a killed process, and those that have waited five days."""
    done = 0
    for record_id in records_waiting(untouched_since=clock.now() - _LEAVE_ALONE):
        try:
            outcome = derive_record(record_id=record_id)
        except Exception:  # its own job tries it again and shows on the queue page; the others go on
            _log.exception("record %s could not be derived", record_id)
        else:
            done += outcome.applied + outcome.refused
    return done
