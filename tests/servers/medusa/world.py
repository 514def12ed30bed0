"""The platform adapters' world behind `medusa`: a real shop, and a proxy in front of it that can spoil answers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from market.platforms.contract import ConnectionSettings, PlatformAdapter, RemoteIds, adapter_for
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from tests.contracts.platform_worlds import Branch, NewOrder, ServerWorld
from tests.servers.between import Between
from tests.servers.medusa.running import TREE, Shop, plant, running

ADDRESS = {
    "first_name": "Bí", "last_name": "Nguyễn", "phone": "+84912345678", "address_1": "12 Lê Lợi", "city": "Phan Thiết",
    "country_code": "vn",
}  # fmt: skip
# What tests make, and what they leave as it was planted: the shop's keeper, places, region and tree of goods.
EMPTIED = (
    *("product", "image", "product_variant", "product_option", "product_option_value", "product_category_product"),
    *(
        "product_product_option",
        "product_product_option_value",
        "product_variant_option",
        "product_variant_product_image",
    ),
    *(
        "product_sales_channel",
        "product_shipping_profile",
        "product_variant_inventory_item",
        "product_variant_price_set",
    ),
    *("inventory_item", "inventory_level", "reservation_item", "order", "order_address", "order_change"),
    *("order_change_action", "order_fulfillment", "order_item", "order_line_item", "order_shipping"),
    *("order_shipping_method", "order_summary", "fulfillment", "fulfillment_address", "fulfillment_item", "customer"),
    *("payment_collection", "order_payment_collection", "workflow_execution"),
)
PLACES = (
    "sales_channel",
    "stock_location",
    "sales_channel_stock_location",
    "fulfillment_set",
    "location_fulfillment_set",
)


class Stage:
    """The shop behind its proxy, with the marketplace double's ways of asking: so that one suite serves both."""

    def __init__(self, shop: Shop, between: Between) -> None:
        self.shop, self.between = shop, between
        self.url, self.key, self.calls = between.url, shop.key, between.calls
        self._is_planted = True

    def reset(self) -> None:
        """An empty shop, no faults."""
        names = ", ".join(f'"{name}"' for name in EMPTIED)
        plain = "WHERE id NOT IN (SELECT price_set_id FROM shipping_option_price_set)"
        self.shop.sql(f"TRUNCATE {names} CASCADE; DELETE FROM price_set {plain}")
        shutil.rmtree(self.shop.home / "static", ignore_errors=True)
        if not self._is_planted:
            self.plant(*TREE)
        self._is_planted = True
        self.between.reset()

    def bare(self) -> None:
        """Without sales channels, stock locations and đồng: as nobody has connected to it yet."""
        names = ", ".join(f'"{name}"' for name in PLACES)
        self.shop.sql(f"TRUNCATE {names} CASCADE; DELETE FROM store_currency WHERE currency_code = 'vnd'")

    def plant(self, *nodes: tuple[str, str, str]) -> None:
        """Another tree of goods."""
        self._is_planted = False
        self.shop.sql("TRUNCATE product_category CASCADE")
        plant(self.shop, nodes)

    def plan(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Troubles from now on, with calls of the admin API unless they say otherwise."""
        self.between.plan(*({"path": "/admin/", **fault} for fault in faults), seed=seed)

    def habits(self, *, latency_ms: int) -> None:
        """How long each call waits."""
        self.between.latency = latency_ms / 1000

    def approve(self, product_id: str) -> None:
        """The moderator lets it be sold."""
        self.change(product_id, status="published", metadata={"rejection_reasons": ""})

    def reject(self, product_id: str, *reasons: tuple[str, str]) -> None:
        """The moderator refuses, and says why where Medusa has a place for it."""
        self.change(product_id, status="rejected", metadata={"rejection_reasons": [text for _, text in reasons]})

    def suspend(self, product_id: str) -> None:
        """The moderator takes it back."""
        self.change(product_id, status="draft")

    def change(self, product_id: str, **fields: Any) -> None:
        """What the shop's own people change of a product."""
        self.shop.ask("POST", f"/admin/products/{product_id}", fields)

    def listings(self) -> list[dict[str, Any]]:
        """Everything the shop holds."""
        fields = "id,status,variants.sku,variants.prices.amount,sales_channels.id"
        found = self.shop.ask("GET", "/admin/products", limit=1000, order="created_at", fields=fields)["products"]
        return [
            {
                "id": each["id"],
                "seller_sku": "+".join(variant["sku"] for variant in each["variants"]),
                "prices": sum(len(variant["prices"]) for variant in each["variants"]),
                "status": each["status"],
            }
            for each in found
        ]

    def buy(self, *goods: tuple[str, int]) -> str:
        """Order (product, pieces) as somebody of the shop does for a buyer on the telephone; returns the order's number."""
        items = []
        for product_id, pieces in goods:
            product = self.shop.ask("GET", f"/admin/products/{product_id}", fields="variants.id")["product"]
            items.append({"variant_id": product["variants"][0]["id"], "quantity": pieces})
        (region,) = self.shop.ask("GET", "/admin/regions")["regions"]
        body = {
            "email": "bi@example.com", "region_id": region["id"], "sales_channel_id": self._channel(), "items": items,
            "shipping_address": ADDRESS,
            "shipping_methods": [{"name": "Giao", "shipping_option_id": self._delivery(), "amount": 15_000}],
        }  # fmt: skip
        number = self.shop.ask("POST", "/admin/draft-orders", body)["draft_order"]["id"]
        self.shop.ask("POST", f"/admin/draft-orders/{number}/convert-to-order")
        return str(number)

    def pack(self, number: str) -> str:
        """All goods of an order into a parcel; returns the parcel's number."""
        order = self._order(number)
        (place,) = self.shop.ask("GET", "/admin/stock-locations")["stock_locations"]
        body = {"items": _items(order), "location_id": place["id"]}
        self.shop.ask("POST", f"/admin/orders/{number}/fulfillments", body)
        return str(self._order(number)["fulfillments"][-1]["id"])

    def send(self, number: str, parcel: str) -> None:
        """The parcel is on its way."""
        body = {"items": _items(self._order(number))}
        self.shop.ask("POST", f"/admin/orders/{number}/fulfillments/{parcel}/shipments", body)

    def deliver(self, number: str, parcel: str) -> None:
        """The parcel has come to its buyer."""
        self.shop.ask("POST", f"/admin/orders/{number}/fulfillments/{parcel}/mark-as-delivered")

    def end(self, number: str, how: str) -> None:
        """`complete`, `cancel` or `archive` an order."""
        self.shop.ask("POST", f"/admin/orders/{number}/{how}")

    def copy(self, number: str, name: str, moment: datetime) -> None:
        """An order like this one without its goods, placed and changed last at this moment: with the rows that the shop asks for."""
        columns = "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns WHERE table_name = 'order'"
        left_out = "AND column_name NOT IN ('id', 'created_at', 'updated_at', 'display_id', 'custom_display_id')"
        rest = self.shop.sql(f"{columns} {left_out}")
        values = f"'{name}', '{moment.isoformat()}', '{moment.isoformat()}', {rest}"
        self.shop.sql(
            f'INSERT INTO "order" (id, created_at, updated_at, {rest}) SELECT {values} FROM "order" WHERE id = \'{number}\';'
            "INSERT INTO order_summary (id, order_id, version, totals, created_at, updated_at)"
            f" SELECT '{name}s', '{name}', version, totals, created_at, updated_at FROM order_summary WHERE order_id = '{number}'"
        )

    def _order(self, number: str) -> dict[str, Any]:
        # Pieces are counted only where sums are asked for.
        fields = "total,items.id,items.quantity,items.detail.*,fulfillments.id"
        found: dict[str, Any] = self.shop.ask("GET", f"/admin/orders/{number}", fields=fields)["order"]
        return found

    def _channel(self) -> str:
        channels = self.shop.ask("GET", "/admin/sales-channels", name="Lên Sàn")["sales_channels"]
        return str(channels[0]["id"])

    def _delivery(self) -> str:
        """A way to deliver from our stock location: without one no parcel is packed."""
        options = self.shop.ask("GET", "/admin/shipping-options", fields="id")["shipping_options"]
        if options:
            return str(options[0]["id"])
        ask = self.shop.ask
        (place,) = ask("GET", "/admin/stock-locations")["stock_locations"]
        ask("POST", f"/admin/stock-locations/{place['id']}/fulfillment-providers", {"add": ["manual_manual"]})
        body: dict[str, Any] = {"name": "Giao hàng", "type": "shipping"}
        made = ask("POST", f"/admin/stock-locations/{place['id']}/fulfillment-sets", body, fields="fulfillment_sets.id")
        ways = made["stock_location"]["fulfillment_sets"][0]["id"]
        body = {"name": "Việt Nam", "geo_zones": [{"type": "country", "country_code": "vn"}]}
        zone = ask("POST", f"/admin/fulfillment-sets/{ways}/service-zones", body)["fulfillment_set"]["service_zones"][0]
        (profile, *_) = ask("GET", "/admin/shipping-profiles")["shipping_profiles"]
        body = {
            "name": "Giao hàng", "service_zone_id": zone["id"], "shipping_profile_id": profile["id"], "rules": [],
            "provider_id": "manual_manual", "price_type": "flat", "prices": [{"currency_code": "vnd", "amount": 15_000}],
            "type": {"label": "Giao", "description": "Giao", "code": "giao"}, "data": {"id": "manual-fulfillment"},
        }  # fmt: skip
        return str(ask("POST", "/admin/shipping-options", body)["shipping_option"]["id"])


def _items(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": each["id"], "quantity": each["quantity"]} for each in order["items"]]


class MedusaWorld(ServerWorld):
    """Behind the adapter: a shop that nobody here wrote, with a moderator."""

    creation = {"method": "POST", "path": "/admin/products"}
    repricing = ("POST",)
    branch = Branch(("nm", "gv", "tp"))
    new_order = NewOrder("pending/not_fulfilled", 15_000)

    def __init__(self, adapter: PlatformAdapter, stage: Stage, test: str) -> None:
        self.adapter, self.stage, self.server, self.test = adapter, stage, stage, test
        plain = ConnectionSettings(base_url=stage.url, allow_private=True, read_timeout=5.0)
        given = adapter.authorise(plain, {"key": stage.key})  # type: ignore[attr-defined]
        self.credentials = given.values
        self.connection = ConnectionSettings(
            base_url=stage.url, credentials=given.values, allow_private=True, read_timeout=5.0
        )
        stage.between.reset()

    def connect(self, settings: Any) -> None:
        """This shop is the only platform there is."""
        Connection.objects.update(is_enabled=False)
        # Its address is on this machine, which only a practice platform may be.
        platform = Platform.objects.create(code="medusa-shop", name="Cửa hàng Medusa", is_simulation=True)
        Connection.objects.create(
            platform=platform,
            adapter=self.adapter.key,
            base_url=self.stage.url,
            credentials=json.dumps(dict(self.credentials)),
        )

    def plant(self, *nodes: dict[str, str]) -> None:
        """Another tree of goods."""
        self.stage.plant(*((node["code"], node["name"], node.get("parent", "")) for node in nodes))

    def refuse_category(self, code: str) -> str:
        """It does so by itself; its own words are the code, for it has none."""
        return code

    def bought(self, remote: RemoteIds, pieces: int) -> str:
        """By telephone; nobody can order what the moderator has not let through."""
        self.stage.approve(remote.product_id)
        return self.stage.buy((remote.product_id, pieces))

    def orders_at(self, remote: RemoteIds, moments: Sequence[datetime]) -> None:
        """One that is real, and the rest as an import of orders leaves them."""
        first, sql = self.bought(remote, 1), self.stage.shop.sql
        for count, at in enumerate(moments[1:]):
            self.stage.copy(first, f"order_{count:026}", at)
        at = moments[0].isoformat()
        sql(f"UPDATE \"order\" SET created_at = '{at}', updated_at = '{at}' WHERE id = '{first}'")

    def order_stands(self, number: str, status: str) -> str:
        """A word that this version has not; that of its parcels is told with it."""
        self.stage.shop.sql(f"ALTER TYPE order_status_enum ADD VALUE IF NOT EXISTS '{status}'")
        self.stage.shop.sql(f"UPDATE \"order\" SET status = '{status}' WHERE id = '{number}'")
        return f"{status}/not_fulfilled"

    def order_breaks(self, number: str) -> None:
        """It is not in đồng."""
        self.stage.shop.sql(f"UPDATE \"order\" SET currency_code = 'eur' WHERE id = '{number}'")

    @contextmanager
    def ordered(self, remote: RemoteIds) -> Iterator[None]:
        """A real order, called off at the end; nobody can order what the moderator has not let through."""
        number = self.bought(remote, 1)
        yield
        self.stage.end(number, "cancel")


@pytest.fixture(scope="session")
def medusa_stage() -> Iterator[Stage]:
    """A shop of this process and its proxy, as long as the tests run."""
    told = os.environ.get("MEDUSA_TESTS", "runs on a real Medusa: make test-servers")
    if told != "1":
        pytest.skip(told)
    with running() as shop, Between(shop.url).running() as between:
        yield Stage(shop, between)


def medusa_world(stage: Stage, test: str) -> MedusaWorld:
    """A fresh shop with the adapter connected to it."""
    stage.reset()
    return MedusaWorld(adapter_for("medusa"), stage, test)
