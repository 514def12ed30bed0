"""The platform adapters' world behind `oscar`: a real shop, a proxy in front of it that can spoil answers, and our photos on an address."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from market.platforms.contract import ConnectionSettings, PlatformAdapter, RemoteIds, adapter_for
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from tests.contracts.platform_worlds import Branch, NewOrder, ServerWorld
from tests.market.platforms.photo_host import HOST
from tests.servers.between import Between
from tests.servers.oscar.running import PARTNER, Shop, running


class Stage:
    """The shop behind its proxy, with the marketplace double's ways of asking: so that one suite serves both."""

    def __init__(self, shop: Shop, between: Between) -> None:
        self.shop, self.between = shop, between
        self.url, self.key = between.url, shop.token
        self.plan, self.calls = between.plan, between.calls

    def reset(self) -> None:
        """An empty shop, no faults."""
        self.shop.control("reset", {"token": self.shop.token})
        self.between.reset()

    def approve(self, listing_id: str) -> None:
        """Nobody reviews here."""

    def habits(self, *, latency_ms: int) -> None:
        """How long each call waits."""
        self.between.latency = latency_ms / 1000

    def listings(self) -> list[dict[str, Any]]:
        """Everything the shop holds."""
        found: list[dict[str, Any]] = self.shop.control("listings")
        return found

    def buy(self, *goods: tuple[str, int]) -> str:
        """Buy (product, pieces) as a visitor's program does, through the public API; returns the order's number."""
        for product_id, pieces in goods:
            self._public(
                "POST",
                "basket/add-product/",
                {"url": f"{self.shop.url}/api/products/{product_id}/", "quantity": pieces},
            )
        address = {
            "country": f"{self.shop.url}/api/countries/VN/", "first_name": "Bí", "last_name": "Nguyễn", "line1": "12 Lê Lợi",
            "line4": "Phan Thiết", "phone_number": "+84912345678",
        }  # fmt: skip
        order = self._public(
            "POST", "checkout/", {"basket": self._public("GET", "basket/")["url"], "shipping_address": address}
        )
        return str(order["number"])

    def _public(self, method: str, path: str, given: Any = None) -> Any:
        headers = {"Authorization": f"Token {self.key}", "Content-Type": "application/json"}
        data = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.shop.url}/api/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def order(self, **given: Any) -> dict[str, Any]:
        """Place an order, or change the one with this number; see `shop/control.py`."""
        found: dict[str, Any] = self.shop.control("order", given)
        return found


class OscarWorld(ServerWorld):
    """Behind the adapter: a shop that nobody here wrote."""

    creation = {"method": "POST", "path": "/api/admin/products/"}
    branch = Branch(("tp/gv/nm", "tp/gv", "tp"))
    new_order = NewOrder("new")

    def __init__(self, adapter: PlatformAdapter, stage: Stage, test: str) -> None:
        HOST.start()
        self.adapter, self.stage, self.server, self.test = adapter, stage, stage, test
        plain = ConnectionSettings(base_url=stage.url, allow_private=True, read_timeout=5.0)
        given = adapter.authorise(plain, {"token": stage.key, "partner": PARTNER})  # type: ignore[attr-defined]
        self.credentials = given.values
        self.connection = ConnectionSettings(
            base_url=stage.url, credentials=given.values, allow_private=True, read_timeout=5.0
        )
        stage.between.reset()

    def connect(self, settings: Any) -> None:
        """This shop is the only platform there is."""
        settings.BASE_URL, HOST.media = HOST.url, settings.MEDIA_ROOT
        Connection.objects.update(is_enabled=False)
        # Its address is on this machine, which only a practice platform may be.
        platform = Platform.objects.create(code="oscar-shop", name="Cửa hàng oscar", is_simulation=True)
        Connection.objects.create(
            platform=platform,
            adapter=self.adapter.key,
            base_url=self.stage.url,
            credentials=json.dumps(dict(self.credentials)),
        )

    def environment(self) -> dict[str, str]:
        """Where the shop finds our photos."""
        return {"BASE_URL": HOST.url}

    def plant(self, *nodes: dict[str, str]) -> None:
        """Another tree of goods."""
        self.stage.shop.control("categories", [{**node, "slug": node["code"]} for node in nodes])

    def refuse_category(self, code: str) -> str:
        """It does so by itself; its own words are the code, for it has none."""
        return code

    def bought(self, remote: RemoteIds, pieces: int) -> str:
        """Through the shop's own checkout."""
        return self.stage.buy((remote.product_id, pieces))

    def orders_at(self, remote: RemoteIds, moments: Sequence[datetime]) -> None:
        """As checkouts of those days left them."""
        sku = self.adapter.fetch(self.connection, remote).sku
        for count, at in enumerate(moments):
            lines = [{"sku": sku, "quantity": 1, "price": 85_000}]
            self.stage.order(number=f"DH-{count}", placed_at=at.isoformat(), lines=lines)

    def order_stands(self, number: str, status: str) -> str:
        """In a pipeline of the shop's own."""
        self.stage.order(number=number, status=status)
        return status

    def order_breaks(self, number: str) -> None:
        """It is not in đồng."""
        self.stage.order(number=number, currency="USD")


@pytest.fixture(scope="session")
def oscar_stage() -> Iterator[Stage]:
    """A shop of this process and its proxy, as long as the tests run."""
    told = os.environ.get("OSCAR_TESTS", "runs on a real django-oscar: make test-servers")
    if told != "1":
        pytest.skip(told)
    with running() as shop, Between(shop.url).running() as between:
        yield Stage(shop, between)


def oscar_world(stage: Stage, test: str) -> OscarWorld:
    """A fresh shop with the adapter connected to it."""
    stage.reset()
    return OscarWorld(adapter_for("oscar"), stage, test)
