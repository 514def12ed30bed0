"""People at the accountant's place, and browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.payments.models import Charge
from tests.market.payments.till import accountant, paid
from tests.market.payments.vnpay.running import Double

Signed = Callable[[Viewer], Client]


@pytest.fixture
def ngan(db: None) -> Viewer:
    """She keeps the books."""
    return accountant("ngan")


@pytest.fixture
def tam(db: None) -> Viewer:
    """And so does he."""
    return accountant("tam")


@pytest.fixture
def kiem(db: None) -> Viewer:
    """He audits the whole country: he reads."""
    user = User.objects.create_user(username="kiem", full_name="Kiểm")
    give_grant(user=user, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    return viewer_for(user)


@pytest.fixture
def signed() -> Signed:
    """Makes a browser for one of them."""

    def make(viewer: Viewer) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=viewer.user_id))
        return client

    return make


@pytest.fixture
def charge(gateway: Double, db: None) -> Charge:
    """300,000 đồng that were paid at the double."""
    return paid(gateway)
