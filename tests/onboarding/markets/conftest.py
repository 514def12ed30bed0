"""The market of the standing people's commune."""

from __future__ import annotations

import pytest

from tests.onboarding.markets.bazaar import Bazaar, bazaar_of
from tests.people import People


@pytest.fixture
def bazaar(people: People) -> Bazaar:
    return bazaar_of(people)
