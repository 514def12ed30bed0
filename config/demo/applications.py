"""Applications of the demo world: one waits for the commune."""

from __future__ import annotations

from core.people.models import User
from core.places.models import Unit
from onboarding.producers.applications.actions import ApplicationFacts, apply
from onboarding.producers.models import ProducerKind


def make_applications(people: dict[str, User], commune: Unit) -> None:
    """A made-up cooperative that the demo's buyer asks for; its tax code belongs to nobody."""
    facts = ApplicationFacts(
        kind=ProducerKind.COOPERATIVE,
        name="Hợp tác xã Mật ong La Ngà (mẫu)",
        tax_code="0000000019",
        commune=commune,
        address="Thôn 2",
        contact="Mai Ngọc Lan",
    )
    apply(applicant=people["nguoimua"], facts=facts)
