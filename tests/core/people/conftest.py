"""What is sent to phones."""

from __future__ import annotations

from collections import defaultdict

import pytest

from core.events import registry
from core.people.events import SignInCodeMade


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[SignInCodeMade]:
    """Every code that would be sent, the latest last."""
    sent: list[SignInCodeMade] = []
    handlers = defaultdict(list, {kind: list(found) for kind, found in registry._handlers.items()})
    handlers[SignInCodeMade] = [sent.append]  # type: ignore[list-item]
    monkeypatch.setattr(registry, "_handlers", handlers)
    return sent
