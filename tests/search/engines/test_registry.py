"""Choosing the engine."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from search.engines.registry import current_engine


def test_without_an_address_the_embedded_engine_answers(settings: pytest.FixtureRequest) -> None:
    settings.SEARCH_URL = ""  # type: ignore[attr-defined]
    assert current_engine().name == "embedded"


@pytest.mark.parametrize("address", ["http://user:geheim@search:9200/goods", "localhost:9200", "search", "//search"])
def test_an_engine_that_there_is_not_stops_the_start(settings: pytest.FixtureRequest, address: str) -> None:
    settings.SEARCH_URL = address  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="not available yet") as refusal:
        current_engine()
    assert "geheim" not in str(refusal.value)
