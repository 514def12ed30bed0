"""One double and one merchant for the session, both clean for every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.market.payments.till import point_at
from tests.market.payments.vnpay.running import Double, Merchant, until


@pytest.fixture(scope="session")
def merchant() -> Iterator[Merchant]:
    """One receiver for the session."""
    merchant = Merchant()
    yield merchant
    merchant.server.shutdown()
    merchant.server.server_close()


@pytest.fixture(scope="session")
def running_double(merchant: Merchant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """One process for the session."""
    double = Double(tmp_path_factory.mktemp("vnpay") / "state.sqlite3", merchant.ipn_url)
    yield double
    assert double.stop() == 0


@pytest.fixture
def double(running_double: Double, merchant: Merchant) -> Iterator[Double]:
    """The double, empty and well-behaved, with a merchant that has heard nothing."""
    assert running_double.control("reset").status_code == 200
    merchant.answers, merchant.queries = ["00"], []
    yield running_double
    # No call of this test may reach the next one's merchant.
    merchant.answers = ["00"]
    until(lambda: all(payment["ipn_due"] is None for payment in running_double.transactions()))


@pytest.fixture
def gateway(double: Double, settings: Any) -> Double:
    """The double, and a product that speaks with it."""
    point_at(double, settings)
    return double
