"""Households written down twice, as it happens: for the commune to look at."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import PhoneOwner, Production, Source

# Of whom (`world.HOUSEHOLDS`), in which hamlet by number, with which phone.
DOUBLES = (
    ("HO TIEN DUNG", 1, "+84912345602", PhoneOwner.OWN, Production.CROPS, "lúa"),  # from an old list, without marks
    ("Trương Thị Sáu", 0, "", PhoneOwner.NONE, Production.LIVESTOCK, "heo"),  # by another team
    ("Phan Thị Hoa", 1, "+84912345604", PhoneOwner.OWN, Production.CROPS, "rau"),  # the wife of Đỗ Văn Bảy
)


def make_doubles(hamlets: Sequence[Hamlet], team: Viewer) -> None:
    """Three households that may be others."""
    for number, (name, hamlet, phone, owner, production, goods) in enumerate(DOUBLES):
        register_household(
            record_id=uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:double:{number}"),
            facts=HouseholdFacts(
                name,
                hamlets[hamlet],
                phone=phone,
                phone_owner=owner,
                production=(ProductionFacts(production, goods),),
            ),
            by=team,
            source=Source.IMPORT,
            is_demo=True,
        )
