"""Who may verify a household, and who may look a second time."""

from __future__ import annotations

from django.db.models import Q

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.checks.models import Revisit
from onboarding.checks.teams import teams_of_person
from onboarding.households.models import Household, HouseholdWriter

# A lead may verify what others of the team wrote: they live beside it. The re-visit sample goes to another team.
VERIFIERS = (Role.COMMUNE, Role.PROVINCE, Role.TEAM_LEAD)
OFFICERS = (Role.COMMUNE, Role.PROVINCE)

ENDED = "Hộ này không còn được tính, nên không xác minh."
VERIFIED = "Hộ này đã được xác minh rồi."
YOU_REGISTERED = "Bạn là người ghi hộ này. Hãy để người khác xác minh."
YOU_WROTE_LAST = "Bạn là người sửa thông tin này sau cùng. Hãy để người khác xác minh."
YOU_WROTE = "Bạn đã ghi một phần thông tin này từ lần xác minh trước. Hãy để người khác xác minh."
CHANGED = "Thông tin đã đổi từ lúc bạn mở trang. Hãy xem lại rồi xác minh."


def verifying_area(viewer: Viewer) -> Q:
    """The households whose verification is in this person's area; nobody verifies as SYSTEM."""
    if not viewer.is_signed_in:
        return Q(pk__in=[])
    return viewer.area(*VERIFIERS, unit_field="commune", hamlet_field="hamlet")


def has_written(viewer: Viewer) -> Q:
    """The households that this person registered, or whose facts they wrote since the last verification: somebody else has to
    verify them."""
    user_id = viewer.user_id or 0
    written = HouseholdWriter.objects.filter(user_id=user_id, is_past=False).values("household")
    return Q(registered_by=user_id) | Q(last_written_by=user_id) | Q(pk__in=written)


def refusal_to_verify(viewer: Viewer, household: Household, *, seen_version: int) -> str:
    """Why this person may not verify this household of their area now, as a sentence; "" when they may. (Four eyes: the
    database keeps the verifier apart from the registrar and from all who wrote since the last verification as well.)"""
    if household.ended_on is not None:
        return ENDED
    if household.verified_by_id is not None:
        return VERIFIED
    if household.registered_by_id == viewer.user_id:
        return YOU_REGISTERED
    if household.last_written_by_id == viewer.user_id:
        return YOU_WROTE_LAST
    if any(each.user_id == viewer.user_id and not each.is_past for each in household.writers.all()):
        return YOU_WROTE
    return CHANGED if household.version != seen_version else ""


def can_take_back(viewer: Viewer, household: Household) -> bool:
    """Whether this person may say that a verification does not hold: whoever gave it, and the officers of the place."""
    if household.verified_by_id is None or not viewer.is_signed_in:
        return False
    return household.verified_by_id == viewer.user_id or viewer.covers(household.commune, *OFFICERS)


def can_draw(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person draws samples there: officers of the place."""
    return viewer.is_signed_in and viewer.covers(commune, *OFFICERS)


YOU_WERE_THERE_FIRST = "Bạn là người ghi hộ này. Người khác phải kiểm tra lại."
YOUR_TEAM_WAS_THERE_FIRST = "Tổ của bạn đã ghi hộ này. Người của tổ khác phải kiểm tra lại."
YOU_WROTE_IT = "Bạn đã ghi hoặc sửa thông tin của hộ này. Người khác phải kiểm tra lại."
NOT_YOURS = "Hộ này không giao cho tổ của bạn."


def refusal_to_record(viewer: Viewer, revisit: Revisit) -> str:
    """Why this person may not say what a second look found, as a sentence; "" when they may: an officer of the place, or
    somebody of the team it was given to; never the registrar (the database says so as well) or anybody who ever wrote what is
    looked at, nobody of the registrar's team.
    """
    teams = teams_of_person(viewer.user_id)
    is_officer = viewer.covers(revisit.sample.commune, *OFFICERS)
    if not viewer.is_signed_in or not (is_officer or revisit.team_id in teams):
        return NOT_YOURS
    if revisit.registrar_id == viewer.user_id:
        return YOU_WERE_THERE_FIRST
    if HouseholdWriter.objects.filter(household=revisit.household_id, user=viewer.user_id).exists():
        return YOU_WROTE_IT
    shared = teams & teams_of_person(revisit.registrar_id)
    return YOUR_TEAM_WAS_THERE_FIRST if shared else ""
