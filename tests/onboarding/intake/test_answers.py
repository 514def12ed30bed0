"""A household's no is never late and never lost; a yes counts only if it is sure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from onboarding.accounts.models import OutsideLink
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.households.actions import end_household
from onboarding.households.models import Household
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.models import IntakeIssue, Submission, SubmissionState
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.models import DuplicatePair
from onboarding.producers.models import Producer
from tests.onboarding.intake.sending import Device
from tests.people import People

NO: dict[str, Any] = {"consents": {"publication": False}, "means": "spoken", "notice": 1}
YES: dict[str, Any] = NO | {"consents": {"publication": True}}


def household_of(envelope: dict[str, Any]) -> Household:
    return Household.objects.get(record_id=envelope["record"])


def state_of(envelope: dict[str, Any]) -> str:
    return SubmissionState.objects.get(submission__submission_id=envelope["submission"]).state


def may_publish(envelope: dict[str, Any]) -> list[bool]:
    """Of every producer of the household."""
    found = Producer.objects.filter(household=household_of(envelope)).order_by("pk")
    return [has_consent(producer, Purpose.PUBLICATION) for producer in found]


class TestARefusal:
    def test_counts_behind_a_gap(self, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        assert may_publish(create) == [True]
        edit = device.edit(create, {"has_e_wallet": True}, {}, sequence=3, **NO)
        device.send(edit)
        assert state_of(edit) == "waiting" and may_publish(create) == [False]
        rows = household_of(create).producers.get().consents.count()
        device.send(device.edit(create, {}, {}))
        assert state_of(edit) == "applied" and may_publish(create) == [False]
        assert household_of(create).producers.get().consents.count() == rows  # said once, noted once

    def test_counts_before_its_household_has_come(self, device: Device) -> None:
        create = device.envelope()
        device.send(device.edit(create, {}, {}, sequence=7, **NO))
        device.send(create)
        assert may_publish(create) == [False]

    def test_counts_when_the_household_had_ended(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        end_household(household=household_of(create), reason="moved", by=people.viewer("chi"))
        edit = device.edit(create, {"has_e_wallet": True}, {}, **NO)
        device.send(edit)
        assert state_of(edit) == "refused" and may_publish(create) == [False]

    def test_counts_for_all_producers_of_a_merged_household(self, people: People, device: Device) -> None:
        one, other = device.envelope(), device.envelope()
        device.send(one)
        device.send(other)
        kept = household_of(one).pk
        merge_households(pair=DuplicatePair.objects.get(), keep_id=kept, choices={}, by=people.viewer("chi"))
        assert may_publish(one) == [True, True]
        device.send(device.edit(other, {}, {}, **NO))
        assert may_publish(one) == [False, False]

    def test_deriving_again_says_it_no_second_time(self, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        device.send(device.edit(create, {}, {}, sequence=3, **NO))
        device.send(device.edit(create, {}, {}, sequence=5, **NO))
        producer = household_of(create).producers.get()
        rows = producer.consents.count()
        for again in (False, True):
            derive_record(record_id=Submission.objects.all()[0].record_id, again=again)
        assert producer.consents.count() == rows


class TestAYesAfterAWithdrawal:
    @pytest.mark.parametrize(
        ("entered", "withdrawn", "received", "counts"),
        [
            (5, 2, 6, False),  # a clock five days ahead, or a yes of the fifth day: nobody can say
            (30, 2, 6, False),  # far ahead of the server
            (1, 2, 6, False),  # said before
            (6, 2, 6, True),  # it comes as it is said
            (45, 2, 46, True),  # no device keeps a record that long
        ],
    )
    def test_in_doubt_it_does_not_count(
        self, people: People, device: Device, entered: int, withdrawn: int, received: int, counts: bool
    ) -> None:
        create, now = device.envelope(), timezone.now()
        device.send(create)
        producer = household_of(create).producers.get()
        yes = device.edit(create, {}, {}, entered_at=(now + timedelta(days=entered)).isoformat(), **YES)
        with time_machine.travel(now + timedelta(days=withdrawn)):
            record_consents(producer=producer, answers={"publication": False}, means="paper", by=people.viewer("chi"))
        with time_machine.travel(now + timedelta(days=received)):
            assert device.send(yes).receipt["state"] == "applied"
            assert may_publish(create) == [counts]
        told = IntakeIssue.objects.filter(submission__submission_id=yes["submission"]).count()
        assert told == (0 if counts or entered < withdrawn else 1)

    def test_ones_own_later_yes_counts(self, device: Device) -> None:
        create, now = device.envelope(), timezone.now()
        device.send(create)
        device.send(device.edit(create, {}, {}, **NO))
        yes = device.edit(create, {}, {}, sequence=3, entered_at=(now + timedelta(days=1)).isoformat(), **YES)
        with time_machine.travel(now + timedelta(days=2)):
            device.send(yes)
        assert may_publish(create) == [True]


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("https://voso.vn/gian-hang/nha-hoa", "shop"),
        ("https://www.sendo.vn/x", ""),
    ],
)
def test_a_shop_link_typed_at_the_door(device: Device, link: str, kind: str) -> None:
    device.send(device.envelope(accounts=[{"platform": "voso", "link": link, "seller_id": ""}]))
    assert list(OutsideLink.objects.values_list("kind", flat=True)) == ([kind] if kind else [])
    assert IntakeIssue.objects.count() == (0 if kind else 1)


def test_a_product_link_where_shops_look_otherwise(device: Device) -> None:
    from onboarding.accounts.models import Platform

    Platform.objects.filter(code="voso").update(shop_link_pattern=r"^https://voso\.vn/gian-hang/.+$")
    link = "https://voso.vn/hat-dieu-p123.html"
    device.send(device.envelope(accounts=[{"platform": "voso", "link": link, "seller_id": ""}]))
    assert OutsideLink.objects.get().kind == "product" and IntakeIssue.objects.count() == 0
