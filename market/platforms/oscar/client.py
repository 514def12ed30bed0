"""HTTP to an oscar shop: the only file here that touches the network.

Every answer becomes typed data or a PlatformFailure. What a failed call means depends on what it was: a read (or a write that may
safely be repeated) is Retryable, any other write is OutcomeUnknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit import clock, outbound
from market.platforms import foreign_json
from market.platforms.calling import call
from market.platforms.contract import (
    CategoryPage,
    ConnectionSettings,
    ContractBroken,
    NotFound,
    OrderPage,
    RemoteOrder,
    Unsupported,
)
from market.platforms.oscar import fields, lists, tree, wire
from market.platforms.oscar.orders import (
    Goods,
    Head,
    Line,
    number_in,
    order_with,
    parse_cursor,
    parse_goods,
    parse_head,
    parse_line,
)
from market.platforms.oscar.refusals import failure_in

TOKEN_NAME, PARTNER_NAME = "token", "partner"
PAGES_AT_MOST, ORDERS_AT_ONCE = 1_000, 20
_CLASS = f"/api/admin/productclasses/{wire.PRODUCT_CLASS}/"


@dataclass(frozen=True)
class Client:
    """The admin API for one connection; `credentials` are the keeper's token and the path of the partner whose goods are ours."""

    connection: ConnectionSettings

    def partners(self) -> dict[str, str]:
        """The partners there by their codes, with their paths. Raises PlatformFailure when calls would not be served."""
        return {
            foreign_json.text_in(item, "code"): fields.path_of(foreign_json.text_in(item, "url"))
            for item in self._all("/api/admin/partners/")
        }

    def prepare(self) -> None:
        """Our product class with all its attributes: what a product's class does not know is dropped there without a word."""
        held: set[str] = set()
        try:
            found = foreign_json.object_of(foreign_json.json_of(self._call("GET", _CLASS).body), "class")
            held = {foreign_json.text_in(item, "code") for item in foreign_json.objects_in(found, "attributes")}
        except NotFound:
            # Made twice, the second would get another name: it is asked for first, and this call is never repeated.
            self._call("POST", "/api/admin/productclasses/", json=wire.class_body(), creates=True)
        # One that is there already is refused.
        for body in wire.attribute_bodies():
            if body["code"] not in held:
                self._call("POST", "/api/admin/productattributes/", json=body, creates=True)

    def product_with(self, sku: str) -> wire.Product | None:
        """The product with exactly this SKU, when our partner sells it. The shop cannot be asked for one: filters that it does not know
        are ignored, so that its short list is read and compared. A UPC is unique there."""
        for item in self._all("/api/products/"):
            if item.get("upc") == sku:
                try:
                    found = self.product(str(foreign_json.number_in(item, "id")))
                except NotFound:
                    return None
                return found if found.record is not None else None
        return None

    def product(self, product_id: str) -> wire.Product:
        """One product. Raises NotFound."""
        return self._product(self._call("GET", _path(product_id)))

    def products(self, at: lists.Place) -> tuple[tuple[wire.Product, ...], lists.Place | None]:
        """What our partner sells, at one place of the list, and the next place."""
        part = self._part("/api/admin/products/", at.page)
        numbers = [foreign_json.number_in(item, "id") for item in part.items]
        found = [self._parsed(item) for item in part.items if item.get("structure") == "standalone"]
        mine = tuple(each for each in found if each.record is not None)
        return mine, lists.place_after(at, numbers, part.next_page)

    def create(self, body: dict[str, Any]) -> wire.Product:
        """A new product. A server error leaves its fate open, for this call alone may not be repeated."""
        return self._product(self._call("POST", "/api/admin/products/", json=body, creates=True))

    def replace(self, product_id: str, body: dict[str, Any]) -> wire.Product:
        """New content for a product: what is left out of the lists in `body` is gone afterwards, a field that is left out stays."""
        return self._product(self._call("PUT", _path(product_id), json=body))

    def change(self, product_id: str, body: dict[str, Any]) -> wire.Product:
        """These fields of a product, and no others."""
        return self._product(self._call("PATCH", _path(product_id), json=body))

    def set_offer(self, record: wire.StockRecord, body: dict[str, Any]) -> None:
        """New price and stock in the record that holds them."""
        self._call("PATCH", record.path, json=body)

    def delete(self, product_id: str) -> None:
        """Remove a product. Raises NotFound when it is gone already."""
        self._call("DELETE", _path(product_id))

    def categories(self) -> CategoryPage:
        """The whole tree; the shop tells it in one answer."""
        return tree.parse_categories(self._call("GET", "/api/categories-bulk/").body)

    def category_name(self, code: str) -> str | None:
        """The whole name of a category; None for a code that is not there."""
        return tree.name_of(self._call("GET", "/api/categories-bulk/").body, code)

    def orders(self, since: datetime, cursor: str) -> OrderPage:
        """A part of the orders that were placed at or after `since`, oldest first; each costs a call for its lines."""
        after = parse_cursor(cursor) if cursor else None
        heads, unreadable = self._heads(since)
        waiting = sorted((head for head in heads if after is None or head.key > after), key=lambda head: head.key)
        part, found, goods = waiting[:ORDERS_AT_ONCE], list[RemoteOrder](), dict[int, Goods]()
        for head in part:
            try:
                lines = [parse_line(item) for item in self._all(f"/api/admin/orders/{head.pk}/lines/")]
                self._learn(goods, lines)
                found.append(order_with(head, lines, goods))
            except ContractBroken:
                unreadable.append(head.number)
            except NotFound:
                continue  # deleted meanwhile
        following = part[-1].cursor if len(waiting) > len(part) else ""
        # Those whose head cannot be read are told once, with the first part.
        return OrderPage(tuple(found), following, tuple(unreadable))

    @property
    def partner(self) -> str:
        """The path of our partner there. Raises Unsupported for a connection that nobody has authorised."""
        partner = self.connection.credentials.get(PARTNER_NAME, "")
        if not partner:
            raise Unsupported("no partner was chosen")
        return partner

    def _heads(self, since: datetime) -> tuple[list[Head], list[str]]:
        """The shop lists the newest orders first: it is read down to `since`."""
        found, unreadable = dict[int, Head](), list[str]()
        for part in self._parts("/api/admin/orders/"):
            newer = 0
            for item in part.items:
                try:
                    head = parse_head(item)
                except ContractBroken:
                    unreadable.append(number_in(item))
                    newer += 1
                    continue
                if head.placed_at >= since:
                    found[head.pk] = head
                    newer += 1
            if part.items and not newer:
                break
        return list(found.values()), unreadable

    def _learn(self, goods: dict[int, Goods], lines: list[Line]) -> None:
        for number in {line.product for line in lines} - {None} - goods.keys():
            assert number is not None
            try:
                answer = self._call("GET", f"/api/products/{number}/")
            except NotFound:
                continue
            goods[number] = parse_goods(foreign_json.json_of(answer.body))

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        for part in self._parts(path):
            yield from part.items

    def _parts(self, path: str) -> Iterator[lists.Part]:
        page = 1
        for _ in range(PAGES_AT_MOST):
            part = self._part(path, page)
            yield part
            if part.next_page is None:
                return
            page = part.next_page
        raise ContractBroken(f"more than {PAGES_AT_MOST} pages of {path}")

    def _part(self, path: str, page: int) -> lists.Part:
        return lists.parse_part(self._call("GET", path, params={"page": str(page)}).body, page)

    def _product(self, answer: outbound.Answer) -> wire.Product:
        return self._parsed(foreign_json.json_of(answer.body))

    def _parsed(self, value: Any) -> wire.Product:
        public_url = self.connection.public_url or self.connection.base_url
        return wire.parse_product(value, partner=self.partner, public_url=public_url, seen_at=clock.now())

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: Any = None,
        creates: bool = False,
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        is_safe = method == "GET"
        answer = call(
            self.connection,
            method,
            path,
            is_safe=is_safe,
            headers={"Authorization": f"Token {self.connection.credentials.get(TOKEN_NAME, '')}"},
            params=params,
            json=json,
        )
        failure = failure_in(answer, is_safe=is_safe, creates=creates, has_body=method != "DELETE")
        if failure is not None:
            raise failure
        return answer


def _path(product_id: str) -> str:
    if not (product_id.isascii() and product_id.isdigit()):
        raise NotFound(f"no product number: {product_id[:40]!r}")
    return f"/api/admin/products/{product_id}/"
