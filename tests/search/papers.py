"""Documents of papers and of producers for the page tests, without the registers below them."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.kit import clock
from search.documents.facts import PAPER
from search.documents.models import SearchDocument
from search.documents.wording import folded_text, raw_text
from search.documents.writing import store


def put_paper(number: int, name: str, until: date, *, stars: int = 4, producer: str = "HTX Thử", **more: Any) -> None:
    """A product of the register with a certificate until a day; its check code is "OCOP-<number>"."""
    standing = PAPER + stars if until >= clock.today() else 0
    facts = {"slug": f"OCOP-{number}", "stars": stars, "stars_until": until, "standing": standing}
    put_document(SearchDocument.Kind.OCOP, number, name, producer, **facts | more)


def put_document(kind: str, number: int, name: str, producer: str, **more: Any) -> None:
    """A document of any kind; what is not given is empty."""
    raw_name, raw_side = raw_text(name), raw_text(producer)
    facts = {
        "slug": str(number),
        "name": name,
        "producer": producer,
        "place": "xã Thử, Lâm Đồng",
        "raw_name": raw_name,
        "raw_side": raw_side,
        "raw_body": raw_side,
        "folded_name": folded_text(raw_name),
        "folded_body": folded_text(raw_side),
        "published_at": clock.now(),
    }
    store(kind, number, facts | more)
