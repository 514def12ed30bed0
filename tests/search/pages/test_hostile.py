"""Whatever is sent, page, API and suggestions answer."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.shops.models import Shop
from tests.search.goods import put_on_sale

pytestmark = pytest.mark.django_db

ADDRESSES = ("/tim-kiem", "/tim-kiem/goi-y", "/api/v1/search")
TEXTS = [
    "a" * 10_000, "nước " * 2_000, "mắm\u0301" * 3_000, "\u0301" * 10_000, "1" * 10_000, "0,5 kg " * 1_500, "( " * 5_000,
    '"', '"nước mắm"', "'", "'; DROP TABLE search_searchdocument; --", "' OR '1'='1", "1) OR (1=1", "%' OR name LIKE '%", "\\", "\\'",
    "*", "ma*", "?", "name:*", "*:*", "raw_name:mam AND NOT x", "a AND", "OR OR", "NOT", "NEAR(a b, 5)", "a^b", "a~2", "+a -b", "(a",
    "[a TO b]", "{a TO *}", "/.*/", "a && b || !c", "_exists_:x", '{"query": {"match_all": {}}}', "<->", "a & b | !c", ":*", "''::tsquery",
    "😀", "👨‍👩‍👧‍👦 mắm", "\u202emắm\u202c", "\u200f\u200emắm", "\u2066mắm\u2069", "مرحبا", "水", "İıſß", "ﬁ", "Ω≈ç", "\ufeffmắm", "\uffff",
    "mắm\x00nêm", "\x00", "\x1b[31m", "\r\nSet-Cookie: a=b", "\t\t", "%", "%%", "%s", "%(x)s", "{0}", "{{ 7*7 }}", "{% load %}", "${x}",
    "<script>alert(1)</script>", "../../etc/passwd", "|", "||", "_", "-", "--", "#", "&&&", "=", ";",
]  # fmt: skip
RAW = [
    "q=%ED%A0%80", "q=m%ED%A0%80m", "q=%ED%B0%80%ED%A0%80", "q=%00", "q=%FF%FE", "q=%C3", "q=%F8%88%80%80%80", "q=%", "q=%zz", "q[]=mam",
    "q[]=mam&q[]=nem", "q=a&q=b", "q[a]=b", "q[$ne]=1", "kind[]=product", "kind=%00", "kind=%ED%A0%80", "kind=producer", "stars=%00",
    "platform=%25", "platform=%7C", "platform=a_b", "province=%27", "category=" + "x" * 41, "price=more&price=%00",
    "gan=%00", "gan=,", "gan=9" * 3, "gan=%ED%A0%80", "xa=%00", "xa=%ED%A0%80", "noi=%00", "noi=%ED%A0%80", "noi=%F0%9F%98%80",
    "noi=" + "x" * 3_000, "sort=%00", "sort=near", "page=%00", "page=%D9%A3", "page=1e9", "page=" + "9" * 500,
    "&".join(f"kind=a{number}" for number in range(300)), "&".join(f"province={number}" for number in range(500)),
]  # fmt: skip
REFUSED = 422  # what a program is told of parameters that make no sense


@pytest.fixture
def goods(shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm", stars=4)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_any_text_is_answered(client: Client, goods: None, address: str, text: str) -> None:
    answer = client.get(f"{address}?{urlencode({'q': text})}")
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("query", RAW, ids=lambda query: query[:24])
def test_any_address_is_answered(client: Client, goods: None, address: str, query: str) -> None:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code in ({200, REFUSED} if address.startswith("/api/") else {200})


def test_signs_of_a_pattern_find_nothing_more(client: Client, goods: None) -> None:
    for text in ("%", "*", "_", "m_m", "name:*", "*:*", "m%"):
        found = client.get("/api/v1/search", {"q": text}).json()
        assert (text, found["count"]) == (text, 1 if text in ("m%",) else 0)  # «m%» is the beginning m


@pytest.mark.parametrize("address", ADDRESSES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=80))
def test_any_bytes_are_answered(client: Client, goods: None, address: str, raw: bytes) -> None:
    assert client.get(f"{address}?q={quote(raw)}").status_code == 200
