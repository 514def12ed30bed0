"""Reading the state of listings on platforms, in sentences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from core.kit import clock
from core.kit.clock import window
from core.places.models import in_force
from core.templatetags.vietnamese import moment
from market.listings.models import Listing
from market.platforms.form_fields import FORM_FIELDS
from market.platforms.models import Connection, PlatformListing
from market.platforms.wording import Offer, Situation, sight_of, told_of
from onboarding.accounts.live_pages import last_seen_live, live_links, look_limits
from onboarding.accounts.rules import USUAL_SEEN_WITHIN

Work, Observed = PlatformListing.Work, PlatformListing.Observed


@dataclass(frozen=True)
class Reason:
    """One thing to mend, in our words and the platform's own (`remote`: untrusted); `field` is its path in the
    document, `url` leads to the form."""

    field: str
    message: str
    remote: str
    label: str
    url: str


@dataclass(frozen=True)
class Sight:
    """When a listing was last seen live on a platform, whether that counts as live today, and whether somebody looked since
    and it was gone."""

    at: datetime | None = None
    counts: bool = False
    is_missed: bool = False


@dataclass(frozen=True)
class PlatformState:
    """What people read: kind (of the design system), one sentence, when it was seen, reasons, where to look, and what the
    seller may do. `row` is None where nothing was ever asked for."""

    row: PlatformListing | None
    code: str
    platform: str
    is_simulation: bool
    kind: str
    sentence: str
    time: str
    sight: str
    url: str
    reasons: list[Reason]
    offers: tuple[Offer, ...]

    @property
    def can_send_again(self) -> bool:
        """Whether only a person's word sends it again, as it is."""
        return Offer.SEND_AGAIN in self.offers and Offer.MEND not in self.offers


def states_of(listing: Listing) -> list[PlatformState]:
    """One state per platform on which a listing is or may be, targets first; five queries."""
    rows = {row.connection_id: row for row in listing.on_platforms.select_related("connection__platform", "listing")}
    connections = Connection.objects.filter(
        Q(in_force(clock.today(), "platform__"), is_enabled=True) | Q(pk__in=list(rows))
    ).select_related("platform")
    sights = sights_of(rows.values())
    return [
        state_of(rows[each.pk], sights[rows[each.pk].pk]) if each.pk in rows else _not_asked_for(each)
        for each in connections.order_by("-platform__counts_for_target", "platform__name")
    ]


def sights_of(rows: Collection[PlatformListing]) -> dict[int, Sight]:
    """When each of these rows was last seen live, by its id; three queries however many (none for none). What a platform
    says itself counts where it names no page."""
    links = [row.link_id for row in rows if row.link_id]
    if not rows:
        return {}
    live = set(live_links(clock.today()).filter(pk__in=links).values_list("pk", flat=True))
    seen, limits = last_seen_live(links), look_limits(clock.today())
    found = {}
    for row in rows:
        days = limits.days(row.connection.platform_id)
        if row.link_id is None:
            found[row.pk] = _own_sight(row, days)
            continue
        at = seen.get(row.link_id)
        is_recent = at is not None and at >= window(clock.today(), days).start
        found[row.pk] = Sight(at, row.link_id in live, is_recent and row.link_id not in live)
    return found


def state_of(row: PlatformListing, sight: Sight | None = None) -> PlatformState:
    """Derive the sentence from desired, observed and work, and from what was seen (`sight`; None: what the row itself knows,
    without a query)."""
    platform = row.connection.platform
    found = _situation(row, sight or _own_sight(row, USUAL_SEEN_WITHIN))
    told = told_of(found)
    shows_reasons = found.is_refused or (found.wanted and found.observed == Observed.SUSPENDED)
    return PlatformState(
        row=row,
        code=platform.code,
        platform=platform.name,
        is_simulation=platform.is_simulation,
        kind=told.kind,
        sentence=told.sentence,
        time=moment(row.seen_at) if found.is_refused else "",
        sight=sight_of(found),
        url=row.url if row.wanted and row.observed == Observed.LIVE else "",
        reasons=[_reason(each, row.listing.sku) for each in row.reasons] if shows_reasons else [],
        offers=told.offers,
    )


def _not_asked_for(connection: Connection) -> PlatformState:
    told, platform = told_of(Situation(is_new=True)), connection.platform
    return PlatformState(
        *(None, platform.code, platform.name, platform.is_simulation, told.kind, told.sentence, "", "", "", []),
        told.offers,
    )


def _own_sight(row: PlatformListing, days: int) -> Sight:
    at = row.seen_at if row.observed == Observed.LIVE else None
    return Sight(at, at is not None and at >= window(clock.today(), days).start)


def _situation(row: PlatformListing, sight: Sight) -> Situation:
    connection, platform = row.connection, row.connection.platform
    return Situation(
        wanted=row.wanted,
        is_off=row.is_off,
        observed=row.observed,
        work=row.work,
        offer_work=row.offer_work,
        is_sent=row.sent_revision >= row.revision,
        is_claimed=bool(row.claimed_url),
        is_late=row.expected_by is not None and row.expected_by < clock.now(),
        seen_at=sight.at,
        counts=sight.counts,
        is_missed=sight.is_missed,
        cause=row.cause,
        trouble=row.last_error,
        offer_trouble=row.offer_error,
        stopped=connection.stopped,
        is_paused=not connection.is_enabled,
        is_over=platform.valid_to is not None and platform.valid_to <= clock.today(),
    )


def _reason(told: dict[str, Any], sku: str) -> Reason:
    name = str(told.get("field", "")).split("[")[0]
    label, anchor = FORM_FIELDS.get(name, ("", ""))
    url = reverse("seller_listing_edit", args=[sku]) + (f"#{anchor}" if anchor else "") if label else ""
    return Reason(str(told.get("field", "")), str(told.get("message", "")), str(told.get("remote", "")), label, url)


def awaiting_person() -> Q:
    """Rows whose words or price wait for the platform's staff."""
    return Q(work=Work.AWAITING_OPERATOR) | Q(offer_work=Work.AWAITING_OPERATOR)
