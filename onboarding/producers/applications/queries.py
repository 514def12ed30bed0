"""Reading applications."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from onboarding.producers.applications.rules import DECIDERS
from onboarding.producers.models import Application, Producer

State = Application.State


def applications_of(viewer: Viewer) -> QuerySet[Application]:
    """What this person asked for, newest first."""
    rows = Application.objects.filter(applicant_id=viewer.user_id or 0)
    return rows.select_related("commune__parent", "producer").order_by("-made_at", "-pk")


def applications_open(viewer: Viewer) -> list[Application]:
    """What this person's home says of their applications: those that wait; when none does and the last one was refused,
    that one. One query, three at most."""
    rows = list(applications_of(viewer).exclude(state=State.CONFIRMED)[:10])
    waiting = [row for row in rows if row.state == State.WAITING]
    return waiting[:3] or [row for row in rows[:1] if row.state == State.REFUSED]


def applications_at_desk(viewer: Viewer, state: str = "") -> QuerySet[Application]:
    """Those of the area of an officer, the longest waiting first; other states newest first. One's own are not among
    them: somebody else decides."""
    rows = Application.objects.filter(viewer.area(*DECIDERS, unit_field="commune"))
    rows = rows.exclude(applicant_id=viewer.user_id or 0).select_related("commune__parent", "producer", "decided_by")
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("made_at", "pk") if state == State.WAITING else rows.order_by("-made_at", "-pk")


def is_known(tax_code: str) -> bool:
    """Whether a producer has this tax code, or somebody waits with it."""
    if Producer.objects.filter(tax_index__of=tax_code).exists():
        return True
    return Application.objects.filter(tax_index__of=tax_code, state=State.WAITING).exists()


def application_todos(viewer: Viewer) -> Iterable[Todo]:
    """For officers: how many wait. One query, none for others."""
    if not viewer.has_role(*DECIDERS):
        return
    waiting = applications_at_desk(viewer, State.WAITING).count()
    if waiting:
        yield Todo(
            f"{waiting} đơn đăng ký bán hàng chờ xã xác nhận.", reverse("applications"), "Xem các đơn", 3, "wait"
        )


def labels_of_applicant(user_id: int) -> list[str]:
    """The audit labels of a person's own applications."""
    numbers = Application.objects.filter(applicant_id=user_id).values_list("pk", flat=True)
    return [f"application:{number}" for number in numbers]


def tax_code_of(viewer: Viewer, number: int) -> Revealed | None:
    """The tax code of an application, for an audited look of an officer of its place or its applicant."""
    found = _seen(viewer, number)
    if found is None:
        return None
    return Revealed(found.tax_code, found.name, f"application:{found.pk}", found.commune.code)


def phone_of(viewer: Viewer, number: int) -> Revealed | None:
    """The phone of an application, likewise."""
    found = _seen(viewer, number)
    if found is None:
        return None
    return Revealed(found.phone, found.contact, f"application:{found.pk}", found.commune.code)


def _seen(viewer: Viewer, number: int) -> Application | None:
    at_desk = applications_at_desk(viewer).filter(pk=number).first()
    return at_desk or applications_of(viewer).filter(pk=number).first()
