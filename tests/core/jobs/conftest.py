"""Kinds of jobs for a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from core.jobs import registry
from tests.core.jobs.nursery import Nursery


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Empty registries for this test, and the way to fill that of jobs."""
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_jobs", {})
    return registry.register_job


@pytest.fixture(scope="module")
def nursery(copies: Any, django_db_setup: None) -> Iterator[Nursery]:
    """Loaded once for a module: it holds no connection, its workers open their own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        database = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    made = Nursery(os.environ | {"MODE": "test", "DATABASE_URL": database})
    yield made
    made.close()


@pytest.fixture
def workers(committed_db: None, nursery: Nursery) -> Iterator[Nursery]:
    """Starts real worker processes on this test's database; none of them outlives the test."""
    yield nursery
    nursery.kill_all()
