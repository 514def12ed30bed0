"""Producers who are owed money."""

from __future__ import annotations

import pytest
from django.db import transaction

from core.people.queries import SYSTEM
from market.ledger.accounts import GATEWAY, HELD, owed_to
from market.ledger.actions import write_entry
from market.ledger.models import LedgerEntry
from market.shops.actions import set_bank_account
from market.shops.models import Shop
from onboarding.producers.models import Producer


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
