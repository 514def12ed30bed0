"""The three ways in which a feed is written."""

from __future__ import annotations

from market.feeds.formats.contract import Format, Head, Row
from market.feeds.formats.google import GOOGLE
from market.feeds.formats.meta import META
from market.feeds.formats.schema import SCHEMA

FORMATS: dict[str, Format] = {each.file_name: each for each in (GOOGLE, META, SCHEMA)}

__all__ = ["FORMATS", "Format", "Head", "Row"]
