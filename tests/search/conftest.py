"""Places for the search tests."""

from __future__ import annotations

import pytest

from market.shops.models import Shop
from tests.search.goods import Places, make_places, make_shop


@pytest.fixture
def places(db: None) -> Places:
    return make_places()


@pytest.fixture
def shop(places: Places) -> Shop:
    return make_shop(places.phan_thiet)
