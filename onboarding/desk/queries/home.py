"""The figures of a desk, and what waits there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.desk.registry import Todo
from core.people.queries import Viewer
from onboarding.checks.queries import households_to_verify, revisits_visible_to
from onboarding.checks.rules import VERIFIERS
from onboarding.desk.queries.households import open_accounts
from onboarding.households.models import Household
from onboarding.households.rules import DESK_ROLES, desk_area
from onboarding.matching.models import DuplicatePair
from onboarding.matching.queries import flagged_phones_of


@dataclass(frozen=True)
class Figures:
    """Living households of a desk: all, verified, with an account on a platform; open pairs that may be one household; phones
    that too many households gave."""

    households: int
    verified: int
    with_account: int
    duplicates: int
    phones: int


def figures_of(viewer: Viewer) -> Figures:
    """Three queries."""
    mine = Household.objects.filter(desk_area(viewer), ended_on__isnull=True)
    account = Exists(open_accounts().filter(producer__household=OuterRef("pk")))
    counted = mine.annotate(has_shop=account).aggregate(
        households=Count("pk"),
        verified=Count("pk", filter=Q(verified_by__isnull=False)),
        with_account=Count("pk", filter=Q(has_shop=True)),
    )
    pairs = viewer.area(*DESK_ROLES, unit_field="first__commune", hamlet_field="first__hamlet")
    return Figures(
        **counted,
        duplicates=DuplicatePair.objects.filter(pairs, state=DuplicatePair.State.OPEN).count(),
        phones=flagged_phones_of(mine),
    )


def desk_todos(viewer: Viewer) -> Iterable[Todo]:
    """Households to verify and to visit again; three queries for people of a desk, none for others."""
    if not viewer.has_role(*VERIFIERS):
        return
    waiting = households_to_verify(viewer).count()
    if waiting:
        yield Todo(
            _("%(number)d hộ chờ bạn xác minh.") % {"number": waiting},
            reverse("commune_verify"),
            _("Xem các hộ"),
            urgency=4,
            kind="wait",
        )
    again = revisits_visible_to(viewer).filter(result="").count()
    if again:
        yield Todo(
            _("%(number)d hộ của mẫu kiểm tra lại chưa có ai đến.") % {"number": again},
            reverse("commune_samples"),
            _("Xem mẫu"),
            urgency=5,
            kind="wait",
        )
