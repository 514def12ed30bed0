"""Which rows a snapshot counted, by which pages, as of its day, and who had to do with them before. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Substr

from core.kit.clock import window
from ocop.indicators.households import accounts_on
from ocop.indicators.registry import HOUSEHOLDS, INDICATORS
from ocop.presence.models import PresenceLink
from ocop.presence.queries import seen_on_platforms
from ocop.presence.rules import POSTMART, VOSO
from ocop.rechecks.drawing import key
from ocop.register.models import OcopProduct
from ocop.snapshots.capturing import NUMERATOR, codes_of
from ocop.snapshots.models import Snapshot
from onboarding.accounts.models import AccountReport, Observation, OutsideLink
from onboarding.accounts.queries import platforms_named
from onboarding.accounts.rules import CONCLUSIVE, State, fresh_on
from onboarding.households.models import Household
from onboarding.matching.queries.origins import producers_before

PAGES = 3  # of one account: the last seen, so that one sold-out product does not speak for a whole shop
_PLATFORM = {"I2v": VOSO, "I2p": POSTMART}


@dataclass(frozen=True)
class Counted:
    """A page (`link_id` None: none is known) of an account by which a row was counted; see `RecheckPage`."""

    account_id: int
    link_id: int | None
    name: str
    known_to: tuple[int, ...]
    product_name: str = ""


def counted_rows(snapshot: Snapshot, indicator: str) -> dict[str, str]:
    """The rows in the numerator of an indicator of a frozen snapshot: name in a draw → unit code. None of an indicator that the snapshot
    does not know."""
    codes = codes_of(snapshot)
    if indicator not in codes:
        return {}
    rows = snapshot.rows.filter(subject=INDICATORS[indicator].subject.name)
    side = rows.annotate(side=Substr("sides", codes.index(indicator) + 1, 1)).filter(side=NUMERATOR)
    return {key(*row): unit for *row, unit in side.values_list("subject", "subject_id", "unit_code")}


def counted_by(
    indicator: str, ids: Collection[int], on: date, frozen_at: datetime | None = None
) -> dict[int, list[Counted]]:
    """The pages behind these rows of an indicator of `drawing.DRAWN`, by row: of a product those that were linked when the rows were
    frozen, so that what is linked or taken back later neither adds a page nor hides one. A row without any is left out."""
    if INDICATORS[indicator].subject is HOUSEHOLDS:
        return _of_households(ids, on)
    return _of_products(ids, on, _PLATFORM[indicator], frozen_at)


def _of_households(ids: Collection[int], on: date) -> dict[int, list[Counted]]:
    homes = producers_before(ids, window(on).end)
    accounts: list[Any] = list(accounts_on(on).filter(producer__in=list(homes), state=State.VERIFIED).order_by("pk"))
    pages = _standing(OutsideLink.objects.filter(account__in=[each.pk for each in accounts]), on)
    seen_by, claimed = _seers(pages, on), _claimed_pages([each.pk for each in accounts], on)
    reported = _reporters([each.pk for each in accounts], on)
    people = {row[0]: set(row[1:]) for row in _people_of(ids)}
    found: defaultdict[int, list[Counted]] = defaultdict(list)
    for account in accounts:
        home = homes[account.producer_id]
        known = people.get(home, set()) | {account.claimed_by_id} | reported[account.pk]
        mine = [page for page in pages if page.link.account_id == account.pk][:PAGES]
        for page in mine:
            known_to = known | {page.link.claimed_by_id} | seen_by[page.link.pk]
            found[home].append(Counted(account.pk, page.link.pk, page.title, _ids(known_to)))
        if not mine:
            link = claimed.get(account.pk)
            known_to = known | ({link.claimed_by_id} if link else set())
            found[home].append(Counted(account.pk, link.pk if link else None, "", _ids(known_to)))
    return dict(found)


def _of_products(ids: Collection[int], on: date, platform: str, frozen_at: datetime | None) -> dict[int, list[Counted]]:
    codes = set(platforms_named(platform).values_list("code", flat=True))
    counted = {
        product: [page.link_id for page in pages if page.counts and page.platform in codes]
        for product, pages in seen_on_platforms(ids, on, linked_at=frozen_at).items()
    }
    wanted = {link for links in counted.values() for link in links}
    links = OutsideLink.objects.filter(pk__in=wanted).select_related("account")
    pages = {page.link.pk: page for page in _standing(links, on)}
    seen_by = _seers(pages.values(), on)
    names = dict(OcopProduct.objects.filter(pk__in=ids).values_list("pk", "name"))
    linkers: defaultdict[int, set[int | None]] = defaultdict(set)
    for product, person in PresenceLink.objects.filter(product__in=ids).values_list("product_id", "linked_by_id"):
        linkers[product].add(person)
    found = {}
    for product, of_product in counted.items():
        found[product] = [
            Counted(
                pages[pk].link.account_id,
                pk,
                pages[pk].title or names[product][:200],
                _ids(
                    seen_by[pk]
                    | linkers[product]
                    | {pages[pk].link.claimed_by_id, pages[pk].link.account.claimed_by_id}
                ),
                names[product][:200],
            )
            for pk in of_product
            if pk in pages
        ]
    return {product: pages_of for product, pages_of in found.items() if pages_of}


@dataclass(frozen=True)
class _Page:
    """A page that was live at its last conclusive look of a day, with the title that stood there."""

    link: OutsideLink
    title: str


def _standing(links: Any, on: date) -> list[_Page]:
    """The pages that stood at the end of a day, the one seen last first."""
    by_pk = {link.pk: link for link in links}
    looks = Observation.objects.filter(
        link__in=list(by_pk), at__gte=fresh_on(on).start, at__lt=window(on).end, result__in=CONCLUSIVE
    ).order_by("-at", "-pk")
    last: dict[int, tuple[str, str]] = {}
    for link_id, result, title in looks.values_list("link_id", "result", "seen_title"):
        last.setdefault(link_id, (result, title))
    return [_Page(by_pk[pk], title) for pk, (result, title) in last.items() if result == Observation.Result.LIVE]


def _seers(pages: Iterable[_Page], on: date) -> defaultdict[int, set[int | None]]:
    """Who said of each page that it was there, up to a day."""
    looks = Observation.objects.filter(
        link__in=[page.link.pk for page in pages], at__lt=window(on).end, result=Observation.Result.LIVE
    )
    found: defaultdict[int, set[int | None]] = defaultdict(set)
    for link_id, person in looks.values_list("link_id", "observed_by_id").distinct():
        found[link_id].add(person)
    return found


def _claimed_pages(account_ids: list[int], on: date) -> dict[int, OutsideLink]:
    """A page that was claimed of each account up to a day and was not known to be gone by then: the shop's own, else the first
    product's."""
    last = Observation.objects.filter(link=OuterRef("pk"), at__lt=window(on).end, result__in=CONCLUSIVE)
    links = (
        OutsideLink.objects.filter(account__in=account_ids, claimed_at__lt=window(on).end)
        .alias(last=Subquery(last.order_by("-at", "-pk").values("result")[:1]))
        .filter(Q(last=None) | ~Q(last=Observation.Result.GONE))
    )
    found: dict[int, OutsideLink] = {}
    for link in links.order_by("-kind", "pk"):
        found.setdefault(link.account_id, link)
    return found


def _reporters(account_ids: list[int], on: date) -> defaultdict[int, set[int | None]]:
    """Who brought word that each account was opened."""
    words = AccountReport.objects.filter(
        account__in=account_ids, at__lt=window(on).end, result=AccountReport.Result.OPENED
    )
    found: defaultdict[int, set[int | None]] = defaultdict(set)
    for account_id, person in words.values_list("account_id", "reported_by_id"):
        found[account_id].add(person)
    return found


def _people_of(ids: Collection[int]) -> Iterable[tuple[int, int | None, int | None, int | None]]:
    """Who registered, verified and last wrote each household."""
    rows = Household.objects.filter(pk__in=ids)
    found: Iterable[tuple[int, int | None, int | None, int | None]] = rows.values_list(
        "pk", "registered_by_id", "verified_by_id", "last_written_by_id"
    )
    return found


def _ids(people: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({person for person in people if person is not None}))
