"""Making a commune a pilot, and ending that."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.households.models import PilotUnit
from onboarding.households.pilots.queries import SETTERS


class PilotRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence."""


@transaction.atomic
def set_pilot(*, commune: Unit, valid_from: date, decision: str, by: Viewer) -> PilotUnit:
    """From that day on the commune is a pilot. Raises PermissionError, PilotRefused when it is one already."""
    if not by.covers(commune, *SETTERS) or not by.is_signed_in:
        raise PermissionError
    try:
        with transaction.atomic():
            pilot = PilotUnit.objects.create(commune=commune, valid_from=valid_from, decision=decision)
    except IntegrityError as error:
        raise PilotRefused("Xã này đang thí điểm rồi.") from error
    _note("pilot.set", pilot, by, ("", f"từ {valid_from:%d/%m/%Y}, {decision}"))
    return pilot


@transaction.atomic
def end_pilot(*, pilot: PilotUnit, by: Viewer) -> PilotUnit:
    """From today on it is none any more; one that was to begin later never was. Raises PermissionError."""
    pilot = PilotUnit.objects.select_for_update(of=("self",)).select_related("commune").get(pk=pilot.pk)
    if not by.covers(pilot.commune, *SETTERS) or not by.is_signed_in:
        raise PermissionError
    if pilot.valid_to is None:
        pilot.valid_to = max(clock.today(), pilot.valid_from)
        pilot.save(update_fields=["valid_to"])
        _note("pilot.ended", pilot, by, ("đang thí điểm", f"hết từ {pilot.valid_to:%d/%m/%Y}"))
    return pilot


def _note(word: str, pilot: PilotUnit, by: Viewer, change: tuple[str, str]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"unit:{pilot.commune.code}",
        unit_code=pilot.commune.code,
        changes={"thí điểm": change},
    )
