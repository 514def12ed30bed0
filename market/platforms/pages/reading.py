"""What stands on a product's page (pure): its title and price, from the data it gives to machines or from its text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any

from core.kit.text import fold_words, squeeze

_UNSEEN = {"script", "style", "noscript", "template", "head", "svg"}
_DEEPEST, _MOST = 12, 2000  # of data for machines
_LITTLE_TEXT = 200  # characters of text under which a page that runs programs has not been drawn yet
# What pages say that stand in for one that is no more; the short ones count in a heading only.
_NO_GOODS = tuple(
    fold_words(words)
    for words in (
        "không tìm thấy sản phẩm", "không tìm thấy trang", "trang không tồn tại", "sản phẩm không tồn tại",
        "sản phẩm này không tồn tại", "sản phẩm không còn tồn tại", "sản phẩm này không còn", "sản phẩm đã bị xóa",
        "sản phẩm đã ngừng bán", "sản phẩm ngừng kinh doanh", "sản phẩm đã ngừng kinh doanh", "page not found", "product not found",
    )
)  # fmt: skip
_NO_GOODS_IN_HEADINGS = tuple(map(fold_words, ("không tìm thấy", "không tồn tại", "không còn bán", "not found", "404")))
_DIGITS = r"(?<![\d.,])(\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d{4,12}|\d{1,3})(?:[.,]0{1,2})?(?![\d.,]?\d)"
_MONEY = re.compile(
    rf"(?:{_DIGITS}\s*(?:đồng|vnđ|vnd|đ|₫)(?!\w))|(?:(?:vnđ|vnd|₫|(?<!\w)đ)\s*{_DIGITS})", re.IGNORECASE
)


@dataclass
class Page:
    """A page as a machine reads it: `titles` where it names itself, `text` as people see it, `products` from JSON-LD as
    (name, prices in whole đồng); whether it asks for a password, and whether it runs programs."""

    titles: list[str] = field(default_factory=list)
    text: str = ""
    products: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    prices: list[int] = field(default_factory=list)
    asks_password: bool = False
    runs_programs: bool = False

    @property
    def is_undrawn(self) -> bool:
        """Whether a browser would still have to build this page."""
        return self.runs_programs and len(self.text) < _LITTLE_TEXT

    def says_no_goods(self, title: str) -> bool:
        """Whether the page, though it was answered as a good one, says that there is no such product. Words that stand in
        the product's own title say nothing."""
        name = fold_words(title)
        heads = [fold_words(each).replace(name, " ") if name else fold_words(each) for each in self.titles]
        text = fold_words(self.text)
        return any(f" {words} " in f" {head} " for words in _NO_GOODS_IN_HEADINGS for head in heads) or any(
            f" {words} " in f" {text} " for words in _NO_GOODS if words not in name
        )


@dataclass(frozen=True)
class Found:
    """What a page shows of a product: `title` as written there ("": not there), and its `price`, where that is the expected
    one or the only one (None: not to be told)."""

    title: str = ""
    price: int | None = None


def read_page(body: bytes, content_type: str) -> Page:
    """The page in these bytes; never raises, however broken they are."""
    reader = _Reader()
    reader.feed(_decoded(body, content_type))
    reader.close()
    page = reader.page
    page.text = squeeze(" ".join(reader.seen))
    for text in reader.data:
        page.products.extend(_products(text))
    return page


def find_product(page: Page, title: str, price: int | None, *, own_name_only: bool = False) -> Found:
    """Whether the page shows a product of this title, and at which price (whole đồng). Titles are compared without marks,
    case and signs; data for machines comes before the text. `own_name_only`: it must be how the page calls itself, for a
    shop's page shows many goods."""
    name = fold_words(title)
    if not name:
        return Found()
    for shown, prices in page.products:
        if _names(shown, name):
            return Found(
                squeeze(shown), _one(prices, price) if prices else _one(page.prices or _sums(page.text), price)
            )
    if page.products:
        return Found()
    shown = min((shown for shown in page.titles if _names(shown, name)), key=len, default="")
    if not shown and not own_name_only and _names(page.text, name):
        shown = title
    return Found(squeeze(shown), _one(page.prices or _sums(page.text), price)) if shown else Found()


def _names(text: str, name: str) -> bool:
    return f" {name} " in f" {fold_words(text)} "


def _one(prices: list[int] | tuple[int, ...], expected: int | None) -> int | None:
    if expected is not None and expected in prices:
        return expected
    return prices[0] if len(set(prices)) == 1 else None


def _sums(text: str) -> list[int]:
    found = _MONEY.findall(unicodedata.normalize("NFC", text))
    return [int(re.sub(r"\D", "", before or after)) for before, after in found]


def _decoded(body: bytes, content_type: str) -> str:
    named = re.search(r"charset=[\"']?([\w-]+)", content_type, re.IGNORECASE)
    within = re.search(rb"charset=[\"']?([\w-]+)", body[:2048], re.IGNORECASE)
    charset = named[1] if named else within[1].decode("ascii", "replace") if within else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.seen, self.data = Page(), list[str](), list[str]()
        self._inside: list[str] = []
        self._heading = ""
        self._kept: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {key: value or "" for key, value in attrs}
        if tag == "meta":
            self._meta(facts)
        elif tag == "input" and facts.get("type", "").casefold() == "password":
            self.page.asks_password = True
        elif tag == "script":
            is_data = "ld+json" in facts.get("type", "").casefold()
            self.page.runs_programs |= not is_data
            self._inside.append("data" if is_data else tag)
            self._kept = []
        elif tag in _UNSEEN:
            self._inside.append(tag)
        elif tag in {"title", "h1"}:
            self._heading, self._kept = tag, []
        elif tag == "body":
            self._inside.clear()

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and "data" in self._inside:
            self.data.append("".join(self._kept))
            self._inside.remove("data")
        elif tag in self._inside:
            self._inside.remove(tag)
        if tag == self._heading:
            self.page.titles.append(" ".join(self._kept))
            self._heading = ""

    def handle_data(self, data: str) -> None:
        if self._heading or self._inside[-1:] == ["data"]:
            self._kept.append(data)
        if not self._inside and self._heading != "title":
            self.seen.append(data)

    def _meta(self, facts: dict[str, str]) -> None:
        name, content = (
            facts.get("property") or facts.get("name") or facts.get("itemprop") or "",
            facts.get("content", ""),
        )
        if name.casefold() == "og:title":
            self.page.titles.append(content)
        elif name.casefold() in {"product:price:amount", "og:price:amount", "price"}:
            self.page.prices.extend(_amounts(content))


def _products(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return
    for node in _nodes(told):
        kinds = node.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind.casefold().endswith("product") for kind in kinds):
            prices = [amount for offer in _nodes(node.get("offers")) for amount in _offered(offer)]
            yield str(node.get("name") or ""), tuple(dict.fromkeys(prices))


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    waiting, count = [(told, 0)], 0
    while waiting and count < _MOST:
        node, depth = waiting.pop(0)
        count += 1
        if isinstance(node, dict):
            yield node
        if depth < _DEEPEST and isinstance(node, dict | list):
            inner = list(node.values()) if isinstance(node, dict) else node
            waiting.extend((each, depth + 1) for each in inner if isinstance(each, dict | list))


def _offered(offer: dict[str, Any]) -> Iterator[int]:
    if str(offer.get("priceCurrency") or "VND").upper() not in {"VND", "VNĐ", "Đ"}:
        return
    for key in ("price", "lowPrice", "highPrice"):
        if isinstance(offer.get(key), str | int | float):
            yield from _amounts(str(offer[key]))


def _amounts(text: str) -> Iterator[int]:
    """ "85000", "85000.00", "85.000", "85.000 đ": whole đồng, if it can be a price at all."""
    text = re.sub(r"[^\d.,]", "", text)
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
        text = re.sub(r"\D", "", text)
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return
    if amount == amount.to_integral_value() and 0 < amount < 10**12:
        yield int(amount)
