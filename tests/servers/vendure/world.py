"""The platform adapters' world behind `vendure`: a real shop, and a proxy in front of it that can spoil answers."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from market.platforms.contract import ConnectionSettings, PlatformAdapter, RemoteIds, adapter_for
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from tests.contracts.platform_worlds import NewOrder, ServerWorld
from tests.servers.between import Between
from tests.servers.vendure.running import Shop, running
from tests.servers.vendure.seed import ANSWERS, EMAIL, PASSWORD, plant

_OPERATION = re.compile(rb'"operationName": ?"(\w+)"')
# A call of GraphQL by what it does, in the words that plans and counts are written in.
_METHODS = {"Create": "POST", "Update": "PATCH", "Delete": "DELETE", "LogIn": "POST"}
_OVER = b'"code":"FORBIDDEN"'


class VendureBetween(Between):
    """One address for everything, and 200 for every refusal: what is done and how it ended stands in the bodies."""

    def name_of(self, method: str, path: str, body: bytes) -> tuple[str, str]:
        """Under /api/ with the operation's name, a reading as GET."""
        found = _OPERATION.search(body)
        if path != "/admin-api" or found is None:
            return method, path
        name = found[1].decode()
        return next((known for start, known in _METHODS.items() if name.startswith(start)), "GET"), f"/api/{name}"

    def status_of(self, status: int, body: bytes) -> int:
        """401 for a session that is over."""
        return 401 if _OVER in body else status


class Stage:
    """The shop behind its proxy, with the marketplace double's ways of asking: so that one suite serves both."""

    def __init__(self, shop: Shop, between: Between) -> None:
        self.shop, self.between = shop, between
        self.url, self.calls = between.url, between.calls
        self.key, self._ended_at = PASSWORD, 0

    def reset(self) -> None:
        """An empty shop, no faults."""
        self.shop.control("reset")
        self.between.reset()
        self._ended_at = 0

    def plan(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """As the proxy can play them; a key that is taken back is really taken back, by the shop's owner."""
        if any(fault["kind"] == "key_revoked" for fault in faults):
            self.take_back()
        self.between.plan(*(fault for fault in faults if fault["kind"] != "key_revoked"), seed=seed)

    def take_back(self) -> None:
        """The owner gives our account another password, and ends its sessions."""
        keeper = self.shop.keeper()
        found = keeper.ask(
            "query ($email: String!) { administrators(options: { filter: { emailAddress: { eq: $email } } }) { items { id } } }",
            email=EMAIL,
        )
        keeper.ask(
            "mutation ($input: UpdateAdministratorInput!) { updateAdministrator(input: $input) { id } }",
            input={"id": found["administrators"]["items"][0]["id"], "password": secrets.token_hex(8)},
        )
        self.expire_tokens()

    def expire_tokens(self) -> None:
        """The sessions of everybody are over, as after a year of silence."""
        self.shop.sql("UPDATE session SET expires = '2020-01-01 00:00:00.000'")
        self._ended_at = len(self.calls())

    def exchanges(self) -> int:
        """How often somebody logged in since the sessions were ended."""
        return sum(call["path"] == "/api/LogIn" for call in self.calls()[self._ended_at :])

    def approve(self, listing_id: str) -> None:
        """Nobody reviews here."""

    def habits(self, *, latency_ms: int = 0, tokens: int = 0) -> None:
        """How long each call waits. How long sessions last is the shop's own affair."""
        self.between.latency = latency_ms / 1000

    def listings(self) -> list[dict[str, Any]]:
        """Everything the shop holds, a line for each that can be bought; a product without anything to buy has no SKU."""
        return self.shop.sql(
            "SELECT product.id AS id, variant.sku AS seller_sku FROM product LEFT JOIN product_variant AS variant"
            " ON variant.productId = product.id AND variant.deletedAt IS NULL WHERE product.deletedAt IS NULL"
        )

    def buy(self, *goods: tuple[str, int], payment: str = "tra-ngay") -> str:
        """Buy (SKU, pieces) as a visitor's program does, through the public API; returns the order's number."""
        visitor = self.shop.visitor()
        for sku, pieces in goods:
            (variant,) = self.shop.sql("SELECT id FROM product_variant WHERE sku = ? AND deletedAt IS NULL", sku)
            visitor.ask(
                "mutation ($id: ID!, $pieces: Int!) { addItemToOrder(productVariantId: $id, quantity: $pieces)"
                " { __typename ... on ErrorResult { message } } }",
                id=variant["id"], pieces=pieces,
            )  # fmt: skip
        for step in (
            'setCustomerForOrder(input: {firstName: "Bí", lastName: "Nguyễn", emailAddress: "bi@example.com"})',
            'setOrderShippingAddress(input: {fullName: "Nguyễn Bí", streetLine1: "12 Lê Lợi", city: "Phan Thiết",'
            ' countryCode: "VN", phoneNumber: "+84912345678"})',
            "setOrderShippingMethod(shippingMethodId: [1])",
            'transitionOrderToState(state: "ArrangingPayment")',
            f'addPaymentToOrder(input: {{method: "{payment}", metadata: {{}}}})',
        ):
            said = visitor.ask(
                f"mutation {{ done: {step} {{ ... on Order {{ code }} ... on ErrorResult {{ message }} }} }}"
            )
        return str(said["done"]["code"])

    def copy(self, number: str, **columns: object) -> None:
        """Another order like this one but for these columns of it, in the shop's own tables: buying takes a second each time."""
        (order,) = self.shop.sql('SELECT * FROM "order" WHERE code = ?', number)
        made = self._inserted("order", {**order, **columns})
        for line in self.shop.sql("SELECT * FROM order_line WHERE orderId = ?", order["id"]):
            self._inserted("order_line", {**line, "orderId": made})
        self.shop.sql("INSERT INTO order_channels_channel VALUES (?, 1)", made)

    def _inserted(self, table: str, row: dict[str, object]) -> object:
        values = {name: value for name, value in row.items() if name != "id"}
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
        self.shop.sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *values.values())
        return self.shop.sql(f'SELECT max(id) AS id FROM "{table}"')[0]["id"]

    def order(self, number: str, **columns: object) -> None:
        """Change an order in the shop's own table: for moments and words that nobody can wait for."""
        names = ", ".join(f'"{name}" = ?' for name in columns)
        self.shop.sql(f'UPDATE "order" SET {names} WHERE code = ?', *columns.values(), number)


class VendureWorld(ServerWorld):
    """Behind the adapter: a shop that nobody here wrote."""

    creation = {"method": "POST", "path": "/api/CreateProduct"}
    new_order = NewOrder("PaymentAuthorized", 15_000)

    def __init__(self, adapter: PlatformAdapter, stage: Stage, test: str) -> None:
        self.adapter, self.stage, self.server, self.test = adapter, stage, stage, test
        plain = ConnectionSettings(base_url=stage.url, allow_private=True, read_timeout=5.0)
        given = adapter.authorise(plain, self.answers())  # type: ignore[attr-defined]
        self.credentials = given.values
        self.connection = ConnectionSettings(
            base_url=stage.url, credentials=given.values, allow_private=True, read_timeout=5.0
        )
        stage.between.reset()

    def answers(self) -> dict[str, str]:
        """Our account there, and the facet of its kinds of goods."""
        return dict(ANSWERS)

    def connect(self, settings: Any) -> None:
        """This shop is the only platform there is."""
        Connection.objects.update(is_enabled=False)
        # Its address is on this machine, which only a practice platform may be.
        platform = Platform.objects.create(code="vendure-shop", name="Cửa hàng Vendure", is_simulation=True)
        Connection.objects.create(
            platform=platform,
            adapter=self.adapter.key,
            base_url=self.stage.url,
            credentials=json.dumps(dict(self.credentials)),
        )

    def plant(self, *nodes: dict[str, str]) -> None:
        """Other kinds of goods."""
        keeper = self.stage.shop.keeper()
        self.stage.shop.sql("DELETE FROM facet")
        plant(keeper, {node["code"]: node["name"] for node in nodes})

    def refuse_category(self, code: str) -> str:
        """It drops what it does not know without a word; ours are the code."""
        return code

    def bought(self, remote: RemoteIds, pieces: int) -> str:
        """Through the shop's own checkout, to be paid later."""
        statement = "SELECT sku FROM product_variant WHERE productId = ? AND deletedAt IS NULL"
        (variant,) = self.stage.shop.sql(statement, remote.product_id)
        return self.stage.buy((variant["sku"], pieces), payment="tra-sau")

    def orders_at(self, remote: RemoteIds, moments: Sequence[datetime]) -> None:
        """One that is real, and copies of it. The shop's database keeps seconds."""
        first = self.bought(remote, 1)
        stored = [moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for moment in moments]
        for count, at in enumerate(stored[1:]):
            self.stage.copy(first, code=f"DH-{count}", orderPlacedAt=at, updatedAt=at)
        self.stage.order(first, orderPlacedAt=stored[0], updatedAt=stored[0])

    def order_stands(self, number: str, status: str) -> str:
        """In an order process of the shop's own."""
        self.stage.order(number, state=status)
        return status

    def order_breaks(self, number: str) -> None:
        """It is not in đồng."""
        self.stage.order(number, currencyCode="USD")


@pytest.fixture(scope="session")
def vendure_stage() -> Iterator[Stage]:
    """A shop of this process and its proxy, as long as the tests run."""
    told = os.environ.get("VENDURE_TESTS", "runs on a real Vendure: make test-servers")
    if told != "1":
        pytest.skip(told)
    with running() as shop, VendureBetween(shop.url).running() as between:
        yield Stage(shop, between)


def vendure_world(stage: Stage, test: str) -> VendureWorld:
    """A fresh shop with the adapter connected to it."""
    stage.reset()
    return VendureWorld(adapter_for("vendure"), stage, test)
