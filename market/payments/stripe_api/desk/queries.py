"""Which applications somebody sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.kit import clock
from core.people.queries import Viewer
from market.payments.models import Charge
from market.payments.rules import may_see_money
from market.payments.stripe_api.models import ApplicationKey, ConnectedApplication
from onboarding.producers.models import Producer
from onboarding.producers.queries import owned, producers_at_work

# Of keys that open nothing any more so many are shown.
REVOKED_SHOWN = 20


def producers_owned(viewer: Viewer) -> QuerySet[Producer]:
    """The producers this person works for now and owns."""
    return producers_at_work(viewer).filter(owned(by=viewer))


def applications_of(viewer: Viewer) -> QuerySet[ConnectedApplication]:
    """Those of the producers this person owns: open ones first, then the newest; with producer."""
    rows = ConnectedApplication.objects.filter(producer__in=producers_owned(viewer))
    return rows.select_related("producer").order_by(F("closed_at").desc(nulls_first=True), "-pk")


def applications_visible_to(viewer: Viewer) -> QuerySet[ConnectedApplication]:
    """All of them, for who sees money: the newest first, with producer and `came`, the đồng they took in earnest since the
    month began."""
    if not may_see_money(viewer):
        return ConnectedApplication.objects.none()
    start = clock.start_of(clock.today().replace(day=1))
    taken = (
        Charge.objects.filter(
            payment__intent__application=OuterRef("pk"), payment__is_live=True, made_at__gte=start, is_extra=False
        )
        .order_by()
        .values("payment__intent__application")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    rows = ConnectedApplication.objects.annotate(came=Coalesce(Subquery(taken), Value(0)))
    return rows.select_related("producer").order_by("-pk")


def open_keys_of(application: ConnectedApplication) -> QuerySet[ApplicationKey]:
    """What opens something, the newest first."""
    return application.keys.filter(revoked_at=None).order_by("-pk")


def revoked_keys_of(application: ConnectedApplication) -> QuerySet[ApplicationKey]:
    """What was revoked last."""
    return application.keys.exclude(revoked_at=None).order_by("-revoked_at", "-pk")[:REVOKED_SHOWN]


def open_keys_among(applications: Iterable[ConnectedApplication]) -> dict[int, list[ApplicationKey]]:
    """{application id: what opens something}; one query for all of them, an empty list for one without a key."""
    found: dict[int, list[ApplicationKey]] = defaultdict(list)
    for key in ApplicationKey.objects.filter(application__in=list(applications), revoked_at=None).order_by("-pk"):
        found[key.application_id].append(key)
    return found
