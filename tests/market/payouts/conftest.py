"""People at the accountant's place, and producers who are owed money."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.ledger.accounts import GATEWAY, HELD, owed_to
from market.ledger.actions import write_entry
from market.ledger.models import LedgerEntry
from market.shops.actions import set_bank_account
from market.shops.models import Shop
from onboarding.producers.models import Producer
from tests.market.payments.till import accountant

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


def earn(producer: Producer, amount: int) -> None:
    """Money that came by VNPAY for goods that have come."""
    number = LedgerEntry.objects.count()
    with transaction.atomic():
        write_entry("received", debit=GATEWAY, credit=HELD, amount=amount, subject="thử", key=f"received:{number}")
        write_entry(
            "earned", debit=HELD, credit=owed_to(producer.pk), amount=amount, subject="thử", key=f"earned:{number}"
        )


def give_back(producer: Producer, amount: int) -> None:
    """A buyer of this producer's gets money back."""
    with transaction.atomic():
        number = LedgerEntry.objects.count()
        write_entry(
            "taken_back", debit=owed_to(producer.pk), credit=HELD, amount=amount, subject="thử", key=f"back:{number}"
        )


def with_account(shop: Shop, account: str) -> Shop:
    """The shop has said where its money goes."""
    return set_bank_account(shop=shop, bank_bin="970403", account=account, holder="NGUYEN VAN AN", by=SYSTEM)


@pytest.fixture
def an_shop(shop: Shop) -> Shop:
    """An's, with a bank account."""
    return with_account(shop, "0011012345678")


@pytest.fixture
def dung_shop(other_shop: Shop) -> Shop:
    """Dũng's, with a bank account."""
    return with_account(other_shop, "0011087654321")
