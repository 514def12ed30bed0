"""Who may ask to sell here, and who decides about it."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from onboarding.producers.models import Application, ProducerKind

# Farm households are registered at home by the teams; associations by the commune.
KINDS = (
    ProducerKind.COMPANY,
    ProducerKind.COOPERATIVE,
    ProducerKind.COOPERATIVE_GROUP,
    ProducerKind.BUSINESS_HOUSEHOLD,
)
# Registered organisations have a code of their own, never a person's.
ORGANISATIONS = frozenset({ProducerKind.COMPANY, ProducerKind.COOPERATIVE})
DECIDERS = (Role.PROVINCE, Role.COMMUNE)
MOST_WAITING = 3


def can_decide(viewer: Viewer, application: Application) -> bool:
    """Whether this person may confirm or refuse it: an officer of the place, never the applicant."""
    return viewer.user_id != application.applicant_id and viewer.covers(application.commune, *DECIDERS)


def can_withdraw(viewer: Viewer, application: Application) -> bool:
    """Whether this person may take it back: whoever made it."""
    return viewer.user_id is not None and viewer.user_id == application.applicant_id


def tax_code_fits(kind: str, tax_code: str) -> bool:
    """Whether a code of this length is one of this kind: companies and cooperatives have ten digits, or thirteen."""
    return kind not in ORGANISATIONS or len(tax_code) != 12
