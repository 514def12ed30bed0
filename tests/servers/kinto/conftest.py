"""A real store for tests of Kinto alone."""

from __future__ import annotations

import pytest

from tests.servers.kinto.world import KintoWorld, Stage, kinto_stage, kinto_world  # noqa: F401 - a fixture


@pytest.fixture
def world(kinto_stage: Stage, request: pytest.FixtureRequest) -> KintoWorld:  # noqa: F811
    return kinto_world(kinto_stage, request.node.name)
