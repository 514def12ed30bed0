"""HTTP to a Vendure shop: the only file here that touches the network.

Every answer becomes typed data or a PlatformFailure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit import clock, outbound
from market.platforms import calling
from market.platforms.complaints import complaint
from market.platforms.contract import (
    AuthRevoked,
    CategoryPage,
    ConnectionSettings,
    ContractBroken,
    NotFound,
    OrderPage,
    OutcomeUnknown,
    Permanent,
    PhotoReference,
    RemoteCategory,
    RemoteOrder,
    ValidationFailed,
    kept_text,
)
from market.platforms.foreign_json import flag_in, json_of, number_in, object_in, object_of, objects_in, text_in
from market.platforms.vendure import operations, orders, uploads, wire
from market.platforms.vendure.operations import Operation
from market.platforms.vendure.refusals import SESSION_HEADER, failure_in

USER_NAME, PASSWORD_NAME, FACET_NAME, PRICE_NAME = "user", "password", "facet", "price_maximum"
# What is kept beside what a person typed in: the session's token, and the language that the shop keeps its texts in.
TOKEN_NAME, LANGUAGE_NAME = "token", "language"
# Far below the 1,000 of a stock shop: an owner may have lowered it.
AT_ONCE, ORDERS_AT_ONCE, PAGES_AT_MOST = 50, 20, 1_000
NAME_LIMIT, CODE_LIMIT = 160, 60


@dataclass(frozen=True)
class Shop:
    """How the shop is set up, as far as we depend on it. `facet`: the number of the facet whose values goods stand under ("": there is
    none with that code)."""

    language: str
    currency: str
    prices_include_tax: bool
    facet: str


@dataclass(frozen=True)
class Needed:
    """What the shop has of what a listing names: the number of its category there ("": none), and of each photo by its digest
    (SHA-256)."""

    category: str
    photos: Mapping[str, str]


@dataclass(frozen=True)
class Client:
    """The admin API for one connection."""

    connection: ConnectionSettings

    def log_in(self, name: str, password: str) -> str:
        """The token of a new session. Raises AuthRevoked."""
        answer = self._send(operations.LOG_IN, {"name": name, "password": password})
        said = object_in(_data(answer, operations.LOG_IN), "login")
        if said.get("__typename") != "CurrentUser":
            raise AuthRevoked(f"LogIn: {kept_text(str(said.get('errorCode')), 80)}")
        token = answer.headers.get(SESSION_HEADER)
        if not token:
            message = "Gian hàng chưa cho chương trình đăng nhập (tokenMethod thiếu «bearer»). Hãy báo người quản trị gian hàng."
            raise Permanent("LogIn: no token, tokenMethod has no bearer", message_vi=message)
        return token

    def shop(self) -> Shop:
        """How it is set up. Raises PlatformFailure when calls would not be served."""
        found = self._ask(operations.READ_SHOP, {"facet": self._facet})
        channel = object_in(found, "activeChannel")
        numbers = [text_in(item, "id") for item in objects_in(object_in(found, "facets"), "items")]
        return Shop(
            text_in(channel, "defaultLanguageCode"),
            text_in(channel, "defaultCurrencyCode"),
            flag_in(channel, "pricesIncludeTax"),
            numbers[0] if numbers else "",
        )

    def products_with(self, sku: str) -> list[wire.Product]:
        """The products that are exactly this SKU's: there may be several, and one may lack its variant."""
        wanted = {"_or": [{"sku": {"eq": sku}}, {"slug": {"contains": wire.mark_of(sku)}}]}
        found = (self._parsed(item) for item in self._all(operations.READ_PRODUCTS, "products", {"filter": wanted}))
        return [product for product in found if product.is_for(sku)]

    def product(self, product_id: str) -> wire.Product:
        """One product. Raises NotFound."""
        if product_id in {"", "0"}:
            raise NotFound("no product number")  # which the shop takes for no question at all
        found = self._ask(operations.READ_PRODUCT, {"id": product_id})
        if found.get("product") is None:
            raise NotFound(f"no product {product_id[:40]!r}")
        return self._parsed(found["product"])

    def products(self, skip: int) -> tuple[tuple[wire.Product, ...], int | None]:
        """A part of all products, the oldest first, and where the next part begins."""
        items, total = self._part(operations.READ_PRODUCTS, "products", {"sort": _OLDEST_FIRST}, skip)
        following = skip + len(items)
        return tuple(self._parsed(item) for item in items), following if items and following < total else None

    def create_product(self, given: dict[str, Any]) -> wire.Product:
        """A new product, without a variant: hidden, and only begun."""
        found = self._ask(operations.CREATE_PRODUCT, {"input": given})
        return self._written(operations.CREATE_PRODUCT, found.get("createProduct"))

    def create_variant(self, given: dict[str, Any], product: dict[str, Any]) -> None:
        """What is sold of a product that has none, and then what changes with that on the product. Raises Conflict (DUPLICATE) when it
        has one."""
        self._ask(operations.CREATE_VARIANT, {"input": given, "product": {**product, "id": given["productId"]}})

    def update_product(self, given: dict[str, Any], variants: Sequence[dict[str, Any]]) -> None:
        """New content for a product, and what changes with it on its variants. Raises NotFound."""
        self._ask(operations.UPDATE_PRODUCT, {"input": given, "variants": list(variants)})

    def update_variant(self, given: dict[str, Any]) -> None:
        """New price, stock or whatever else is given. Raises NotFound."""
        self._ask(operations.UPDATE_VARIANT, {"input": given})

    def delete_product(self, product_id: str) -> None:
        """Take a product away; the shop keeps it for its orders. Raises NotFound when it is gone already."""
        said = object_in(self._ask(operations.DELETE_PRODUCT, {"id": product_id}), "deleteProduct")
        if said.get("result") != "DELETED":
            raise Permanent(f"DeleteProduct: {kept_text(str(said.get('message')), 200)}")

    def needed(self, category: str, digests: Sequence[str]) -> Needed:
        """What there is of the things that a listing names: its category ("": none is asked for) and its photos, in one call."""
        if not category and not digests:
            return Needed("", {})
        wanted = {"_or": [{"source": {"contains": digest}} for digest in digests]}
        found = self._ask(
            operations.READ_NEEDED,
            {
                "stands": bool(category),
                "values": {"take": AT_ONCE, "filter": {"code": {"eq": category}}},
                "shows": bool(digests),
                "photos": {"take": AT_ONCE, "filter": wanted, "sort": _OLDEST_FIRST},
            },
        )
        values = objects_in(object_in(found, "facetValues"), "items") if category else []
        ours = [text_in(item, "id") for item in values if wire.value_of(item) == (self._facet, category)]
        held = dict[str, str]()
        for item in objects_in(object_in(found, "assets"), "items") if digests else []:
            held.setdefault(wire.digest_in(item), text_in(item, "id"))
        return Needed(ours[0] if ours else "", {digest: held[digest] for digest in digests if digest in held})

    def upload(self, photo: PhotoReference, content: bytes) -> str:
        """Give the shop a photo; its id. Raises ValidationFailed when it takes no such file."""
        name = photo.sha256 + uploads.SUFFIXES.get(photo.content_type, "")
        operation = operations.CREATE_ASSET
        headers, body = uploads.multipart(operation, name, photo.content_type, content)
        said = objects_in(_data(self._send(operation, headers=headers, data=body), operation), "createAssets")
        if len(said) != 1:
            raise ContractBroken(f"{len(said)} answers to one photo")
        if said[0].get("__typename") != "Asset":
            raise ValidationFailed([complaint("photos", kept_text(str(said[0].get("message")), 200))])
        return text_in(said[0], "id")

    def categories(self, skip: int = 0) -> CategoryPage:
        """A part of the values of our facet."""
        wanted = {"filter": {"facetId": {"eq": self.shop().facet or "0"}}, "sort": _OLDEST_FIRST}
        items, total = self._part(operations.READ_CATEGORIES, "facetValues", wanted, skip)
        following = skip + len(items)
        found = tuple(
            RemoteCategory(text_in(item, "code"), kept_text(text_in(item, "name"), NAME_LIMIT))
            for item in items
            # What is longer cannot be kept as a code.
            if len(text_in(item, "code")) <= CODE_LIMIT
        )
        return CategoryPage(found, str(following) if items and following < total else "")

    def orders(self, since: datetime, cursor: str) -> OrderPage:
        """A part of the orders that changed at or after `since`, the oldest change first. What changes meanwhile goes to the end."""
        after, waiting = orders.place_at(cursor, since), list[tuple[orders.Key, dict[str, Any]]]()
        for item in self._all(operations.READ_ORDERS, "orders", orders.changed_since(after[0])):
            key = orders.key_of(item)
            # What changed in one moment comes in any order, and is read to its end.
            if len(waiting) >= ORDERS_AT_ONCE and key[0] > waiting[-1][0][0]:
                break
            if key > after:
                waiting.append((key, item))
        part = sorted(waiting, key=lambda each: each[0])[:ORDERS_AT_ONCE]
        found, unreadable = list[RemoteOrder](), list[str]()
        for _, item in part:
            try:
                found.append(orders.parse_order(item))
            except ContractBroken:
                unreadable.append(orders.number_of(item))
        following = orders.cursor_at(part[-1][0]) if len(part) == ORDERS_AT_ONCE else ""
        return OrderPage(tuple(found), following, tuple(unreadable))

    @property
    def language(self) -> str:
        """The language that texts are written in there."""
        return self.connection.credentials.get(LANGUAGE_NAME, "vi")

    @property
    def _facet(self) -> str:
        return self.connection.credentials.get(FACET_NAME, "")

    def _all(self, operation: Operation, name: str, options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        skip = 0
        for _ in range(PAGES_AT_MOST):
            items, total = self._part(operation, name, options, skip)
            yield from items
            skip += len(items)
            if not items or skip >= total:
                return
        raise ContractBroken(f"more than {PAGES_AT_MOST} pages of {name}")

    def _part(
        self, operation: Operation, name: str, options: Mapping[str, Any], skip: int
    ) -> tuple[list[dict[str, Any]], int]:
        found = self._ask(operation, {"options": {"take": AT_ONCE, "skip": skip, **options}})
        part = object_in(found, name)
        return objects_in(part, "items"), number_in(part, "totalItems")

    def _parsed(self, value: Any) -> wire.Product:
        public_url = self.connection.public_url
        return wire.parse_product(value, facet=self._facet, public_url=public_url, seen_at=clock.now())

    def _written(self, operation: Operation, value: Any) -> wire.Product:
        try:
            return self._parsed(value)
        except ContractBroken as broken:
            # It was taken, and what was made of it is not told: looked at before anything else is sent.
            raise OutcomeUnknown(f"{operation.name}: {broken.detail}") from broken

    def _ask(self, operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
        return _data(self._send(operation, variables), operation)

    def _send(
        self,
        operation: Operation,
        variables: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        token = self.connection.credentials.get(TOKEN_NAME, "")
        asked = {"operationName": operation.name, "query": operation.text, "variables": variables}
        answer = calling.call(
            self.connection,
            "POST",
            "/admin-api",
            is_safe=operation.is_safe,
            headers={**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})},
            params={"languageCode": self.language},
            json=asked if data is None else None,
            data=data,
        )
        failure = failure_in(answer, operation)
        if failure is not None:
            raise failure
        return answer


# By number, which a stock shop counts up. Of several columns the shop takes the number first, in whatever order they are named.
_OLDEST_FIRST = {"id": "ASC"}


def _data(answer: outbound.Answer, operation: Operation) -> dict[str, Any]:
    return object_in(object_of(json_of(answer.body), operation.name), "data")
