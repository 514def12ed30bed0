"""Connected applications with their keys, made by the product's own actions."""

from __future__ import annotations

from dataclasses import dataclass

from market.payments.stripe_api.actions.keys import make_key
from onboarding.producers.models import Producer
from tests.market.payments.stripe_api.program import connected
from tests.people import make_people


@dataclass(frozen=True)
class Account:
    """One application: its keys for trials and in earnest."""

    application_id: int
    test_key: str
    live_key: str


def producer() -> Producer:
    """An's, made with everybody when nobody is there yet."""
    return Producer.objects.order_by("pk").first() or make_people().producer


def account(name: str) -> Account:
    """Another application."""
    application = connected(producer(), name)
    keys = [make_key(application=application, is_live=is_live, name=name) for is_live in (False, True)]
    return Account(application.pk, *keys)
