"""Readiness: unknown is not no; producers' own; pilots."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from onboarding.desk.queries.readiness import household_readiness, producer_readiness, total_of
from onboarding.households.actions import end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household, PilotUnit
from onboarding.households.pilots.actions import DecisionMissing, set_pilot
from onboarding.producers.actions import note_readiness
from onboarding.producers.models import Producer
from tests.people import People


def add(people: People, hamlet: Hamlet, **facts: object) -> Household:
    said = {"phone_owner": "none"} | facts
    return register_household(
        record_id=uuid.uuid4(), facts=HouseholdFacts("Hộ", hamlet, **said), by=SYSTEM  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_share_is_of_those_who_were_asked(people: People) -> None:
    second = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    add(people, second, has_e_wallet=True, phone="+84912345678", phone_owner="own")
    add(people, second, has_e_wallet=False, phone_owner="unknown")
    add(people, second, has_e_wallet=True)
    add(people, second)
    end_household(household=add(people, second, has_e_wallet=True), reason="moved", by=SYSTEM)
    places = household_readiness(people.viewer("chi"), people.commune)
    assert [(each.name, each.total) for each in places] == [("Thôn 1", 1), ("Thôn 2", 4)]
    wallet, phone = places[1].shares[2], places[1].shares[0]
    assert (wallet.words, wallet.unknown) == ("2/3 (66,7\u00a0%)", 1)
    assert (phone.yes, phone.no, phone.unknown) == (1, 2, 1)
    assert (places[0].shares[2].words, places[0].shares[2].unknown) == ("", 1)
    total = total_of(places)
    assert total is not None and (total.total, total.shares[2].words, total.shares[2].unknown) == (
        5, "2/3 (66,7\u00a0%)", 2,
    )  # fmt: skip
    assert household_readiness(people.viewer("dung"), people.commune) == []
    chi = Client()
    chi.force_login(people.users["chi"])
    page = chi.get("/xa/san-sang/").content.decode()
    assert "2/3 (66,7\u00a0%)" in page and "chưa hỏi 1" in page and f"?thon={second.pk}" in page


def test_a_producers_own_people_and_officers_say_what_it_has(people: People) -> None:
    path = f"/lam-thay/{people.producer.pk}/san-sang/"
    for name, status in (("dung", 404), ("hanh", 404), ("an", 302), ("binh", 302), ("chi", 302)):
        client = Client()
        client.force_login(people.users[name])
        said = {"has_e_invoice": "yes", "has_vn_domain": "no"}
        assert client.post(path, said).status_code == status, name
    producer = Producer.objects.get(pk=people.producer.pk)
    assert (producer.has_e_invoice, producer.has_vn_domain, producer.has_digital_signature) == (True, False, None)
    entry = AuditEntry.objects.get(action="producer.readiness_noted")
    assert entry.actor_id == people.users["an"].pk, "nothing different was written by the others"
    with pytest.raises(PermissionError):
        note_readiness(producer=producer, answers={"has_e_contract": True}, by=people.viewer("dung"))
    [place] = producer_readiness(people.viewer("chi"), people.commune)
    assert [(share.words, share.unknown) for share in place.shares] == [
        ("1/1 (100,0\u00a0%)", 0), ("", 1), ("0/1 (0,0\u00a0%)", 0), ("", 1),
    ]  # fmt: skip


def test_the_province_sets_and_ends_a_pilot(people: People) -> None:
    phuong, chi = Client(), Client()
    phuong.force_login(people.users["phuong"])
    chi.force_login(people.users["chi"])
    said = {"place": f"{people.commune}, {people.commune.parent}", "valid_from": "2026-01-05", "decision": "12/QĐ"}
    assert chi.post("/xa/thi-diem/", said).status_code == 404
    assert phuong.post("/xa/thi-diem/", said).status_code == 302
    pilot = PilotUnit.objects.get()
    assert (pilot.commune, pilot.decision, pilot.valid_to) == (people.commune, "12/QĐ", None)
    assert "đang thí điểm rồi" in phuong.post("/xa/thi-diem/", said).content.decode()
    elsewhere = (
        Unit.objects.filter(level="commune", valid_to=None)
        .exclude(parent=people.commune.parent)
        .select_related("parent")[0]
    )
    refused = phuong.post("/xa/thi-diem/", said | {"place": f"{elsewhere}, {elsewhere.parent}"}).content.decode()
    assert "không thuộc tỉnh của bạn" in refused
    assert "Xã này đang thí điểm." in chi.get(f"/xa/ho/{people.producer.household_id}/").content.decode()
    assert chi.post(f"/xa/thi-diem/{pilot.pk}/ket-thuc/").status_code == 404
    assert phuong.post(f"/xa/thi-diem/{pilot.pk}/ket-thuc/").status_code == 302
    pilot.refresh_from_db()
    assert pilot.valid_to is not None and PilotUnit.objects.count() == 1


@pytest.mark.parametrize("decision", ["", "Họp giao ban", "ngày 5/1/2026"])
def test_a_pilot_of_an_earlier_day_needs_the_number_of_its_decision(people: People, decision: str) -> None:
    by, today = viewer_for(people.users["phuong"]), clock.today()
    yesterday = today - timedelta(days=1)
    entries = AuditEntry.objects.count()
    with pytest.raises(DecisionMissing):
        set_pilot(commune=people.commune, valid_from=yesterday, decision=decision, by=by)
    assert not PilotUnit.objects.exists() and AuditEntry.objects.count() == entries
    client = Client()
    client.force_login(people.users["phuong"])
    said = {"place": f"{people.commune}, {people.commune.parent}", "valid_from": str(yesterday), "decision": "Họp"}
    assert "hãy ghi số của văn bản" in client.post("/xa/thi-diem/", said).content.decode()
    set_pilot(commune=people.commune, valid_from=today, decision=decision, by=by)  # nothing of today is known yet


def test_when_a_pilot_was_chosen_is_kept_and_told(people: People) -> None:
    by = viewer_for(people.users["phuong"])
    before = clock.now()
    made = set_pilot(commune=people.commune, valid_from=date(2026, 1, 5), decision="12/2026/QĐ-UBND", by=by)
    assert made.recorded_at is not None and before <= made.recorded_at <= clock.now()
    client = Client()
    client.force_login(people.users["phuong"])
    assert f"ghi ngày {clock.today():%d/%m/%Y}" in client.get("/xa/thi-diem/").content.decode()
    # What was written before that was kept: the trail tells it, or nobody knows.
    other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
    PilotUnit.objects.create(commune=other, valid_from=date(2026, 1, 5))
    PilotUnit.objects.update(recorded_at=None)
    import_module("onboarding.migrations.0029_pilots_know_when_they_were_chosen").read_the_trail(apps, None)
    entry = AuditEntry.objects.get(action="pilot.set")
    assert list(PilotUnit.objects.order_by("pk").values_list("recorded_at", flat=True)) == [entry.at, None]
    PilotUnit.objects.update(recorded_at=None)
    assert "không rõ ghi ngày nào" in client.get("/xa/thi-diem/").content.decode()
