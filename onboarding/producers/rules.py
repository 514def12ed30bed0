"""Who may record and end who acts for a producer."""

from __future__ import annotations

from datetime import timedelta

from core.people.models import Role
from core.people.queries import Viewer
from onboarding.producers.models import Membership, Producer
from onboarding.producers.queries import is_owner, may_act_for

RECORDERS = (Role.PROVINCE, Role.COMMUNE)
# What may be recorded here. An owner is made where a producer is registered: that hands the shop over.
RECORDED = (Membership.Right.HELPER, Membership.Right.ACTING)
USUAL_PERIOD = timedelta(days=365)
LONGEST_PERIOD = timedelta(days=731)


def can_see_members(viewer: Viewer, producer: Producer) -> bool:
    """Whether this person may look at who acts for that producer: its owners, and the officers of its place."""
    return is_owner(viewer, producer.pk) or viewer.covers(producer.commune, *RECORDERS)


def can_record_member(viewer: Viewer, producer: Producer, user_id: int | None) -> bool:
    """Whether this person may let that person act for the producer. Never themselves: an officer who acts for a
    household was let in by the household or by another officer."""
    if viewer.is_system:
        return True
    return viewer.user_id is not None and viewer.user_id != user_id and can_see_members(viewer, producer)


def can_end_member(viewer: Viewer, membership: Membership) -> bool:
    """Whether this person may end the membership: everybody their own; else who may record one, but never an owner."""
    if viewer.is_system or (viewer.user_id is not None and membership.user_id == viewer.user_id):
        return membership.right != Membership.Right.OWNER
    return membership.right in RECORDED and can_see_members(viewer, membership.producer)


def can_note_readiness(viewer: Viewer, producer: Producer) -> bool:
    """Whether this person may say what a producer is ready for: whoever acts for it, and the officers of its place."""
    return may_act_for(viewer, producer.pk) or viewer.covers(producer.commune, *RECORDERS)
