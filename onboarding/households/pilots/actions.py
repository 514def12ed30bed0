"""Making a commune a pilot, and ending that."""

from __future__ import annotations

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from core.places.events import MapTurned
from core.places.models import Unit
from onboarding.households.models import PilotUnit
from onboarding.households.pilots.queries import SETTERS


class PilotRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence."""


class DecisionMissing(PilotRefused):
    """It is said to have begun earlier, and no numbered decision of that time is named."""


# "12/QĐ-UBND", "12/2026/QĐ-UBND", "Số 12-KH": a number with letters, which a date alone has not.
_NUMBERED = re.compile(r"[0-9]\s*[/-]\s*[^\W\d_]")


@transaction.atomic
def set_pilot(*, commune: Unit, valid_from: date, decision: str, by: Viewer) -> PilotUnit:
    """From that day on the commune is a pilot; when that was written down is kept, for who chooses later knows the figures. Raises
    PermissionError, PilotRefused when it is one already, DecisionMissing for an earlier day without the number of a decision."""
    if not by.covers(commune, *SETTERS) or not by.is_signed_in:
        raise PermissionError
    if valid_from < clock.today() and not _NUMBERED.search(decision):
        raise DecisionMissing("Ngày bắt đầu đã qua: hãy ghi số của văn bản đã chọn xã này, ví dụ 12/QĐ-UBND.")
    try:
        with transaction.atomic():
            pilot = PilotUnit.objects.create(
                commune=commune, valid_from=valid_from, decision=decision, recorded_at=clock.now()
            )
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


def follow_map(event: MapTurned) -> None:
    """A pilot goes on in what its commune became, from that day; where that is a pilot already, the old one just ends.
    (Of a divided commune the default part stays the pilot. It was chosen when the old one was.) Repeating changes nothing."""
    still = Q(valid_to__isnull=True) | Q(valid_to__gt=event.on)
    for old_id, new_id in event.new_unit_ids().items():
        for pilot in PilotUnit.objects.filter(still, commune_id=old_id).order_by("pk"):
            first, end = max(event.on, pilot.valid_from), pilot.valid_to
            pilot.valid_to = first
            pilot.save(update_fields=["valid_to"])
            words = f"theo địa giới mới từ {event.on:%d/%m/%Y}, {event.decision}"
            _note("pilot.ended", pilot, SYSTEM, ("đang thí điểm", words))
            if not PilotUnit.objects.filter(still, commune_id=new_id).exists():
                there = PilotUnit.objects.create(
                    commune_id=new_id,
                    valid_from=first,
                    valid_to=end,
                    decision=pilot.decision,
                    recorded_at=pilot.recorded_at,
                )
                _note("pilot.set", there, SYSTEM, ("", words))
