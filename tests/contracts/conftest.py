"""Worlds for the platform adapters: one marketplace process for the folder, emptied before each test that asks for it, and one real
server of each kind where they are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from market.platforms.sandbox.process import Double, running_double
from tests.contracts.platform_worlds import ADAPTERS, World, world_of
from tests.servers.kinto.world import kinto_stage, kinto_world  # noqa: F401 - a fixture
from tests.servers.medusa.world import medusa_stage, medusa_world  # noqa: F401 - a fixture
from tests.servers.oscar.world import oscar_stage, oscar_world  # noqa: F401 - a fixture
from tests.servers.vendure.world import vendure_stage, vendure_world  # noqa: F401 - a fixture

# For each server that somebody else wrote: its world on the stage of the fixture NAME_stage.
SERVER_WORLDS = {"kinto": kinto_world, "oscar": oscar_world, "medusa": medusa_world, "vendure": vendure_world}


@pytest.fixture(scope="session")
def _double_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running_double(tmp_path_factory.mktemp("santhu")) as running:
        yield running


@pytest.fixture
def double(_double_process: Double) -> Double:
    _double_process.control("POST", "reset")
    return _double_process


@pytest.fixture(params=ADAPTERS)
def world(request: pytest.FixtureRequest) -> World:
    if request.param in SERVER_WORLDS:
        stage = request.getfixturevalue(f"{request.param}_stage")
        return SERVER_WORLDS[request.param](stage, request.node.name)
    return world_of(request.param, request.getfixturevalue("double"), request.node.name)
