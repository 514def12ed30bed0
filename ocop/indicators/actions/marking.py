"""What happened that may have changed a count: each piece of news names the communes to be counted again.

A handler writes rows and nothing else; the counting itself is a job's. It takes no lock, so writers never wait here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from core.events.registry import Event
from core.kit import clock
from core.places.events import HamletOpened
from core.places.models import UnitLink
from ocop.certificates.events import CertificatesChanged
from ocop.frames.events import FrameSigned
from ocop.frames.models import FrameHousehold
from ocop.indicators.models import Recount
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, PRODUCTS, STALLS
from ocop.presence.events import PresenceChanged
from ocop.register.events import ProductsMoved
from ocop.register.models import OcopProduct
from onboarding.accounts.events import AccountChanged, LinkSeen
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.households.models import Household
from onboarding.markets.events import StallsChanged
from onboarding.matching.events import SharedPhonesTurned
from onboarding.producers.models import Producer
from onboarding.teams.events import TeamsChanged
from onboarding.visits.events import VisitsChanged

EVERYTHING = "all"
# Facts of a household that no mark reads; every other change is counted, also one nobody thought of.
_UNREAD = frozenset({"head_name", "production", "personal_id", "tax_code", "sex", "birth_year"})


def mark(subject: str, unit_ids: Iterable[int | None]) -> None:
    """These units (None: rows without a known place) are to be counted again; in the caller's transaction."""
    now = clock.now()
    Recount.objects.bulk_create(
        Recount(subject=subject, unit_id=unit_id, since=now)
        for unit_id in sorted(set(unit_ids), key=lambda pk: (pk is None, pk or 0))
    )


def on_households(events: Sequence[HouseholdsChanged | HouseholdsEnded]) -> None:
    """Households came, changed or ended. Where nobody knows any more in which commune one was, all are counted (None)."""
    ids, units = set[int](), set[int | None]()
    for event in events:
        if isinstance(event, HouseholdsEnded):
            ids.update(event.ids)
        elif not event.fields or not event.fields <= _UNREAD:
            has_moved = "hamlet" in event.fields and not event.are_new
            if event.communes is None or has_moved:
                ids.update(event.ids)
            units.update(event.communes or ([None] if has_moved else []))
    if ids:
        units.update(Household.objects.filter(pk__in=ids).order_by().values_list("commune", flat=True).distinct())
    if units:
        mark(HOUSEHOLDS.name, units)


def on_household(event: HouseholdsChanged | HouseholdsEnded) -> None:
    """One such piece of news."""
    on_households([event])


def on_accounts(events: Sequence[AccountChanged]) -> None:
    """Accounts of households."""
    accounts = {event.account_id for event in events}
    mark(HOUSEHOLDS.name, _communes_of(Q(platform_accounts__in=accounts)))


def on_account(event: AccountChanged) -> None:
    """One such piece of news."""
    on_accounts([event])


def on_links(events: Sequence[LinkSeen]) -> None:
    """What was seen of pages: it counts for the household of the account, and for the products linked to the pages."""
    mark(HOUSEHOLDS.name, _communes_of(Q(platform_accounts__in={event.account_id for event in events})))
    links = {event.link_id for event in events}
    of_page = Q(presence_links__outside_link__in=links)
    of_listing = Q(presence_links__listing__on_platforms__link__in=links)
    mark(PRODUCTS.name, OcopProduct.objects.filter(of_page | of_listing).values_list("unit", flat=True))


def on_link(event: LinkSeen) -> None:
    """One such piece of news."""
    on_links([event])


def on_product(event: CertificatesChanged | PresenceChanged) -> None:
    """A product's papers or links."""
    on_products([event])


def on_products(events: Sequence[CertificatesChanged | PresenceChanged]) -> None:
    """Products' papers or links."""
    ids = {event.product_id for event in events}
    mark(PRODUCTS.name, OcopProduct.objects.filter(pk__in=ids).order_by().values_list("unit", flat=True))


def on_products_moved(event: ProductsMoved) -> None:
    """Products are counted elsewhere."""
    mark(PRODUCTS.name, event.unit_ids)


def on_phones(event: SharedPhonesTurned) -> None:
    """Households stay out of the rates for their phone, or no longer."""
    mark(HOUSEHOLDS.name, event.commune_ids)


def on_frame(event: FrameSigned) -> None:
    """A commune has another denominator; its households may live in others by now."""
    homes = FrameHousehold.objects.filter(frame__unit=event.unit_id).order_by()
    communes = set(homes.values_list("household__commune", flat=True).distinct())
    later = UnitLink.objects.filter(old=event.unit_id).values_list("new", flat=True)
    mark(HOUSEHOLDS.name, {event.unit_id, *communes, *later})


def on_teams(event: TeamsChanged | VisitsChanged | HamletOpened) -> None:
    """Teams, what they did, and hamlets. A team founded again in a merged commune may look after hamlets elsewhere."""
    mark(HAMLETS.name, [event.commune_id])


def on_stalls(event: StallsChanged) -> None:
    """Stalls, what was found at them, what they told."""
    mark(STALLS.name, [event.commune_id])


def mark_everything(_: Event) -> None:
    """A platform counts or no longer, or the map is another one: everything is to be counted again."""
    mark(EVERYTHING, [None])


def _communes_of(producers: Q) -> Iterable[int]:
    found = Producer.objects.filter(producers, household__isnull=False).order_by()
    return found.values_list("household__commune", flat=True).distinct()
