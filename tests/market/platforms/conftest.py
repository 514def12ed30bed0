"""One marketplace process for the whole folder, emptied before each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from market.platforms.contract import ConnectionSettings
from market.platforms.sandbox.process import Double, running_double
from tests.market.platforms.desk_tools import Desk
from tests.people import People


@pytest.fixture
def desk(people: People) -> Desk:
    """VoSo's desk."""
    return Desk(people)


@pytest.fixture(scope="session")
def _double_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running_double(tmp_path_factory.mktemp("santhu")) as double:
        yield double


@pytest.fixture
def double(_double_process: Double) -> Double:
    _double_process.control("POST", "reset")
    return _double_process


@pytest.fixture
def connection(double: Double) -> ConnectionSettings:
    return ConnectionSettings(
        base_url=double.url,
        public_url="https://santhu.example",
        credentials={"key": double.key},
        allow_private=True,
        read_timeout=3.0,
    )
