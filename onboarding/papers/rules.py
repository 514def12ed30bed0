"""When a paper counts, and who may record, see and check it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from core.kit.numbers import masked_end
from core.people.models import Role
from core.people.queries import Viewer
from onboarding.papers.models import Paper, PaperKind
from onboarding.producers.models import Producer
from onboarding.producers.queries import may_act_for

CHECKERS = (Role.COMMUNE,)
# A household business's registration number may be its owner's personal number; of another paper nobody knows.
NUMBER_NOT_SHOWN = frozenset({PaperKind.BUSINESS, PaperKind.OTHER})
# How long before its last day a paper is worth a word.
ENDING_WITHIN = timedelta(days=60)


class State(StrEnum):
    """What a paper is on a day, from its dates alone."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    ENDING = "ending"
    ENDED = "ended"
    UNDATED = "undated"


def state_of(paper: Paper, on: date) -> State:
    """What the paper is on a day in Vietnam; it still counts on its last day. A paper without one is undated, whatever
    its age: nobody has said when it ends."""
    if paper.issued_on > on:
        return State.NOT_YET
    if paper.valid_until is None:
        return State.UNDATED
    if paper.valid_until < on:
        return State.ENDED
    return State.ENDING if paper.valid_until - on <= ENDING_WITHIN else State.IN_FORCE


def is_in_force(paper: Paper, on: date) -> bool:
    """Whether the paper may be shown and counts where one is asked for on that day."""
    counts = (State.IN_FORCE, State.ENDING, State.UNDATED)
    return paper.withdrawn_at is None and paper.mismatch_at is None and state_of(paper, on) in counts


def public_number(paper: Paper) -> str:
    """The number as others than the producer's own people may read it; "" where it may be somebody's personal number."""
    return "" if paper.kind in NUMBER_NOT_SHOWN else paper.number


def own_number(paper: Paper) -> str:
    """The number as the producer's people and officers see it in lists: where it may be a personal one, by its end."""
    return public_number(paper) or masked_end(paper.number)


def can_record(viewer: Viewer, producer: Producer) -> bool:
    """Whether this person may record and withdraw papers of the producer: whoever acts for it today."""
    return may_act_for(viewer, producer.pk)


def can_see(viewer: Viewer, paper: Paper) -> bool:
    """Whether this person may see the scan: whoever acts for the producer, and the officers of its commune."""
    return may_act_for(viewer, paper.producer_id) or viewer.covers(paper.producer.commune, *CHECKERS)


def can_check(viewer: Viewer, paper: Paper) -> bool:
    """Whether this person may say that they have compared the paper with the original: an officer of the commune who
    neither recorded it nor acts for the producer."""
    return (
        viewer.user_id is not None
        and viewer.covers(paper.producer.commune, *CHECKERS)
        and viewer.user_id != paper.recorded_by_id
        and not may_act_for(viewer, paper.producer_id)
    )
