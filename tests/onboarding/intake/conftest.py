"""Devices of Hạnh's team, and short words for what they send."""

from __future__ import annotations

import pytest

from tests.onboarding.intake.sending import Device
from tests.people import People


@pytest.fixture
def device(people: People) -> Device:
    """Hạnh's phone, enrolled."""
    return Device.enrolled(people, "hanh")
