"""The platform adapters' world behind `kinto`: a real store, a proxy in front of it that can spoil answers, and our photos on an address."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from market.platforms.contract import ConnectionSettings, PlatformAdapter, adapter_for
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from tests.contracts.platform_worlds import ServerWorld
from tests.market.platforms.photo_host import HOST
from tests.servers.between import Between
from tests.servers.kinto.running import BUCKET, COLLECTION, USER, Store, running

RECORDS = f"/buckets/{BUCKET}/collections/{COLLECTION}/records"


class KintoBetween(Between):
    """Faults strike under /api/, whatever a server calls it."""

    def name_of(self, method: str, path: str, body: bytes) -> tuple[str, str]:
        """Kinto's is /v1/."""
        return method, "/api/" + path.removeprefix("/v1/")


class Stage:
    """The store behind its proxy, with the marketplace double's ways of asking: so that one suite serves both."""

    def __init__(self, store: Store, between: Between) -> None:
        self.store, self.between = store, between
        self.url, self.key = between.url, store.password
        self.plan, self.calls = between.plan, between.calls

    def reset(self) -> None:
        """An empty list, no faults."""
        self.store.empty()
        self.between.reset()

    def approve(self, listing_id: str) -> None:
        """Nobody reviews here."""

    def habits(self, *, latency_ms: int) -> None:
        """How long each call waits."""
        self.between.latency = latency_ms / 1000

    def listings(self) -> list[dict[str, Any]]:
        """Everything in the list."""
        return [{"id": item["id"], "seller_sku": item["sku"]} for item in self.store.ask("GET", RECORDS)["data"]]


class KintoWorld(ServerWorld):
    """Behind the adapter: a store that nobody here wrote."""

    creation = {"method": "PUT"}

    def __init__(self, adapter: PlatformAdapter, stage: Stage, test: str) -> None:
        HOST.start()
        self.adapter, self.stage, self.server, self.test = adapter, stage, stage, test
        self.credentials = {"user": USER, "password": stage.key, "bucket": BUCKET, "collection": COLLECTION}
        self.connection = ConnectionSettings(
            base_url=stage.url, credentials=self.credentials, allow_private=True, read_timeout=5.0
        )

    def connect(self, settings: Any) -> None:
        """This store is the only platform there is."""
        settings.BASE_URL, HOST.media = HOST.url, settings.MEDIA_ROOT
        Connection.objects.update(is_enabled=False)
        # Its address is on this machine, which only a practice platform may be.
        platform = Platform.objects.create(code="kinto-store", name="Danh sách Kinto", is_simulation=True)
        Connection.objects.create(
            platform=platform,
            adapter=self.adapter.key,
            base_url=self.stage.url,
            credentials=json.dumps(self.credentials),
        )

    def refuse_category(self, code: str) -> str:
        """The list asks for other codes from now on; in its words, which are those of the JSON schema."""
        self.stage.store.shape(category_code={"enum": ["TP-01"]})
        return f"{code!r} is not one of ['TP-01']"

    def environment(self) -> dict[str, str]:
        """Where photos stand."""
        return {"BASE_URL": HOST.url}


@pytest.fixture(scope="session")
def kinto_stage() -> Iterator[Stage]:
    """A store of this process and its proxy, as long as the tests run."""
    told = os.environ.get("KINTO_TESTS", "runs on a real Kinto: make test-servers")
    if told != "1":
        pytest.skip(told)
    with running() as store, KintoBetween(store.url).running() as between:
        yield Stage(store, between)


def kinto_world(stage: Stage, test: str) -> KintoWorld:
    """A fresh store with the adapter connected to it."""
    stage.reset()
    return KintoWorld(adapter_for("kinto"), stage, test)
