"""Choosing the engine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from search.engines.elastic.connecting import Place, place_of
from search.engines.registry import current_engine


def test_without_an_address_the_embedded_engine_answers(settings: pytest.FixtureRequest) -> None:
    settings.SEARCH_URL = ""  # type: ignore[attr-defined]
    assert current_engine().name == "embedded"


@pytest.mark.parametrize("address", ["meili://user:geheim@search:9200/goods", "localhost:9200", "search", "//search"])
def test_an_engine_that_there_is_not_stops_the_start(settings: pytest.FixtureRequest, address: str) -> None:
    settings.SEARCH_URL = address  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="not available yet") as refusal:
        current_engine()
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize(
    "address", ["http://user:geheim@search:9200", "https://user:geheim@search:9200/", "http://user:geheim@:9200/goods",
                "http://user:geheim@search:9200/Goods", "http://user:geheim@search:9200/goods/more"],
)  # fmt: skip
def test_a_server_needs_a_name_and_an_alias(settings: pytest.FixtureRequest, address: str) -> None:
    settings.SEARCH_URL = address  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="host:port/alias") as refusal:
        current_engine()
    assert "geheim" not in str(refusal.value)


def test_who_uses_no_server_does_not_load_its_client() -> None:
    """It takes a third of a second of every command and every worker."""
    script = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'elasticsearch', 'elastic_transport', 'search'}))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "SEARCH_URL": ""}

    def loaded(**more: str) -> str:
        command = [sys.executable, "-c", script]
        return subprocess.run(
            command, env=environment | more, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert loaded() == "['search']"
    assert loaded(SEARCH_URL="http://127.0.0.1:9/thu") == "['elastic_transport', 'elasticsearch', 'search']"


def test_where_a_server_is() -> None:
    assert place_of("https://b%C3%A0:h%40i@[::1]:9243/hang-hoa?media=plain") == Place(
        "https://[::1]:9243", "hang-hoa", "bà", "h@i", is_plain=True
    )
    assert place_of("http://search/goods") == Place("http://search:9200", "goods")
    assert "h@i" not in repr(place_of("https://ba:h%40i@search/goods"))
