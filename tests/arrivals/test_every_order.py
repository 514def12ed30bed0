"""Every order in which the pieces of records may arrive, enumerated: the register is the same in the end.

Three records on two devices: A and B are made, edited and photographed on one device each; C is made on one device and
edited on the other. Of each: the first submission, its edit, a photo, one of the two again, and one of the two with
other bytes under the same id. Of two different contents under one id the one that came first is the record, so there
are two final registers, and which one it is hangs on that alone.

The orders are walked as a tree: what two orders begin with in common is sent once, and taken back by a savepoint.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from core.files.models import Photo
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from onboarding.consent.queries import last_answers
from onboarding.households.actions import end_household, facts_of, reopen_household
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions import deriving, noting
from onboarding.intake.actions import photos as photo_actions
from onboarding.intake.models import DisputedSubmission, IntakeIssue, Submission
from onboarding.intake.receipts import receipts_of
from onboarding.intake.refusals import NotTaken
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.models import DuplicatePair
from onboarding.producers.models import Producer
from onboarding.visits.models import Attendance, Visit
from tests.onboarding.intake.sending import FACTS, Device, raw_of, sha256
from tests.people import People, jpeg

EVENTS = ("create", "edit", "photo", "again", "changed")


@dataclass(frozen=True)
class Record:
    """One record: its events by name, and its final values of (name, e-wallet) by what came first of the two contents."""

    number: uuid.UUID
    send: dict[str, Callable[[], Any]]
    contents: tuple[str, str]  # the events that bring one content, and the one that brings the other
    finals: tuple[tuple[str, bool], tuple[str, bool]]

    def final(self, order: Sequence[str]) -> tuple[str, bool]:
        """What the register must say after this order."""
        first = next(event for event in order if event in {self.contents[0], "again", self.contents[1]})
        return self.finals[1] if first == self.contents[1] else self.finals[0]


@pytest.fixture
def records(people: People, monkeypatch: pytest.MonkeyPatch) -> dict[str, Record]:
    """A, B and C."""
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    one, two = Device.enrolled(people, "hanh"), Device.enrolled(people, "dung")
    # Opening a picture takes longest and has no part in the order: each is opened once.
    opened: dict[bytes, Any] = {}
    real = photo_actions.take_photo

    def take_once(*, upload: Any, by: Any) -> Any:
        raw = upload.read()
        upload.seek(0)
        if raw not in opened:
            opened[raw] = real(upload=upload, by=by)
        elif not Photo.objects.filter(pk=opened[raw].pk).exists():  # taken back with its order
            opened[raw].save(force_insert=True)
        return opened[raw]

    monkeypatch.setattr(photo_actions, "take_photo", take_once)
    return {
        "A": record_of("Hộ A", one, one, "create", jpeg(64, 48, "#111")),
        "B": record_of("Hộ B", two, two, "create", jpeg(64, 48, "#222")),
        "C": record_of("Hộ C", one, two, "edit", jpeg(64, 48, "#333")),
    }


def record_of(name: str, maker: Device, editor: Device, disputed: str, photo: bytes) -> Record:
    """A record made by one device and edited by another; `disputed` is the event sent with two contents."""
    facts = FACTS | {"head_name": name, "phone": "", "phone_owner": "none"}
    create = maker.envelope(facts=facts, photos=[sha256(photo)])
    edit = editor.edit(create, {"has_e_wallet": True}, {"has_e_wallet": None})
    if disputed == "create":
        original, other = create, create | {"facts": facts | {"head_name": name + " khác"}}
        finals = ((name, True), (name + " khác", True))
        sender = maker
    else:
        original, other = edit, edit | {"facts": {"has_e_wallet": False}}
        finals = ((name, True), (name, False))
        sender = editor
    send = {
        "create": lambda: maker.send(raw_of(create)),
        "edit": lambda: editor.send(raw_of(edit)),
        "photo": lambda: maker.send_photo(create, photo),
        "again": lambda: sender.send(raw_of(original)),
        "changed": lambda: sender.send(raw_of(other)),
    }
    return Record(uuid.UUID(create["record"]), send, (disputed, "changed"), finals)


def arrive(record: Record, event: str) -> None:
    """It arrives; other bytes under a known id are answered with 409."""
    try:
        record.send[event]()
    except NotTaken as refusal:
        if refusal.code != "other_bytes":
            raise


def walk(orders: Sequence[Sequence[Any]], send: Callable[[Any], None], check: Callable[[Sequence[Any]], None]) -> int:
    """Send every order, shared beginnings once; returns how many orders were checked at their end."""

    def below(prefix: tuple[Any, ...], left: Sequence[Sequence[Any]]) -> int:
        done = 0
        for event, group in itertools.groupby(left, key=lambda order: order[len(prefix)]):
            with transaction.atomic():
                send(event)
                here, those = (*prefix, event), list(group)
                if len(here) == len(those[0]):
                    check(here)
                    done += len(those)
                else:
                    done += below(here, those)
                transaction.set_rollback(True)
        return done

    return below((), sorted(orders))


def snapshot(number: uuid.UUID) -> dict[str, Any]:
    """Everything the register says about a record."""
    household = Household.objects.get(record_id=number)
    producer = Producer.objects.get(household=household)
    return {
        "facts": facts_of(household),
        "photos": HouseholdPhoto.objects.filter(household=household).count(),
        "producer": (producer.name, producer.kind),
        "answers": last_answers(producer),
        "consents": producer.consents.count(),
        "states": set(
            Submission.objects.filter(record_id=number).values_list("sequence", "device_id", "outcome__state")
        ),
        "disputes": DisputedSubmission.objects.filter(submission__record_id=number).count(),
        "issues": list(IntakeIssue.objects.filter(submission__record_id=number).values_list("kind", flat=True)),
    }


def check_record(record: Record, order: Sequence[str], finals: dict[tuple[str, bool], dict[str, Any]]) -> None:
    """One household, the photo once, one dispute, every receipt complete, and always the same register."""
    found = snapshot(record.number)
    facts = found["facts"]
    expected = record.final(order)
    assert (facts.head_name, facts.has_e_wallet) == expected, order
    assert (found["photos"], found["disputes"], found["issues"]) == (1, 1, ["changed_bytes"]), order
    assert {state for *_, state in found["states"]} == {"applied"} and len(found["states"]) == 2, order
    receipts = receipts_of(list(Submission.objects.filter(record_id=record.number).select_related("outcome")))
    assert [receipt["complete"] for receipt in receipts] == [True, True], order
    assert finals.setdefault(expected, found) == found, order


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_every_order_of_one_record(records: dict[str, Record], name: str) -> None:
    record, finals = records[name], {}
    users, households = User.objects.count(), Household.objects.count()

    def check(order: Sequence[str]) -> None:
        check_record(record, order, finals)
        assert Household.objects.count() == households + 1 and User.objects.count() == users

    orders = list(itertools.permutations(EVENTS))
    assert walk(orders, lambda event: arrive(record, event), check) == 120
    assert set(finals) == set(record.finals)


def interleavings(left: dict[str, tuple[str, ...]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """All ways to mix these lists that keep each list's own order."""
    if not any(left.values()):
        yield ()
    for name, events in left.items():
        if events:
            for rest in interleavings(left | {name: events[1:]}):
                yield ((name, events[0]), *rest)


def test_every_interleaving_of_three_records(records: dict[str, Record]) -> None:
    """Each record's edit comes before its first submission; the three are mixed in every way."""
    backwards = dict.fromkeys(records, ("edit", "create"))
    orders = list(interleavings(backwards))
    assert len(orders) == 90
    households = Household.objects.count()

    def check(order: Sequence[tuple[str, str]]) -> None:
        assert Household.objects.count() == households + 3
        for record in records.values():
            facts = facts_of(Household.objects.get(record_id=record.number))
            assert (facts.head_name, facts.has_e_wallet) == record.finals[0], order
        assert IntakeIssue.objects.count() == 0

    assert walk(orders, lambda event: arrive(records[event[0]], event[1]), check) == 90


def test_three_whole_records_mixed(records: dict[str, Record]) -> None:
    """Everything of all three records, round by round in every order of the records, forwards and backwards."""
    households, finals = Household.objects.count(), {}
    orders = [
        tuple((name, event) for event in events for name in names)
        for events in (EVENTS, EVENTS[::-1])
        for names in itertools.permutations(records)
    ]

    def check(order: Sequence[tuple[str, str]]) -> None:
        assert Household.objects.count() == households + 3
        for name, record in records.items():
            check_record(record, [event for of, event in order if of == name], finals)

    assert walk(orders, lambda event: arrive(records[event[0]], event[1]), check) == len(orders)


def test_the_walk_would_see_a_difference(records: dict[str, Record], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the waiting and the second try taken away an edit that comes first breaks the walk."""
    monkeypatch.setattr(deriving._Run, "_hindrance", lambda *_: "")
    monkeypatch.setattr(noting, "MOST_TRIES", 1)
    record, orders = records["A"], [("edit", "create", "photo", "again", "changed")]
    with pytest.raises(AssertionError):
        walk(orders, lambda event: arrive(record, event), lambda order: check_record(record, order, {}))


def test_a_withdrawal_anywhere_among_the_others(records: dict[str, Record], people: People) -> None:
    """In every order also with a second withdrawal behind a gap: whatever came before or waits, the answer is no."""
    record = records["A"]
    no = {"consents": {"publication": False}, "means": "spoken", "notice": 1}
    record.send["withdraw"] = late_edit(record, people, 9, **no)

    def check(order: Sequence[str]) -> None:
        assert last_answers(Producer.objects.get(household__record_id=record.number))["publication"] is False, order
        facts = facts_of(Household.objects.get(record_id=record.number))
        assert (facts.head_name, facts.has_e_wallet) == ("Hộ A", True), order

    orders = list(itertools.permutations(("create", "edit", "photo", "again", "withdraw")))
    assert walk(orders, lambda event: arrive(record, event), check) == 120


def test_what_was_refused_because_the_household_had_ended(records: dict[str, Record], people: People) -> None:
    """It ends at any moment between the others; when it lives again, the register is the same as if it never had."""
    record, chi = records["A"], people.viewer("chi")
    no = {"consents": {"publication": False}, "means": "spoken", "notice": 1}
    record.send["withdraw"] = late_edit(record, people, 1, **no)

    def end() -> None:
        for household in Household.objects.filter(record_id=record.number):
            end_household(household=household, reason="moved", by=chi)

    record.send["end"] = end
    refused = 0

    def check(order: Sequence[str]) -> None:
        nonlocal refused
        producer = Producer.objects.get(household__record_id=record.number)
        assert last_answers(producer)["publication"] is False, order
        states = Submission.objects.filter(record_id=record.number).values_list("outcome__state", flat=True)
        refused += "refused" in states
        reopen_household(household=Household.objects.get(record_id=record.number), by=chi)
        deriving.derive_record(record_id=record.number)
        assert set(states.all()) == {"applied"}, order
        household = Household.objects.get(record_id=record.number)
        assert (household.has_e_wallet, household.photos.count()) == (True, 1), order

    orders = list(itertools.permutations(("create", "edit", "photo", "withdraw", "end")))
    assert walk(orders, lambda event: arrive(record, event), check) == 120
    assert refused > 20


def test_a_merge_before_or_after_late_visits_and_photos(records: dict[str, Record], people: People) -> None:
    """What comes late for the absorbed household is at the one that is left, once."""
    one, other = records["A"], records["B"]
    for record in (one, other):
        arrive(record, "create")
    kept, absorbed = (Household.objects.get(record_id=record.number) for record in (one, other))
    device = Device.enrolled(people, "hanh")
    visit = raw_of(device.visit(str(other.number)))
    session = raw_of(device.session([str(one.number), str(other.number)], others=1))
    pair = DuplicatePair.objects.create(
        first=min(kept, absorbed, key=lambda row: row.pk), second=max(kept, absorbed, key=lambda row: row.pk),
        score=90, reasons="[]", found_at=clock.now(),
    )  # fmt: skip
    send = {
        "merge": lambda: merge_households(pair=pair, keep_id=kept.pk, choices={}, by=people.viewer("chi")),
        "visit": lambda: device.send(visit),
        "session": lambda: device.send(session),
        "photo": other.send["photo"],
    }

    def check(order: Sequence[str]) -> None:
        assert list(Visit.objects.values_list("household", flat=True)) == [kept.pk], order
        came = Attendance.objects.order_by("others").values_list("household", "others")
        assert list(came) == [(kept.pk, 0), (None, 1)], order
        assert list(HouseholdPhoto.objects.values_list("household", flat=True)) == [kept.pk], order

    orders = list(itertools.permutations(send))
    assert walk(orders, lambda event: send[event](), check) == 24


def late_edit(record: Record, people: People, sequence: int, **said: Any) -> Callable[[], Any]:
    """Another device's edit of this record that changes no facts."""
    device = Device.enrolled(people, "hanh")
    frame = {"op": "edit", "sequence": sequence, "record": str(record.number), "facts": {}, "accounts": []}
    raw = raw_of(device.envelope(**frame) | said)
    return lambda: device.send(raw)
