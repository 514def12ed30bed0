"""Reading what waits for the staff of platforms, what was given to them, and what they answered."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import in_force
from market.platforms.contract import ConnectionSettings, adapter_for, registered_adapters
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, PlatformListing, SheetBatch, SheetItem
from market.platforms.queries import awaiting_person
from market.platforms.rules import CONFIRMERS
from market.platforms.sheets.adapter import SheetAdapter
from onboarding.producers.queries import producers_of

Work = PlatformListing.Work
_OPEN_TAKE_DOWN = Exists(
    SheetItem.objects.filter(
        row=OuterRef("pk"), task=SheetItem.Task.TAKE_DOWN, answer=SheetItem.Answer.WAITING
    ).exclude(batch__state=SheetBatch.State.CANCELLED)
)


def sheet_adapter(connection: Connection) -> SheetAdapter | None:
    """The adapter of a connection served by sheets, None for one that speaks to a server."""
    adapter = adapter_for(connection.adapter)
    return adapter if isinstance(adapter, SheetAdapter) else None


def sheet_settings(connection: Connection) -> ConnectionSettings:
    """Settings with the columns in force and all that were; one query."""
    kept = list(connection.sheet_columns.order_by("-number"))
    current = next((each for each in kept if each.is_current), None)
    options: dict[str, Any] = {"earlier": [each.columns for each in kept if each is not current]}
    if current is not None:
        options |= {"columns": current.columns, "version": current.number}
    return settings_of(connection, options=options)


def served_by_sheets() -> QuerySet[Connection]:
    """The connections in use whose adapter hands a person a sheet, to platforms that are open today."""
    keys = [key for key in registered_adapters() if isinstance(adapter_for(key), SheetAdapter)]
    today = in_force(clock.today(), "platform__")
    return Connection.objects.filter(today, is_enabled=True, adapter__in=keys).select_related("platform")


def lines_waiting(connection: Connection) -> QuerySet[PlatformListing]:
    """What the next file must hold: new or changed listings that are in no file yet, and those that must go. What nobody may
    buy any more stands first."""
    put = awaiting_person() & Q(wanted=True, claimed_url="", sent_revision__lt=F("revision"))
    take_down = Q(wanted=False, work=Work.AWAITING_OPERATOR) & ~Q(_OPEN_TAKE_DOWN)
    return PlatformListing.objects.filter(put | take_down, connection=connection).order_by("priority", "pk")


def sheet_connections() -> list[Connection]:
    """The connections served by sheets by name, each with `to_export`, `to_answer` and `to_confirm`: how many listings wait at
    each step, and `to_send`: the number of the oldest batch that was not given to the platform. Two queries for each."""
    unsent = Min("batches__number", filter=Q(batches__state=SheetBatch.State.MADE))
    found = list[Connection](served_by_sheets().annotate(to_send=unsent).order_by("platform__name"))
    for connection in found:
        counts = connection.listings.aggregate(
            to_answer=Count(
                "pk", filter=awaiting_person() & Q(wanted=True, claimed_url="", sent_revision__gte=F("revision"))
            )
            + Count("pk", filter=Q(_OPEN_TAKE_DOWN, wanted=False, work=Work.AWAITING_OPERATOR)),
            to_confirm=Count("pk", filter=~Q(claimed_url="")),
        )
        vars(connection).update(counts, to_export=lines_waiting(connection).count())
    return found


def lines_of(batch: SheetBatch) -> QuerySet[SheetItem]:
    """The lines of a batch in the order of its file."""
    return batch.items.select_related("row__listing__shop__producer").order_by("pk")


def is_overtaken(item: SheetItem) -> bool:
    """Whether what an unanswered line asks for is no longer what the seller wants."""
    waits = item.answer == SheetItem.Answer.WAITING
    return waits and (item.row.wanted == (item.task == SheetItem.Task.TAKE_DOWN) or item.revision < item.row.revision)


def links_brought(viewer: Viewer) -> int:
    """How many claimed pages this person brought that another person has to open."""
    return PlatformListing.objects.exclude(claimed_url="").filter(claimed_by_id=viewer.user_id or 0).count()


def links_to_confirm(viewer: Viewer) -> QuerySet[PlatformListing]:
    """Claimed pages in this person's area that somebody should open, oldest first; not those that they brought."""
    return (
        PlatformListing.objects.exclude(claimed_url="")
        .exclude(claimed_by_id=viewer.user_id or 0)
        .filter(viewer.area(*CONFIRMERS, unit_field="listing__shop__producer__commune"))
        .exclude(listing__shop__producer__in=producers_of(viewer))
        .select_related("connection__platform", "listing__shop__producer", "claimed_by")
        .order_by("claimed_at", "pk")
    )
