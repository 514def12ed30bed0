"""Writing down what platforms tell of orders, and taking their hints."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit, gathered
from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions import book_order_elsewhere
from market.listings.models import Listing
from market.platforms.contract import OrderPage, OrderState, PushEvent, PushKind, RemoteOrder, payload_hash
from market.platforms.documents import Json
from market.platforms.models import (
    Connection,
    PlatformFeed,
    PlatformListing,
    PlatformOrder,
    PlatformOrderLine,
    PlatformPush,
)
from market.platforms.orders.queries import accounts_of_orders
from market.platforms.orders.rules import Reason, booked_for, goes_back, may_see_orders, reasons_to_look, status_after
from onboarding.accounts.events import AccountChanged

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What a page of orders brought: so many new ones, so many that moved on, so many told too late or backwards."""

    new: int = 0
    changed: int = 0
    ignored: int = 0


def feed_of(connection: Connection) -> PlatformFeed:
    """The connection's feed, made when it is wanted for the first time and due at once."""
    return PlatformFeed.objects.get_or_create(connection=connection, defaults={"due_at": clock.now()})[0]


def claim_pull(*, feed: PlatformFeed, until: datetime) -> bool:
    """Whether this worker is the one to read orders now; the next one may from `until` on."""
    return bool(PlatformFeed.objects.filter(pk=feed.pk, due_at=feed.due_at).update(due_at=until))


@transaction.atomic
def keep_orders(*, connection: Connection, page: OrderPage, by: Viewer) -> Kept:
    """Write down one page. An order that is known as it is told costs no write; one that was told newer before is left; a status only
    moves forwards, and one that goes back is noted once. Raises PermissionError unless by SYSTEM."""
    if not by.is_system:
        raise PermissionError
    # Whoever reads the same orders at the same time waits here: each is made once, and judged by what the other wrote.
    feed = PlatformFeed.objects.select_for_update().get(connection=connection)
    ids = [order.order_id for order in page.items]
    held = {order.remote_id: order for order in PlatformOrder.objects.filter(connection=connection, remote_id__in=ids)}
    items = [_as_remembered(held.get(order.order_id), order) for order in page.items]
    told = [order for order in items if not _is_known(held.get(order.order_id), order)]
    listings = _listings_of(told)
    counts = {"new": 0, "changed": 0, "ignored": 0}
    written = list[int]()
    booking = list[PlatformOrder]()
    for remote in told:
        found = held.get(remote.order_id)
        if found is None:
            held[remote.order_id] = made = _made(connection, remote, listings)
            written.append(made.pk)
            booking.append(made)
            counts["new"] += 1
        elif _is_known(found, remote):
            continue  # twice on one page
        elif remote.updated_at < found.updated_at:
            counts["ignored"] += 1
        elif goes_back(OrderState(found.status), remote.state):
            _note_back(found, remote)
            counts["ignored"] += 1
        else:
            _move_on(found, remote, listings)
            written.append(found.pk)
            booking.append(found)
            counts["changed"] += 1
    newest = max((order.updated_at for order in page.items), default=None)
    if newest is not None:
        # A platform whose clock is ahead must not make us skip what comes until then.
        newest = min(newest, clock.now())
        if feed.seen_until is None or newest > feed.seen_until:
            feed.seen_until = newest
            feed.save(update_fields=["seen_until"])
    # An order proves that an account trades, and a cancelled one that it does not; what it takes is told to all other platforms.
    if written:
        with gathered():
            for order in booking:
                if order.placed_at >= feed.counts_from:
                    _book(order, connection)
            for account_id in accounts_of_orders(connection, written):
                emit(AccountChanged(account_id))
    if counts["ignored"]:
        log.info("%s orders on connection %s were told late or backwards", counts["ignored"], connection.pk)
    return Kept(**counts)


def _as_remembered(held: PlatformOrder | None, told: RemoteOrder) -> RemoteOrder:
    """The order with the SKUs that the platform named before: where goods are taken down there, the lines of their orders lose their
    names, and the pieces are sold all the same."""
    if held is None or all(line.sku for line in told.lines):
        return told
    known = {line.position: line for line in held.lines.all()}
    lines = []
    for position, line in enumerate(told.lines):
        before = known.get(position)
        is_same = before is not None and (before.quantity, before.price) == (line.quantity, line.price)
        if before is not None and is_same and before.sku and not line.sku:
            lines.append(replace(line, sku=before.sku, title=before.title))
        else:
            lines.append(line)
    return replace(told, lines=tuple(lines))


def _is_known(held: PlatformOrder | None, told: RemoteOrder) -> bool:
    return held is not None and held.remote_hash == _hash(told)


def _hash(order: RemoteOrder) -> str:
    lines: list[Json] = [[line.sku, line.title, line.quantity, line.price] for line in order.lines]
    times = [order.placed_at.isoformat(), order.updated_at.isoformat()]
    return payload_hash({"status": order.raw_status, "times": times, "lines": lines, "fees": _fees(order)})


def _fees(order: RemoteOrder) -> list[int]:
    return [order.shipping_fee, order.platform_fee]


def _listings_of(orders: Iterable[RemoteOrder]) -> Mapping[str, int]:
    """Our listings by SKU, exactly. Locked in the one order that everybody keeps: the lines refer to them."""
    skus = {line.sku for order in orders for line in order.lines if line.sku}
    if not skus:
        return {}
    rows = Listing.objects.select_for_update(no_key=True).filter(sku__in=skus).order_by("pk")
    return {listing.sku: listing.pk for listing in rows.only("pk", "sku")}


def _made(connection: Connection, told: RemoteOrder, listings: Mapping[str, int]) -> PlatformOrder:
    reasons = reasons_to_look(None, told.state, [listings.get(line.sku) for line in told.lines])
    order = PlatformOrder.objects.create(
        connection=connection,
        remote_id=told.order_id,
        placed_at=told.placed_at,
        updated_at=told.updated_at,
        raw_status=told.raw_status,
        status=told.state.value,
        shipping_fee=told.shipping_fee,
        platform_fee=told.platform_fee,
        needs_review=bool(reasons),
        reasons=reasons,
        remote_hash=_hash(told),
        first_seen_at=clock.now(),
    )
    _write_lines(order, told, listings)
    return order


def _write_lines(order: PlatformOrder, told: RemoteOrder, listings: Mapping[str, int]) -> None:
    PlatformOrderLine.objects.bulk_create(
        PlatformOrderLine(
            order=order,
            position=position,
            sku=line.sku,
            title=line.title,
            listing_id=listings.get(line.sku),
            quantity=line.quantity,
            price=line.price,
        )
        for position, line in enumerate(told.lines)
    )


def _move_on(held: PlatformOrder, told: RemoteOrder, listings: Mapping[str, int]) -> None:
    before = OrderState(held.status)
    goods = [listings.get(line.sku) for line in told.lines]
    reasons = reasons_to_look(before, told.state, goods, held.reasons)
    # Whether something is still missing is known when the stock is booked.
    reasons += [Reason.SHORT.value] if Reason.SHORT in held.reasons else []
    # What a person has looked at stays looked at, unless there is something else to see.
    held.needs_review = (held.needs_review and bool(reasons)) or bool(set(reasons) - set(held.reasons))
    held.reasons, held.raw_status = reasons, told.raw_status
    held.status = status_after(before, told.state).value
    held.placed_at, held.updated_at, held.remote_hash = told.placed_at, told.updated_at, _hash(told)
    held.shipping_fee, held.platform_fee = told.shipping_fee, told.platform_fee
    held.save()
    held.lines.all().delete()
    _write_lines(held, told, listings)


def _book(order: PlatformOrder, connection: Connection) -> None:
    """Take out of the store what the order sold, or put back what it no longer wants. An order of which something is not there is shown to
    a person, as long as that is so."""
    wanted: Counter[int] = Counter()
    for listing_id, quantity in order.lines.exclude(listing=None).values_list("listing_id", "quantity"):
        wanted[listing_id] += quantity
    booked = {listing_id: booked_for(OrderState(order.status), quantity) for listing_id, quantity in wanted.items()}
    known = {listing_id: each for listing_id, each in booked.items() if each is not None}
    if len(known) < len(booked):
        return  # nobody knows how it stands
    missing = book_order_elsewhere(
        known,
        reference=f"platform_order:{order.pk}",
        reason=f"Đơn {order.remote_id} trên {connection.platform.name}",
    )
    if bool(missing) is not (Reason.SHORT in order.reasons):
        others = [reason for reason in order.reasons if reason != Reason.SHORT]
        order.needs_review = bool(missing) or (order.needs_review and bool(others))
        order.reasons = [*others, Reason.SHORT.value] if missing else others
        order.save(update_fields=["needs_review", "reasons"])


def _note_back(held: PlatformOrder, told: RemoteOrder) -> None:
    """The status stays; that the platform took one back is noted, and shown to a person."""
    reasons = [*held.reasons, *({"went_back"} - set(held.reasons))]
    held.needs_review, held.reasons, held.updated_at, held.remote_hash = True, reasons, told.updated_at, _hash(told)
    held.save(update_fields=["needs_review", "reasons", "updated_at", "remote_hash"])
    known = held.get_status_display()
    record(
        "platform_order.went_back",
        actor_id=None,
        object_label=f"platform_order:{held.pk}",
        changes={"trạng thái": (str(known), told.raw_status)},
    )


def end_pull(*, feed: PlatformFeed, unreadable: int, is_deep: bool) -> None:
    """Everything was read, but for `unreadable` orders that were not as documented."""
    changes = {"pulled_at": clock.now(), "last_failure": "", "unreadable": unreadable}
    if is_deep:
        PlatformFeed.objects.filter(pk=feed.pk).update(deep_on=clock.today(), **changes)
    else:
        PlatformFeed.objects.filter(pk=feed.pk).update(**changes)


def break_off_pull(*, feed: PlatformFeed, failure: str, again_at: datetime) -> None:
    """It went wrong: what was kept stays, and it is tried again."""
    PlatformFeed.objects.filter(pk=feed.pk).update(last_failure=failure[:60], due_at=again_at)


@transaction.atomic
def take_hints(*, connection: Connection, events: Sequence[PushEvent], asks_orders: bool, by: Viewer) -> int:
    """Remember hints whose sender was proved, and have looked at what they name; returns how many were new. One that came before does
    nothing. Never more than that: whatever is true is read from the platform. Raises PermissionError unless by SYSTEM."""
    if not by.is_system:
        raise PermissionError
    feed = PlatformFeed.objects.select_for_update().get(connection=connection)
    now = clock.now()
    ids = {event.event_id for event in events}
    known = set(PlatformPush.objects.filter(connection=connection, event_id__in=ids).values_list("event_id", flat=True))
    fresh = list({event.event_id: event for event in events if event.event_id not in known}.values())
    _remember(connection, fresh, now)
    if asks_orders and any(event.kind is PushKind.ORDER for event in fresh) and feed.due_at > now:
        feed.due_at = now
        feed.save(update_fields=["due_at"])
    _look_soon(connection, {event.subject for event in fresh if event.kind is PushKind.LISTING} - {""}, now)
    return len(fresh)


def _remember(connection: Connection, events: Sequence[PushEvent], now: datetime) -> None:
    PlatformPush.objects.bulk_create(
        PlatformPush(
            connection=connection,
            event_id=event.event_id,
            kind=event.kind.value,
            digest=event.digest,
            occurred_at=event.occurred_at,
            received_at=now,
        )
        for event in events
    )


def _look_soon(connection: Connection, products: set[str], now: datetime) -> None:
    """Have these read back in the next round; what is being worked on is read back afterwards anyway."""
    if products:
        rows = PlatformListing.objects.filter(
            connection=connection, remote_id__in=products, work=PlatformListing.Work.IDLE
        )
        rows.update(hinted_at=now, next_try_at=now)


@transaction.atomic
def mark_reviewed(*, order: PlatformOrder, by: Viewer) -> bool:
    """A person has looked at it; False when there was nothing to look at. It comes back when the platform tells something new to see. Raises
    PermissionError unless by a platform operator."""
    if by.is_system or not may_see_orders(by):
        raise PermissionError
    done = PlatformOrder.objects.filter(pk=order.pk, needs_review=True).update(
        needs_review=False, reviewed_at=clock.now(), reviewed_by_id=by.user_id
    )
    if done:
        record("platform_order.reviewed", actor_id=by.user_id, object_label=f"platform_order:{order.pk}")
    return bool(done)


def forget_hints(*, older_than: timedelta) -> int:
    """Drop hints that no message can repeat any more; returns how many."""
    return PlatformPush.objects.filter(received_at__lt=clock.now() - older_than).delete()[0]
