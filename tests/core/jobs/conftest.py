"""Kinds of jobs for a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.jobs import registry


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Empty registries for this test, and the way to fill that of jobs."""
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_jobs", {})
    return registry.register_job
