"""The audit trail, and events: both only together with the change they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import transaction

from core.audit.actions import Noted, record, record_many
from core.audit.chain import digest
from core.audit.models import AuditDetail, AuditEntry
from core.audit.sealing import seal_due
from core.audit.verifying import verify_chain
from core.events.registry import Event, emit, subscribe
from core.people.models import User


@pytest.mark.django_db
@time_machine.travel("2026-05-01T03:00:00Z", tick=False)
def test_an_entry_says_who_did_what_to_what() -> None:
    record("grant.given", actor_id=7, object_label="grant:3", unit_code="22891", on_behalf_of_id=9, via="api")
    values = AuditEntry.objects.values(
        "at", "actor_id", "on_behalf_of_id", "via", "action", "object_label", "unit_code"
    )
    assert values.get() == {
        "at": datetime(2026, 5, 1, 3, tzinfo=UTC), "actor_id": 7, "on_behalf_of_id": 9, "via": "api",
        "action": "grant.given", "object_label": "grant:3", "unit_code": "22891",
    }  # fmt: skip


@pytest.mark.django_db
def test_many_entries_are_as_if_written_one_by_one_and_are_sealed() -> None:
    noted = [
        Noted("household:1", "22891"),
        Noted("household:2", "22891", {"năm sinh": ("", "1970")}),
        Noted("household:3"),
    ]
    record_many("grant.given", noted, actor_id=7, via="import")
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [(each.object_label, each.unit_code, each.actor_id, each.via) for each in entries] == [
        ("household:1", "22891", 7, "import"), ("household:2", "22891", 7, "import"), ("household:3", "", 7, "import"),
    ]  # fmt: skip
    detail = AuditDetail.objects.get()
    assert (detail.entry_id, detail.text) == (entries[1].pk, '{"năm sinh":["","1970"]}')
    assert [each.digest for each in entries] == ["", digest(detail.salt, detail.text), ""]
    assert seal_due() == 3
    verdict = verify_chain(with_details=True)
    assert (verdict.checked, verdict.details_checked, verdict.broken, verdict.doubts) == (3, 1, None, 0)
    with pytest.raises(ValueError, match=r"grant\.forgotten"):
        record_many("grant.forgotten", noted, actor_id=7)
    assert AuditEntry.objects.count() == 3


@pytest.mark.django_db
def test_a_word_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match=r"grant\.forgotten"):
        record("grant.forgotten", actor_id=None, object_label="grant:1")
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_entries_cannot_be_changed_or_deleted() -> None:
    record("grant.given", actor_id=7, object_label="grant:3")
    before = AuditEntry.objects.values().get()
    entry = AuditEntry.objects.get()
    entry.actor_id = 8
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    with pytest.raises(TypeError):
        AuditEntry.objects.filter(pk=entry.pk).update(actor_id=8)
    with pytest.raises(TypeError):
        AuditEntry.objects.all().delete()
    with pytest.raises(TypeError), transaction.atomic():
        AuditEntry.objects.bulk_update([entry], ["actor_id"])
    assert AuditEntry.objects.values().get() == before


@dataclass(frozen=True)
class BoatCameIn(Event):
    """An event of these tests."""

    name: str


def test_outside_a_transaction_nothing_is_recorded_or_told(committed_db: None) -> None:
    told: list[str] = []
    subscribe(BoatCameIn, lambda event: told.append(event.name))
    with pytest.raises(RuntimeError):
        record("grant.given", actor_id=None, object_label="grant:1")
    with pytest.raises(RuntimeError):
        emit(BoatCameIn("BT 1234"))
    assert (AuditEntry.objects.count(), told) == (0, [])
    with transaction.atomic():
        record("grant.given", actor_id=None, object_label="grant:1")
        emit(BoatCameIn("BT 1234"))
    assert (AuditEntry.objects.count(), told) == (1, ["BT 1234"])


@pytest.mark.django_db
def test_handlers_are_called_once_and_only_for_their_events() -> None:
    told: list[Event] = []

    @dataclass(frozen=True)
    class NetTore(Event):
        metres: int

    subscribe(NetTore, told.append)
    subscribe(NetTore, told.append)  # as when ready() runs twice
    emit(BoatCameIn("BT 1"))
    emit(NetTore(3))
    assert told == [NetTore(3)]


@pytest.mark.django_db
def test_a_handler_that_fails_takes_the_change_with_it() -> None:
    @dataclass(frozen=True)
    class HoldIsFull(Event):
        pass

    def fail(event: Event) -> None:
        User.objects.create(username="half-done")
        raise LookupError

    subscribe(HoldIsFull, fail)

    @transaction.atomic
    def write() -> None:
        User.objects.create(username="writer")
        record("person.made", actor_id=None, object_label="user:1")
        emit(HoldIsFull())

    with pytest.raises(LookupError):
        write()
    assert not User.objects.filter(username__in=["writer", "half-done"]).exists()
    assert not AuditEntry.objects.exists()
