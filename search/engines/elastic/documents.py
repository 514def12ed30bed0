"""What lies in the index: one `Goods` for each search document, its words already cut and folded by us."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch.dsl import (
    Boolean,
    Completion,
    Date,
    Document,
    GeoPoint,
    Index,
    Integer,
    Keyword,
    Long,
    MetaField,
    Text,
    analyzer,
)

from search.documents.models import SearchDocument
from search.engines.contract import PRODUCER

SHAPE = 1  # one more when `source_of` sends something else in the same fields: then every index is built anew
FARTHEST = 500_000  # results that can be paged through
LABEL = "\t"  # between a facet's value and its label
_NEWEST = datetime(1970, 1, 1, tzinfo=UTC)
# Words come cut, lower and, where wanted, folded: the same code for every engine (`search.documents.wording`).
_words = analyzer("whitespace")
STANDINGS, MINUTES = 31, 1 << 26  # a weight is a 31-bit number: first how far ahead, then how new

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,  # counts of facets are exact on one shard; a million documents are small
    "auto_expand_replicas": "0-1",
    "max_result_window": FARTHEST,
    "refresh_interval": "1s",
    # So long the version of a removed document is known, and a late copy of it refused.
    "gc_deletes": "1h",
}


class Goods(Document):
    """One thing that can be found; see SearchDocument. `folded` and `raw` hold the words of the name and of the rest."""

    kind = Keyword()
    object_id = Long(index=False)
    slug = Keyword(index=False, doc_values=False)
    name = Keyword(index=False, doc_values=False)
    producer = Keyword(index=False, doc_values=False)
    place = Keyword(index=False, doc_values=False)
    raw_side = Keyword(index=False, doc_values=False)
    raw_name = Text(analyzer=_words, norms=False, index_prefixes={"min_chars": 1, "max_chars": 6})
    folded_name = Text(analyzer=_words, norms=False, index_prefixes={"min_chars": 1, "max_chars": 6})
    raw = Text(analyzer=_words, norms=False, index_prefixes={"min_chars": 1, "max_chars": 6})
    folded = Text(analyzer=_words, norms=False, index_prefixes={"min_chars": 1, "max_chars": 6})
    names = Completion(analyzer="whitespace", preserve_separators=True, max_input_length=120)
    sector = Keyword()
    group = Keyword()
    category = Keyword()
    province = Keyword()
    former = Keyword()
    commune = Keyword()
    # What facets are counted by: value and label in one, so that a count needs no second look.
    category_label = Keyword()
    province_label = Keyword()
    former_label = Keyword()
    commune_label = Keyword()
    price_band = Keyword()
    platforms = Keyword()
    stars = Integer()
    stars_until = Date()
    price = Long()
    in_stock = Boolean()
    spot = GeoPoint()
    standing = Integer()
    published = Long()  # microseconds since 1970: a date of the server's keeps milliseconds, which is another order
    number = Long()

    class Meta:
        dynamic = MetaField("false")


def source_of(document: SearchDocument) -> dict[str, Any]:
    """What is sent for a document; everything that is empty is left out."""
    d = document
    values = {
        "kind": d.kind,
        "object_id": d.object_id,
        "slug": d.slug,
        "name": d.name,
        "producer": d.producer,
        "place": d.place,
        "raw_side": d.raw_side,
        "raw_name": d.raw_name,
        "folded_name": d.folded_name,
        "raw": [d.raw_name, d.raw_body],
        "folded": [d.folded_name, d.folded_body],
        "names": _names(d),
        "sector": d.sector_code,
        "group": d.group_code,
        "category": d.category_code,
        "province": d.province_code,
        "former": d.former_code,
        "commune": d.commune_code,
        "category_label": _labelled(d.category_code, d.category_name),
        "province_label": _labelled(d.province_code, d.province_name),
        "former_label": _labelled(d.former_code, d.former_name),
        "commune_label": _labelled(d.commune_code, d.commune_name),
        "price_band": d.price_band,
        "platforms": [code for code in d.platforms.split("|") if code],
        "stars": d.stars,
        "stars_until": d.stars_until.isoformat() if d.stars_until else None,
        "price": d.price,
        "in_stock": d.in_stock,
        "spot": {"lat": d.latitude, "lon": d.longitude} if d.latitude is not None else None,
        "standing": d.standing,
        "published": _microseconds(d.published_at),
        "number": d.pk,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def fingerprint() -> str:
    """Of what an index must be to answer this version's questions: its fields and settings, and what is sent for a document."""
    index = Index("any")
    index.settings(**SETTINGS)
    index.document(Goods)
    made_of = [SHAPE, index.to_dict()]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def moment_of(published: int) -> datetime:
    """The moment of `published`."""
    return _NEWEST + timedelta(microseconds=published)


def _microseconds(moment: datetime) -> int:
    return (moment - _NEWEST) // timedelta(microseconds=1)


def _labelled(code: str, label: str) -> str:
    return f"{code}{LABEL}{label}" if code else ""


def _names(document: SearchDocument) -> dict[str, Any] | None:
    """The name from each of its words on, so that the first letters of any of them complete it; nothing of producers, who are not
    public."""
    words = document.folded_name.split()
    if document.kind == PRODUCER or not words:
        return None
    minutes = int(document.published_at.timestamp() // 60)
    weight = max(0, min(STANDINGS, document.standing)) * MINUTES + max(0, min(MINUTES - 1, minutes))
    return {"input": [" ".join(words[start:])[:120] for start in range(len(words))], "weight": weight}
