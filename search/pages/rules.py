"""What somebody may find: everybody what is public; officers the producers of their area besides. And what counts as not found."""

from __future__ import annotations

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from search.engines.contract import PRODUCER, PUBLIC_KINDS, Answer, Question, Scope
from search.ranking.understanding import understood

PUBLIC = Scope()


def is_miss(question: Question, answer: Answer) -> bool:
    """Whether the words themselves found nothing. What officers look for is not counted: they look for people."""
    found_nothing = bool(answer.did_you_mean) or not answer.matches
    return found_nothing and question.scope == PUBLIC and question.page == 1 and not understood(question.text).is_open


def scope_of(viewer: Viewer) -> Scope:
    """The scope of a viewer's grants as staff. A team's hamlets are no area here, and whoever has none finds what is public."""
    if not viewer.is_signed_in or not viewer.has_role(*STAFF_ROLES):
        return PUBLIC
    kinds = (*PUBLIC_KINDS, PRODUCER)
    if viewer.sees_everything(*STAFF_ROLES):
        return Scope(kinds)
    own = Unit.objects.filter(viewer.units(*STAFF_ROLES), in_force(clock.today()), level=Level.COMMUNE)
    codes = tuple(own.order_by("code").values_list("code", flat=True))
    return Scope(kinds, codes) if codes else PUBLIC
