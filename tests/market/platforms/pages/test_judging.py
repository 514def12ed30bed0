"""What one look at a page proves: live only with our title and our price, and never that it is gone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from market.platforms.pages.judging import Verdict, judge
from market.platforms.pages.reading import find_product, read_page

TITLE, PRICE = "Mật ong rừng Bù Đăng", 85_000


def html(*parts: str) -> bytes:
    return ("<!doctype html><html><head><title>Sàn</title></head><body>" + "".join(parts) + "</body></html>").encode()


def data(**facts: Any) -> str:
    told = {"@context": "https://schema.org", "@type": "Product", "name": TITLE} | facts
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def verdict(body: bytes, status: int = 200, content_type: str = "text/html; charset=utf-8") -> Verdict:
    return judge(status, content_type, body, title=TITLE, price=PRICE)


def offer(price: Any, **more: Any) -> dict[str, Any]:
    return {"@type": "Offer", "price": price, "priceCurrency": "VND"} | more


@pytest.mark.parametrize(
    "page",
    [
        html(f"<h1>{TITLE}</h1><p>85.000 đ / chai</p>"),
        html("<h1>MẬT ONG RỪNG BÙ ĐĂNG</h1><b>85,000₫</b>"),
        html("<h1>Mat ong rung Bu Dang 500 ml</h1><b>₫ 85 000</b>"),
        html(f"<p>{TITLE}</p>", "<span>Giá 85.000 VNĐ</span><del>99.000 đ</del>"),
        html(f"<h1>{TITLE}</h1>", '<meta itemprop="price" content="85000">'),
        html(data(offers=offer("85000.00"))),
        html(data(offers=[offer(99_000), offer(85_000)])),
        html(data(offers={"@type": "AggregateOffer", "lowPrice": "85.000", "priceCurrency": "VND"})),
        html(data(name=TITLE.upper()), "<b>85.000 đ</b>"),
        html(f'<script type="application/ld+json">{{"@graph": [{{"@type": ["Thing", "Product"], "name": "{TITLE}", '
             '"offers": {"price": 85000}}]}</script>'),
    ],
)  # fmt: skip
def test_live(page: bytes) -> None:
    found = verdict(page)
    assert (found.result, found.reason, found.price) == ("live", "", PRICE)
    assert found.title


@pytest.mark.parametrize(
    ("page", "reason", "title", "price"),
    [
        (html(f"<h1>{TITLE}</h1><p>89.000 đ</p>"), "price", TITLE, 89_000),
        (html(f"<h1>{TITLE}</h1><p>Liên hệ</p>"), "price", TITLE, None),
        (html(f"<h1>{TITLE}</h1><p>185.000 đ</p>"), "price", TITLE, 185_000),
        (html(f"<h1>{TITLE}</h1><p>85.000.000 đ</p>"), "price", TITLE, 85_000_000),
        (html(f"<h1>{TITLE}</h1><p>Đã bán 85000 điểm</p>"), "price", TITLE, None),
        (html(data(offers=offer(89_000)), f"<h1>{TITLE}</h1><p>Tương tự: 85.000 đ</p>"), "price", TITLE, 89_000),
        (html(data(offers=offer(85_000, priceCurrency="USD"))), "price", TITLE, None),
        (html("<h1>Không tìm thấy sản phẩm</h1><p>Gợi ý: trà 85.000 đ</p>"), "no_goods", "", None),
        (html(f"<h1>Không tìm thấy «{TITLE}»</h1><p>Gợi ý: {TITLE} 85.000 đ</p>"), "no_goods", "", None),
        (html(f"<h1>{TITLE}</h1><p>85.000 đ</p><p>Sản phẩm này không còn tồn tại.</p>"), "no_goods", "", None),
        (html("<h1>404</h1>", data(offers=offer(85_000))), "no_goods", "", None),
        (html(data(name="Trà"), f"<p>Gợi ý: {TITLE} 85.000 đ</p>"), "title", "", None),
        (html("<h1>Mật ong rừng Bù</h1><p>85.000 đ</p>"), "title", "", None),
        (html('<form><input type="password" name="p"></form>'), "login", "", None),
        (html('<div id="app"></div><script src="/app.js"></script>'), "script", "", None),
        (html(f"<script>var ten = '{TITLE} 85.000 đ'</script>"), "script", "", None),
        (b"", "title", "", None),
        (b"\x00\xff<h1", "title", "", None),
    ],
)
def test_nothing_is_concluded(page: bytes, reason: str, title: str, price: int | None) -> None:
    assert verdict(page) == Verdict("uncheckable", reason, title, price)


@pytest.mark.parametrize(
    ("status", "result", "reason"),
    [
        (404, "uncheckable", "missing"),
        (410, "uncheckable", "missing"),
        (401, "uncheckable", "login"),
        (403, "uncheckable", "forbidden"),
        (429, "uncheckable", "answer"),
        (500, "uncheckable", "answer"),
        (503, "uncheckable", "answer"),
        (204, "uncheckable", "answer"),
    ],
)
def test_statuses(status: int, result: str, reason: str) -> None:
    assert verdict(html(f"<h1>{TITLE}</h1><p>85.000 đ</p>"), status) == Verdict(result, reason)


def test_our_own_words_are_no_refusal() -> None:
    title = "Nấm không tìm thấy ở chợ"
    page = html(f"<h1>{title}</h1><p>85.000 đ. Không tìm thấy chất bảo quản.</p>")
    assert judge(200, "text/html", page, title=title, price=PRICE).result == "live"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (html("<h1>Vườn nhà An</h1>", f"<li>{TITLE} 85.000 đ</li>"), Verdict("uncheckable", "moved")),
        (html(f"<h1>{TITLE}</h1>", "<p>85.000 đ</p>"), Verdict("live", "", TITLE, PRICE)),
        (html(data(offers=offer(85_000))), Verdict("live", "", TITLE, PRICE)),
    ],
)
def test_another_address_must_call_itself_by_our_name(page: bytes, expected: Verdict) -> None:
    assert judge(200, "text/html", page, title=TITLE, price=PRICE, was_sent_on=True) == expected


@pytest.mark.parametrize("kind", ["application/json", "application/pdf", ""])
def test_only_pages_are_read(kind: str) -> None:
    assert verdict(html(f"<h1>{TITLE}</h1><p>85.000 đ</p>"), content_type=kind) == Verdict("uncheckable", "not_html")


def test_other_encodings_and_broken_data() -> None:
    page = read_page(
        f'<meta charset="windows-1258"><h1>{"Mat ong"}</h1>'.encode("ascii"), "text/html; charset=khong-co"
    )
    assert page.titles == ["Mat ong"]
    deep = "[" * 5000 + "]" * 5000
    page = read_page(html(f'<script type="application/ld+json">{deep}</script><h1>{TITLE}</h1><p>85.000 đ</p>'), "")
    assert find_product(page, TITLE, PRICE).price == PRICE
    assert find_product(page, "  ", PRICE).title == ""
