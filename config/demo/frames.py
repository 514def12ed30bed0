"""The demo's frame: made by the commune, signed by the province, so that its board has a denominator. The communes of the demo's
makers have none yet, which the boards show."""

from __future__ import annotations

import uuid

from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from ocop.frames.actions import make_frame, sign_frame
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import PhoneOwner


def make_frames(people: dict[str, User], commune: Unit) -> None:
    """A signed frame of this year; and in a neighbouring commune two households that no frame holds."""
    frame = make_frame(
        unit=commune,
        year=clock.today().year,
        source="review",
        document="Danh sách rà soát hộ sản xuất (bản mẫu)",
        by=viewer_for(people["xa"]),
    )
    sign_frame(frame=frame, by=viewer_for(people["tinh"]))
    neighbour = Unit.objects.filter(parent=commune.parent, level="commune", valid_to=None).exclude(pk=commune.pk)
    hamlet = Hamlet.objects.create(commune=neighbour.order_by("code")[0], name="Thôn 1")
    for number, name in enumerate(("Phan Văn Chín", "Huỳnh Thị Mười")):
        facts = HouseholdFacts(name, hamlet, phone_owner=PhoneOwner.NONE)
        record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:neighbour:{number}")
        register_household(record_id=record_id, facts=facts, by=SYSTEM, is_demo=True)
