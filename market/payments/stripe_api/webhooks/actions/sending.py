"""A delivery on its way: claimed by one worker, called, noted; and sent again when a person asks for it.

The claim is committed before the call, and the note after it: a worker that dies in between leaves a lease that ends, and the event is
sent once more. So an endpoint may hear of an event twice, never not at all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.audit.actions import record
from core.kit import clock
from core.kit.encryption import Undecipherable
from core.people.queries import SYSTEM, Viewer
from market.payments.stripe_api.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from market.payments.stripe_api.webhooks.client import Letter, Reply
from market.payments.stripe_api.webhooks.queries import due_deliveries, is_open, open_endpoints
from market.payments.stripe_api.webhooks.rules import next_try

log = logging.getLogger(__name__)
State = WebhookDelivery.State
# Longer than a call can take, slow name servers included.
LEASE = timedelta(seconds=60)


class NotSentAgain(Exception):
    """With a sentence for the person who asked."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is this worker's to send until the lease ends. `letter` is None where its text cannot be read."""

    delivery_id: int
    endpoint_id: int
    lease_until: datetime
    tries: int
    begun: datetime
    letter: Letter | None


def claim_delivery(delivery_id: int) -> Claimed | None:
    """Take a due delivery of an open endpoint; exactly one of those who try gets it, the others None."""
    now = clock.now()
    lease = now + LEASE
    open_now = open_endpoints().filter(deliveries=delivery_id)
    rows = due_deliveries(now).filter(pk=delivery_id, endpoint__in=open_now)
    if not rows.update(lease_until=lease, tries=F("tries") + 1):
        return None
    row = WebhookDelivery.objects.get(pk=delivery_id)
    return Claimed(row.pk, row.endpoint_id, lease, row.tries, row.round_at or row.made_at, _letter(row, now))


def _letter(row: WebhookDelivery, now: datetime) -> Letter | None:
    try:
        event, endpoint = row.event, row.endpoint
    except Undecipherable:
        log.exception("delivery %s cannot be read", row.pk)
        return None
    secrets = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now:
        secrets.append(endpoint.old_secret)
    return Letter(endpoint.url, event.body.encode(), tuple(secrets), settings.WEBHOOKS_ALLOW_PRIVATE)


def note_reply(claimed: Claimed, reply: Reply) -> None:
    """Keep what came of a call, and when the next one is. Whoever lost the lease only adds to the log; but what was received was
    received."""
    with transaction.atomic():
        now = clock.now()
        WebhookTry.objects.create(
            delivery_id=claimed.delivery_id,
            at=now,
            status=reply.status,
            problem=reply.trouble or "",
            milliseconds=reply.milliseconds,
            answer=reply.answer,
        )
        rows = WebhookDelivery.objects.filter(pk=claimed.delivery_id, state=State.WAITING)
        if reply.is_taken:
            rows.update(state=State.DELIVERED, ended_at=now, next_try_at=None, lease_until=None)
        else:
            later = next_try(begun=claimed.begun, tries=claimed.tries, now=now)
            rows.filter(lease_until=claimed.lease_until).update(
                state=State.WAITING if later else State.GIVEN_UP,
                ended_at=None if later else now,
                next_try_at=later,
                lease_until=None,
            )
    _note_health(claimed.endpoint_id, is_taken=reply.is_taken, now=now)


def _note_health(endpoint_id: int, *, is_taken: bool, now: datetime) -> None:
    # After the note, in a statement of its own: who changes an endpoint locks it before its deliveries.
    rows = WebhookEndpoint.objects.filter(pk=endpoint_id, failing_since__isnull=not is_taken)
    rows.update(failing_since=None if is_taken else now)


def skip_due(endpoint: WebhookEndpoint) -> int:
    """What is due for an endpoint that is off, deleted or of a closed application is not sent; returns how many."""
    if is_open(endpoint):
        return 0
    return skip(endpoint, due_only=True)


def skip(endpoint: WebhookEndpoint, *, due_only: bool = False) -> int:
    """What waits for this endpoint ends unsent."""
    now = clock.now()
    rows = WebhookDelivery.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now), endpoint=endpoint, state=State.WAITING
    )
    if due_only:
        rows = rows.filter(next_try_at__lte=now)
    return rows.update(state=State.SKIPPED, ended_at=now, next_try_at=None, lease_until=None)


@transaction.atomic
def send_again(*, delivery: WebhookDelivery, by: Viewer = SYSTEM) -> None:
    """Begin a new round at once, whatever became of the one before. The caller has asked whether `by` may. Raises NotSentAgain
    where nothing can be sent, or where it is being sent at this moment."""
    endpoint = WebhookEndpoint.objects.select_related("application").get(pk=delivery.endpoint_id)
    if not is_open(endpoint):
        raise NotSentAgain(_("Địa chỉ nhận này đã tắt, nên chưa gửi lại được. Hãy bật lại rồi gửi."))
    now = clock.now()
    free = WebhookDelivery.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=delivery.pk)
    begun = free.update(state=State.WAITING, round_at=now, next_try_at=now, tries=0, ended_at=None, lease_until=None)
    if not begun:
        raise NotSentAgain(_("Tin này đang được gửi. Hãy mở lại trang sau ít giây."))
    record("webhook.sent_again", actor_id=by.user_id, object_label=f"webhook_delivery:{delivery.pk}")
