"""Somebody else at work on the platform while a storm rages, and the people who decide about what they did there."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from core.jobs.registry import TryLater
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.contract import PlatformFailure, RemoteIds, changed_fields
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile.actions import NotAllowed, NotPossible, ignore, keep_ours, take_theirs
from market.platforms.reconcile.finding import reconcile
from market.platforms.reconcile.twins import take_down
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from market.platforms.seller.actions import sell_there
from tests.market.platforms.engine_tools import Engine

ADAPTER = SanThuAdapter()
THEIRS: tuple[dict[str, Any], ...] = (
    *({"title": name} for name in ("Hạt điều rang", "Hạt điều sấy", "Hạt điều hảo hạng")),
    {"description": "Rẻ nhất chợ."},
)
OFFERS = ((50_000, 10), (55_000, 5), (60_000, 0))


@dataclass
class Others:
    """`touch`: one change in the platform's own seller pages. `compare` and `decide` are our side's."""

    chance: random.Random
    double: Double
    log: list[str]

    def touch(self) -> None:
        """Somebody edits, hides, removes or doubles a listing there; a call that meets trouble changes what it changes."""
        remote = self.double.listings()
        if not remote:
            return
        there = self.chance.choice(remote)
        listing = Listing.objects.select_related("shop").filter(sku=there["seller_sku"]).first()
        if listing is None:
            return
        document, ids = document_of(listing), RemoteIds(str(there["id"]))
        settings, what = settings_of(_connection()), self.chance.randrange(8)
        self.log.append(f"somebody there does {what} to {listing.sku}")
        with suppress(PlatformFailure):
            match what:
                case 0 | 1 | 2:
                    ADAPTER.put_content(settings, replace(document, **self.chance.choice(THEIRS)), ids, "by-hand")
                case 3 | 4:
                    price, stock = self.chance.choice(OFFERS)
                    offer = replace(document, price=price, stock=stock).offer(ids)
                    ADAPTER.put_offers(settings, [offer], "by-hand")
                case 5:
                    ADAPTER.withdraw(settings, ids, "by-hand")
                case 6:
                    ADAPTER.put_content(settings, document, None, "by-hand")
                case _:
                    ADAPTER.set_visibility(settings, ids, self.chance.random() < 0.5, "by-hand")

    def compare(self) -> None:
        """The nightly job, at any time."""
        report = reconcile(_connection())
        self.log.append(f"compared: {dict(report.found)} {report.failure}")

    def decide(self) -> None:
        """People decide about some of what is open, one way or the other."""
        for drift in _open():
            act = self.chance.choice((keep_ours, take_theirs, ignore, None))
            if act is not None:
                self._act(act, drift)

    def settle(self) -> None:
        """Everybody wants what we have: what is open is kept ours, what was left is written anew, a listing that was taken
        off this platform comes back."""
        self.compare()
        Drift.objects.update(asked_at=None)
        for drift in _open():
            self._act(take_theirs if drift.kind == Drift.Kind.STRANGER else keep_ours, drift)
        for row in _rows().filter(is_off=True):
            self.log.append(f"back on {row.listing.sku}")
            sell_there(listing=row.listing, connection=_connection(), is_off=False, by=SYSTEM)
        for row in _rows().filter(drifts__decision=Drift.Decision.IGNORED, wanted=True, work="idle").distinct():
            self._write_anew(row)

    def _write_anew(self, row: PlatformListing) -> None:
        listing = Listing.objects.select_related("shop").get(pk=row.listing_id)
        found = [each for each in self.double.listings() if str(each["id"]) == row.remote_id]
        if not found:
            return
        snapshot = ADAPTER.fetch(settings_of(_connection()), RemoteIds(row.remote_id))
        names = set(changed_fields(document_of(listing), snapshot))
        if not names:
            return
        self.log.append(f"written anew {listing.sku} {names}")
        number = self.chance.randrange(10**6)
        changes: dict[str, Any] = {"description": f"Ngon lần {number}"} if names - {"price", "stock"} else {}
        if names & {"price", "stock"}:
            changes["price"] = 10_000 + number
        Engine(listing, self.double).edit(**{"stock": listing.stock, **changes})

    def _act(self, act: Any, drift: Drift) -> None:
        try:
            act(drift=drift, by=SYSTEM)
            said = "done"
        except (NotPossible, NotAllowed) as refusal:
            said = f"{type(refusal).__name__} {refusal}"
        self.log.append(f"{act.__name__} {drift.kind} {drift.sku}: {said}")
        if drift.kind == Drift.Kind.DUPLICATE:
            with suppress(TryLater):
                take_down({"drift": drift.pk})


def _connection() -> Connection:
    return Connection.objects.select_related("platform").get(adapter="santhu")


def _open() -> list[Drift]:
    found = Drift.objects.filter(decision=Drift.Decision.OPEN)
    return list(found.select_related("row__listing__shop", "connection__platform").order_by("pk"))


def _rows() -> Any:
    return PlatformListing.objects.filter(connection__adapter="santhu").select_related("listing__shop").order_by("pk")
