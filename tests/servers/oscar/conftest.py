"""A real shop for tests of oscar alone."""

from __future__ import annotations

import pytest

from tests.servers.oscar.world import OscarWorld, Stage, oscar_stage, oscar_world  # noqa: F401 - a fixture


@pytest.fixture
def world(oscar_stage: Stage, request: pytest.FixtureRequest) -> OscarWorld:  # noqa: F811
    return oscar_world(oscar_stage, request.node.name)
