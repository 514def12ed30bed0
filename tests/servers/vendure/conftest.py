"""A real shop for tests of Vendure alone."""

from __future__ import annotations

import pytest

from tests.servers.vendure.world import Stage, VendureWorld, vendure_stage, vendure_world  # noqa: F401 - a fixture


@pytest.fixture
def world(vendure_stage: Stage, request: pytest.FixtureRequest) -> VendureWorld:  # noqa: F811
    return vendure_world(vendure_stage, request.node.name)
