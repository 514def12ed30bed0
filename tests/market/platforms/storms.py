"""A seeded storm over a few listings: edits, faults, decisions, crashes and restarts in any order, and then quiet.

What is written is chosen from a few values, so that most edits come back to something that was there before.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from core.files.actions import store_photo
from core.files.pipeline import render
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, take_stock
from market.listings.models import Listing
from market.platforms.actions import send_again
from market.platforms.contract import changed_fields
from market.platforms.engine import claiming, home
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.others import Others
from tests.people import jpeg

FAULTS = (
    *("cut_before", "cut_after", "cut_answer", "truncated", "server_error", "server_error_after"),
    *("maintenance", "error_in_success", "rate_limited"),
)
PATHS = ("/api/", "/api/listings", "/api/media")
METHODS = ("", "GET", "POST", "PUT", "PATCH", "DELETE")
ADAPTER = SanThuAdapter()
ROUNDS_OF_QUIET = 25
EDITS: tuple[dict[str, Any], ...] = (
    *({"name": name} for name in ("Hạt điều rang", "Hạt điều sấy", "Hạt điều vỏ lụa")),
    *({"price": price} for price in (50_000, 55_000)),
    *({"description": words} for words in ("Ngon.", "Ngon và bùi.")),
)
STOCKS = (0, 5, 10)
# Where a write takes effect and its answer is lost.
LOST = ("cut_after", "server_error_after", "truncated")


class Crash(BaseException):
    """The worker process is gone at this line."""


@contextmanager
def dying_at(place: str) -> Iterator[None]:
    """The first time the engine comes to this place, everything of its process ends there. `after` a write it was committed."""
    module, name, moment = CRASH_POINTS[place]
    real: Callable[..., Any] = getattr(module, name)

    def deadly(*arguments: Any, **options: Any) -> Any:
        if moment == "after":
            real(*arguments, **options)
        raise Crash(place)

    with mock.patch.object(module, name, deadly):
        yield


CRASH_POINTS: dict[str, tuple[Any, str, str]] = {
    "the work is claimed": (claiming, "claim", "after"),
    "the remote id came": (home, "keep_remote", "before"),
    "the remote id is saved": (home, "keep_remote", "after"),
    "the outcome came": (home, "bring_home", "before"),
    "the outcome is saved": (home, "bring_home", "after"),
}


@dataclass
class Storm:
    """`seed` decides everything. `log` says what happened, for whoever has to mend it."""

    seed: int
    double: Double
    listings: list[Listing]
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.second = store_photo(render(jpeg(colour="#80402A")), by=SYSTEM)
        self.others = Others(self.chance, self.double, self.log)
        for connection in Connection.objects.all():
            Flow.objects.update_or_create(connection=connection, defaults={"rate_limit": 1000.0})

    def rage(self, steps: int = 10) -> None:
        """That many things happen."""
        here = (*(self._edit,) * 2, *(self._stock,) * 2, self._pause, self._photos, *(self._there_and_back,) * 2)
        there = (self._faults, self._review, *(self.others.touch,) * 2, self.others.compare, self.others.decide)
        for _ in range(steps):
            self.chance.choice((*here, *there, *(self._work,) * 6))()

    def quiet(self) -> None:
        """Everybody does their part and nothing goes wrong any more."""
        self.double.plan()
        for _ in range(ROUNDS_OF_QUIET):
            self._time_passes()
            for row in PlatformListing.objects.filter(connection__adapter="santhu").select_related("listing__shop"):
                if row.work == "dead":
                    send_again(row=row, by=SYSTEM)
                elif row.wanted and row.work == "blocked":
                    self._write(row.listing, description=f"Sửa theo lời sàn {self.chance.randrange(10**6)}")
            push_due()
            for found in self.double.listings():
                if found["state"] in {"pending_review", "blocked"}:
                    self.double.approve(str(found["id"]))
            self._time_passes()
            look_at_due()
            if not self.unfinished():
                return
            self.others.settle()
        raise AssertionError(f"no quiet after seed {self.seed}: {self.unfinished()} {self.log}")

    def unfinished(self) -> list[str]:
        """What still differs between what is wanted and what is there."""
        wrong = []
        remote = self.double.listings()
        for listing in Listing.objects.filter(pk__in=[each.pk for each in self.listings]).select_related("shop"):
            there = [each for each in remote if each["seller_sku"] == listing.sku]
            row = PlatformListing.objects.get(listing=listing, connection__adapter="santhu")
            lanes = (row.work, row.offer_work)
            if not row.wanted:
                if there or lanes != ("idle", "idle"):
                    wrong.append(f"{listing.sku} is still there: {len(there)}, {lanes}")
                continue
            if len(there) != 1:
                wrong.append(f"{listing.sku} is there {len(there)} times, {lanes}, {row.cause}, {row.offer_cause}")
                continue
            snapshot = ADAPTER.find(settings_of(row.connection), document_of(listing).reference)
            assert snapshot is not None
            changed = changed_fields(document_of(listing), snapshot)
            if changed or there[0]["state"] != "on_sale" or lanes != ("idle", "idle") or row.observed != "live":
                wrong.append(f"{listing.sku}: {changed}, {there[0]['state']}, {lanes}, {row.observed}")
        return wrong

    def _pick(self) -> Listing:
        return Listing.objects.select_related("shop").get(pk=self.chance.choice(self.listings).pk)

    def _write(self, listing: Listing, **changes: Any) -> None:
        changes.setdefault("stock", Listing.objects.get(pk=listing.pk).stock)
        Engine(listing, self.double).edit(**changes)

    def _edit(self) -> None:
        listing, change = self._pick(), self.chance.choice(EDITS)
        self.log.append(f"edit {listing.sku} {change}")
        self._write(listing, **change)

    def _stock(self) -> None:
        listing, number = self._pick(), self.chance.choice(STOCKS)
        self.log.append(f"stock {listing.sku} {listing.stock} → {number}")
        if listing.is_on_sale and number < listing.stock:
            take_stock([(listing, listing.stock - number)])
        else:
            self._write(listing, stock=number)

    def _photos(self) -> None:
        """Another order, or one more."""
        listing = self._pick()
        photos = [row.photo for row in listing.photos.select_related("photo")]
        photos = photos[::-1] if len(photos) > 1 else [*photos, self.second]
        self.log.append(f"photos {listing.sku} {len(photos)}")
        self._write(listing, photos=photos)

    def _there_and_back(self) -> None:
        """Something is written, its answer is lost or the worker dies over it, and all is as it was before."""
        listing = self._pick()
        former = {name: getattr(listing, name) for name in ("name", "price", "stock", "description")}
        self.log.append(f"there and back {listing.sku}")
        if self.chance.random() < 0.7:
            lost = {"kind": self.chance.choice(LOST), "calls": [self.chance.choice((1, 1, 2))]}
            self.double.plan({**lost, "method": self.chance.choice(("POST", "PUT", "PATCH", "DELETE"))})
        if self.chance.random() < 0.4:
            self._turn(listing)
            self._work()
            self._turn(listing)
        else:
            self._write(listing, **self.chance.choice((*EDITS, *({"stock": number} for number in STOCKS))))
            self._work()
            self._write(listing, **former)
        if self.chance.random() < 0.5:
            self.double.plan()
            self._work()

    def _pause(self) -> None:
        listing = self._pick()
        self.log.append(f"pause or publish {listing.sku}")
        self._turn(listing)

    def _turn(self, listing: Listing) -> None:
        listing = Listing.objects.select_related("shop").get(pk=listing.pk)
        if listing.state == Listing.State.PUBLISHED:
            pause_listing(listing=listing, by=SYSTEM)
        elif listing.stock:
            publish_listing(listing=listing, by=SYSTEM)

    def _faults(self) -> None:
        plan = [
            {
                "kind": self.chance.choice(FAULTS),
                "method": self.chance.choice(METHODS),
                "path": self.chance.choice(PATHS),
                "probability": self.chance.choice((0.2, 0.5, 1.0)),
            }
            for _ in range(self.chance.randrange(3))
        ]
        self.log.append(f"faults {plan}")
        self.double.plan(*plan, seed=self.seed)

    def _review(self) -> None:
        for found in self.double.listings():
            number = str(found["id"])
            match self.chance.randrange(4):
                case 0:
                    self.double.reject(number, ("name", "Tên chưa rõ"))
                case 1:
                    self.double.suspend(number)
                case _:
                    self.double.approve(number)
        self.log.append("reviews")

    def _work(self) -> None:
        """A worker runs; now and then it dies, and its leases end with the time."""
        self._time_passes()
        if self.chance.random() < 0.4:
            place = self.chance.choice(sorted(CRASH_POINTS))
            self.log.append(f"dies when {place}")
            try:
                with dying_at(place):
                    push_due()
            except Crash:
                pass
            return
        self.log.append("work")
        push_due()
        look_at_due()

    def _time_passes(self) -> None:
        past = clock.now() - timedelta(seconds=1)
        PlatformListing.objects.update(next_try_at=past, offer_next_try_at=past, not_before=None)
        PlatformListing.objects.filter(leased_until__isnull=False).update(leased_until=past)
        PlatformListing.objects.filter(observed="live").update(seen_at=past - timedelta(days=1))
        Flow.objects.update(paused_until=None, open_until=past)
