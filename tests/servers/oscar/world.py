"""The platform adapters' world behind `oscar`: a real shop, a proxy in front of it that can spoil answers, and our photos on an address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from market.platforms.contract import ConnectionSettings, PlatformAdapter, adapter_for
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from tests.contracts.platform_worlds import Branch, ServerWorld
from tests.market.platforms.photo_host import HOST
from tests.servers.between import Between
from tests.servers.oscar.running import Shop, running

PARTNER = "htx-an"


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

    def order(self, **given: Any) -> dict[str, Any]:
        """Place an order, or change the one with this number; see `shop/control.py`."""
        found: dict[str, Any] = self.shop.control("order", given)
        return found


class OscarWorld(ServerWorld):
    """Behind the adapter: a shop that nobody here wrote."""

    creation = {"method": "POST", "path": "/api/admin/products/"}
    branch = Branch(("tp/gv/nm", "tp/gv", "tp"))

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


@contextmanager
def running_stage() -> Iterator[Stage]:
    """A shop of its own and its proxy, as long as the tests run."""
    with running() as shop, Between(shop.url).running() as between:
        yield Stage(shop, between)


def oscar_world(stage: Stage, test: str) -> OscarWorld:
    """A fresh shop with the adapter connected to it."""
    stage.reset()
    return OscarWorld(adapter_for("oscar"), stage, test)
