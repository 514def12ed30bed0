"""Demo field work of today: one phone of the team, three households just handed in, one question for the officer."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer, viewer_for
from core.places.models import Hamlet
from onboarding.households.actions import change_household
from onboarding.households.models import Household, Production
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.devices import enrol_device, note_contact
from onboarding.intake.actions.receiving import receive_submission
from onboarding.intake.models import Submission

_NEW = (("Điểu Thị Mai", "điều", 12_000), ("Phạm Văn Lợi", "xoài", 5_000), ("Lê Thị Út", "bưởi", 3_500))
_SEEN, _SAID, _MEANWHILE = None, 1968, 1986


def hand_in(people: dict[str, User], hamlet: Hamlet) -> None:
    """What Tâm's phone sent this morning. An officer meanwhile wrote another birth year of the first household."""
    team, device = viewer_for(people["to"]), _id("device")
    enrol_device(device_id=device, name="Máy của tổ (bản mẫu)", by=team)
    for number, (name, goods, area_m2) in enumerate(_NEW):
        facts = {
            "head_name": name,
            "phone": "",
            "phone_owner": "none",
            "production": [{"kind": Production.TREES, "goods": goods, "area_m2": area_m2}],
            "has_business_registration": False,
        }
        answers = {"publication": True, "platform": True, "contact": False}
        _send(team, hamlet, number, op="create", facts=facts, consents=answers, means="spoken", notice=1)
    records = [_id(f"household:{number}") for number in range(len(_NEW))]
    Household.objects.filter(record_id__in=records).update(is_demo=True)
    first = Household.objects.get(record_id=records[0])
    change_household(household=first, changes={"birth_year": _MEANWHILE}, by=viewer_for(people["xa"]))
    _send(team, hamlet, 0, op="edit", facts={"birth_year": _SAID}, was={"birth_year": _SEEN})
    note_contact(device_id=device, unsent=2, unsent_since=clock.now() - timedelta(hours=2), by=team)


def _send(team: Viewer, hamlet: Hamlet, number: int, *, op: str, **said: Any) -> None:
    record = _id(f"household:{number}")
    envelope = {
        "v": 1,
        "submission": str(_id(f"{op}:{number}")),
        "record": str(record),
        "kind": "household",
        "form": "household/1",
        "op": op,
        "sequence": 1 if op == "create" else 2,
        "device": str(_id("device")),
        "hamlet": hamlet.pk,
        "entered_by": team.user_id,
        "entered_at": clock.now().isoformat(),
    } | said
    receive_submission(raw=json.dumps(envelope, ensure_ascii=False).encode(), by=team, via=Submission.Via.APP)
    derive_record(record_id=record)  # it need not wait for a job


def _id(what: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:intake:{what}")
