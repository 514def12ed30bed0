"""A program of the demo world that speaks Stripe: An's own web shop, with a key everybody knows."""

from __future__ import annotations

from core.people.queries import SYSTEM, Viewer
from market.payments.stripe_api.actions.keys import connect_application, make_key
from onboarding.producers.models import Producer

KEY = "sk_test_lensan_demo"  # production refuses keys of the demo world


def connect_programs(producer: Producer, owner: Viewer) -> None:
    """It makes trials only."""
    application = connect_application(producer=producer, name="Cửa hàng mạng vườn anh An", by=owner)
    make_key(application=application, is_live=False, name="Bản mẫu", by=SYSTEM, secret=KEY)
