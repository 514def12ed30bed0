"""A real shop for tests of Medusa alone."""

from __future__ import annotations

import pytest

from tests.servers.medusa.world import MedusaWorld, Stage, medusa_stage, medusa_world  # noqa: F401 - a fixture


@pytest.fixture
def world(medusa_stage: Stage, request: pytest.FixtureRequest) -> MedusaWorld:  # noqa: F811
    return medusa_world(medusa_stage, request.node.name)
