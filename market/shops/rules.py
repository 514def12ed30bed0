"""Who may do what in a shop, and what a shop needs before it opens."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from market.shops.models import ShopMaker
from onboarding.producers.models import Producer, ProducerKind
from onboarding.producers.queries import acts_in_everything, has_owner, is_owner, may_act_for


def can_work_in(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may write the shop and its goods: owners, helpers and those who act for the producer."""
    return may_act_for(viewer, producer_id)


def can_decide(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may name makers, close and reopen: the owner. Where nobody owns the producer's log-in, whoever
    was recorded to act for it in everything; a helper never."""
    if viewer.is_system or is_owner(viewer, producer_id):
        return True
    return not has_owner(producer_id) and acts_in_everything(viewer, producer_id)


def can_agree(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may agree in the producer's name and say where its money goes: its owner, nobody else. Who acts
    for a household without a log-in brings its signed paper to the commune."""
    return viewer.is_system or is_owner(viewer, producer_id)


def can_set_bank_account(viewer: Viewer, producer: Producer) -> bool:
    """Whether this person may say where the producer's money goes: its owner; where it has none, an officer of its commune
    who does not act for it, with the household's signed paper."""
    if can_agree(viewer, producer.pk):
        return True
    is_officer = viewer.covers(producer.commune, Role.COMMUNE) and not may_act_for(viewer, producer.pk)
    return is_officer and not has_owner(producer.pk)


def can_answer_for_maker(viewer: Viewer, maker: ShopMaker) -> bool:
    """Whether this person may say yes or no to a shop that wants to sell a producer's goods: the producer's owner; of one
    without an owner an officer of its commune with its signed paper, who acts neither for it nor for the shop."""
    if viewer.is_system or is_owner(viewer, maker.producer_id):
        return True
    if not viewer.covers(maker.producer.commune, Role.COMMUNE) or has_owner(maker.producer_id):
        return False
    return not may_act_for(viewer, maker.producer_id) and not may_act_for(viewer, maker.shop.producer_id)


MAX_PHOTOS = 12
# Kinds that sell what several producers make.
OF_SEVERAL = frozenset(
    {ProducerKind.COOPERATIVE, ProducerKind.COOPERATIVE_GROUP, ProducerKind.ASSOCIATION, ProducerKind.COMPANY}
)


def may_have_makers(producer: Producer) -> bool:
    """Whether a shop of this producer may sell other producers' goods under their names."""
    return producer.kind in OF_SEVERAL
