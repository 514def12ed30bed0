"""Money for the accountant's place to show."""

from __future__ import annotations

import pytest

from market.payments.models import Charge
from tests.market.payments.till import paid
from tests.market.payments.vnpay.running import Double


@pytest.fixture
def charge(gateway: Double, db: None) -> Charge:
    """300,000 đồng that were paid at the double."""
    return paid(gateway)
