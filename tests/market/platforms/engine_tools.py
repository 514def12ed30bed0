"""Turning the engine by hand: one listing on «Sàn thử», the marketplace double behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.files.models import Photo
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import ListingFacts, write_listing
from market.listings.models import Listing
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Flow, PlatformListing
from market.platforms.sandbox.process import Double

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Engine:
    """`row` is read fresh each time; `push` and `look` do everything now, whatever the time table says."""

    listing: Listing
    double: Double
    adapter: str = "santhu"

    @property
    def row(self) -> PlatformListing:
        return PlatformListing.objects.get(listing=self.listing, connection__adapter=self.adapter)

    @property
    def state(self) -> tuple[str, str]:
        """(observed, work)."""
        return self.row.observed, self.row.work

    def due(self, **also: Any) -> None:
        now = clock.now() - timedelta(seconds=1)
        PlatformListing.objects.filter(pk=self.row.pk).update(
            next_try_at=now, offer_next_try_at=now, not_before=None, **also
        )
        Flow.objects.update(paused_until=None, open_until=now)

    def push(self) -> None:
        self.due()
        push_due()

    def look(self) -> None:
        self.due()
        look_at_due()

    def go_live(self) -> None:
        """Sent, approved, seen."""
        self.push()
        self.double.approve(self.row.remote_id)
        self.look()
        assert self.state == ("live", "idle")

    def edit(self, *, photos: Sequence[Photo] | None = None, **changes: Any) -> None:
        """The seller saves the form with these changes."""
        listing = Listing.objects.get(pk=self.listing.pk)
        names = ListingFacts.__dataclass_fields__.keys() - {"papers"}
        facts = {name: getattr(listing, name) for name in names} | changes
        kept = [row.photo for row in listing.photos.all()] if photos is None else photos
        write_listing(shop=listing.shop, facts=ListingFacts(**facts), photos=kept, by=SYSTEM, listing=listing)

    def writes(self) -> list[str]:
        """Method and path of the calls so far that change something there."""
        calls = [call for call in self.double.calls() if call["method"] in WRITES]
        return [f"{call['method']} {call['path']}" for call in calls]

    def remote(self) -> dict[str, Any]:
        """The one object over there; fails when there is none or more than one."""
        (found,) = self.double.listings()
        return found
