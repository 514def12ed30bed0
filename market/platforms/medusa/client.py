"""HTTP to a Medusa shop: the only file here that touches the network.

Every answer becomes typed data or a PlatformFailure. What a failed call means depends on what it was: a read (or a write that may
safely be repeated) is Retryable, any other write is OutcomeUnknown.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
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
    Permanent,
    PhotoReference,
    RemoteOrder,
    Unsupported,
)
from market.platforms.medusa import lists, offers, orders, tree, wire
from market.platforms.medusa.refusals import failure_in

KEY_NAME, CHANNEL_NAME, LOCATION_NAME, PROFILE_NAME = "key", "sales_channel", "stock_location", "shipping_profile"
PRODUCTS_AT_ONCE, ORDERS_AT_ONCE, ROWS_AT_ONCE, PAGES_AT_MOST = 50, 20, 100, 200
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_PRODUCTS, _FIELDS = "/admin/products", {"fields": wire.FIELDS}
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Client:
    """The admin API for one connection; `credentials` are a secret key, and the numbers of what was chosen for us in the shop."""

    connection: ConnectionSettings

    def has_our_places(self) -> bool:
        """Whether the sales channel and the stock location that were chosen are still there. Raises PlatformFailure when calls would
        not be served."""
        try:
            self._call("GET", f"/admin/sales-channels/{self._given(CHANNEL_NAME)}")
            self._call("GET", f"/admin/stock-locations/{self._given(LOCATION_NAME)}")
        except NotFound:
            return False
        return True

    def prices_include_tax(self) -> bool:
        """Whether a price in đồng is what a buyer pays; otherwise the shop adds its taxes."""
        params = {"attribute": "currency_code", "value": offers.CURRENCY, "fields": "id,value,is_tax_inclusive"}
        rows = _rows(self._call("GET", "/admin/price-preferences", params=params), "price_preferences")
        return any(row.get("value") == offers.CURRENCY and row.get("is_tax_inclusive") is True for row in rows)

    def product_with(self, sku: str) -> wire.Product | None:
        """The product with exactly this SKU, when it is ours: a SKU is unique there. Filters that the shop does not know are ignored
        without a word, so that the answer itself is compared."""
        answer = self._call("GET", _PRODUCTS, params={"variants[sku]": sku, **_FIELDS})
        for item in _rows(answer, "products"):
            product = self._parsed(item)
            if product.variant is not None and product.variant.sku == sku:
                return product if product.is_ours else None
            if not any(variant.get("sku") == sku for variant in foreign_json.objects_in(item, "variants")):
                raise ContractBroken("the filter by SKU was ignored")
        return None

    def product(self, product_id: str) -> wire.Product:
        """One product. Raises NotFound."""
        return self._product(self._call("GET", _path(product_id), params=_FIELDS))

    def products(self, at: lists.Place) -> tuple[tuple[wire.Product, ...], lists.Place | None]:
        """What is ours, at one place of the list of products, and the next place."""
        params = {**at.query("created_at", PRODUCTS_AT_ONCE), **_FIELDS}
        part = lists.part_of(
            self._call("GET", _PRODUCTS, params=params).body, "products", "created_at", at, PRODUCTS_AT_ONCE
        )
        found = [self._parsed(item) for item in part.items]
        return tuple(each for each in found if each.is_ours and each.variant is not None), part.after

    def upload(self, photo: PhotoReference, content: bytes, number: int) -> str:
        """Give the shop a photo; returns where it stands. One that is sent again leaves a file that nothing shows."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{wire.photo_name(photo, number)}"'
        )
        body = (
            f"{head}\r\nContent-Type: {photo.content_type}\r\n\r\n".encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self._call("POST", "/admin/uploads", data=body, content_type=kind, repeatable=True)
        return foreign_json.text_in(_first(_rows(answer, "files"), "files"), "url")

    def create(self, body: dict[str, Any]) -> wire.Product:
        """A new product, whose stock is not told yet. A server error leaves its fate open, for this call alone may not be repeated."""
        return self._product(self._call("POST", _PRODUCTS, params=_FIELDS, json=body, creates=True))

    def change(self, product_id: str, body: dict[str, Any]) -> wire.Product:
        """These fields of a product, and no others."""
        return self._product(self._call("POST", _path(product_id), params=_FIELDS, json=body))

    def set_price(self, product: wire.Product, variant: offers.Variant, price: int) -> None:
        """Another price in đồng."""
        path = f"{_path(product.snapshot.remote.product_id)}/variants/{variant.number}"
        self._call("POST", path, params={"fields": "id"}, json=offers.price_body(price, variant.other_prices))

    def set_stock(self, variant: offers.Variant, stock: int) -> None:
        """Another number of pieces that may be sold: what is promised to buyers lies in the store beside them. Raises Permanent for
        goods whose pieces nobody counts there."""
        if not variant.item:
            message = "Sàn không đếm tồn kho của sản phẩm này. Hãy bật «Manage inventory» cho nó trên sàn."
            raise Permanent(f"{variant.number} has no inventory item", message_vi=message)
        path = f"/admin/inventory-items/{variant.item}/location-levels"
        body: dict[str, Any] = {"stocked_quantity": stock + variant.reserved}
        if variant.in_store is None:
            self._call("POST", path, params={"fields": "id"}, json={**body, "location_id": self.shelf.location})
        else:
            self._call("POST", f"{path}/{self.shelf.location}", params={"fields": "id"}, json=body)

    def delete(self, product_id: str) -> None:
        """Remove a product; one that is gone is removed as well. Raises Conflict (LOCKED) while somebody waits for it."""
        self._call("DELETE", _path(product_id))

    def categories(self) -> CategoryPage:
        """The whole tree."""
        return tree.parse_categories(self.rows("/admin/product-categories", "product_categories", tree.FIELDS))

    def category_number(self, code: str) -> str | None:
        """The number of a category; None for a code that is not there."""
        for name in ("handle", "id"):
            answer = self._call("GET", "/admin/product-categories", params={name: code, "fields": tree.FIELDS})
            for row in _rows(answer, "product_categories"):
                if tree.code_of(row) == code:
                    return foreign_json.text_in(row, "id")
        return None

    def orders(self, since: datetime, cursor: str) -> OrderPage:
        """A part of the orders of our sales channel that changed at or after `since`, the oldest change first."""
        at = lists.place_at(cursor) if cursor else lists.Place(since)
        params = {
            **at.query("updated_at", ORDERS_AT_ONCE),
            "sales_channel_id[]": self.shelf.channel,
            "fields": orders.FIELDS,
        }
        answer = self._call("GET", "/admin/orders", params=params)
        part = lists.part_of(answer.body, "orders", "updated_at", at, ORDERS_AT_ONCE)
        found, unreadable = list[RemoteOrder](), list[str]()
        for item in part.items:
            try:
                found.append(orders.parse_order(item))
            except ContractBroken:
                unreadable.append(orders.number_in(item))
        return OrderPage(tuple(found), part.after.cursor if part.after else "", tuple(unreadable))

    def rows(self, path: str, plural: str, fields: str) -> list[dict[str, Any]]:
        """A whole list."""
        found = dict[str, dict[str, Any]]()
        for page in range(PAGES_AT_MOST):
            places = {"limit": str(ROWS_AT_ONCE), "offset": str(page * ROWS_AT_ONCE), "order": "id"}
            rows = _rows(self._call("GET", path, params={**places, "fields": fields}), plural)
            found |= {foreign_json.text_in(row, "id"): row for row in rows}
            if len(rows) < ROWS_AT_ONCE:
                return list(found.values())
        raise ContractBroken(f"more than {PAGES_AT_MOST} pages of {path}")

    def write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What became of something that the shop is set up with."""
        return _object(self._call("POST", path, json=body))

    @property
    def shelf(self) -> wire.Shelf:
        """Where our goods are sold and lie. Raises Unsupported for a connection that nobody has authorised."""
        return wire.Shelf(self._given(CHANNEL_NAME), self._given(LOCATION_NAME))

    @property
    def profile(self) -> str:
        """How our goods are shipped."""
        return self._given(PROFILE_NAME)

    def _given(self, name: str) -> str:
        given = self.connection.credentials.get(name, "")
        if not _NUMBER.fullmatch(given):
            raise Unsupported(f"no {name} was chosen")
        return given

    def _product(self, answer: outbound.Answer) -> wire.Product:
        return self._parsed(foreign_json.object_in(_object(answer), "product"))

    def _parsed(self, value: Any) -> wire.Product:
        public_url = self.connection.public_url or self.connection.base_url
        return wire.parse_product(value, shelf=self.shelf, public_url=public_url, seen_at=clock.now())

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: Any = None,
        data: bytes | None = None,
        content_type: str = "",
        repeatable: bool = False,
        creates: bool = False,
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        is_safe = repeatable or method == "GET"
        # The key is the name of who calls, without a password.
        shown = base64.b64encode(f"{self.connection.credentials.get(KEY_NAME, '')}:".encode()).decode()
        headers = {"Authorization": f"Basic {shown}", **({"Content-Type": content_type} if content_type else {})}
        answer = call(
            self.connection, method, path, is_safe=is_safe, headers=headers, params=params, json=json, data=data
        )
        failure = failure_in(answer, is_safe=is_safe, creates=creates)
        if failure is not None:
            raise failure
        return answer


def _path(product_id: str) -> str:
    if not _NUMBER.fullmatch(product_id):
        raise NotFound(f"no product number: {product_id[:40]!r}")
    return f"{_PRODUCTS}/{product_id}"


def _object(answer: outbound.Answer) -> dict[str, Any]:
    return foreign_json.object_of(foreign_json.json_of(answer.body), "answer")


def _rows(answer: outbound.Answer, plural: str) -> list[dict[str, Any]]:
    return foreign_json.objects_in(_object(answer), plural)


def _first(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    if not rows:
        raise ContractBroken(f"no {name}")
    return rows[0]
