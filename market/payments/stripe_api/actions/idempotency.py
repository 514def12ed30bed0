"""Requests with an idempotency key: done once, answered alike for a day.

The key is taken in a transaction of its own, so that whoever comes at the same time is told; the answer is stored in the transaction
of the effect, so that both are there or neither. A process that dies in between leaves a key that another may take over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from core.kit import clock
from market.payments.stripe_api.models import IdempotencyRecord
from market.payments.stripe_api.transport.answers import Answered
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.problems import Problem

KEPT_FOR = timedelta(hours=24)
# Nothing here waits for other servers with the key in hand, but for the question of a cancellation.
ABANDONED_AFTER = timedelta(seconds=10)


class Overtaken(Exception):
    """Somebody else took the key over meanwhile: this effect must not be kept."""


def take_key(caller: Caller, fingerprint: str) -> IdempotencyRecord | Answered:
    """The key, taken for this request; or the stored answer to the one before. Raises Problem where the key was used for another
    request, or is in use."""
    now = clock.now()
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(
                application=caller.application,
                is_live=caller.is_live,
                key=caller.idempotency_key,
                fingerprint=fingerprint,
                request_id=caller.request_id,
                locked_at=now,
                made_at=now,
            )
    except IntegrityError:
        return _known(caller, fingerprint, now)


def _known(caller: Caller, fingerprint: str, now: datetime) -> IdempotencyRecord | Answered:
    rows = IdempotencyRecord.objects.filter(
        application=caller.application, is_live=caller.is_live, key=caller.idempotency_key
    )
    found = rows.first()
    if found is None:  # given back in this instant
        raise _in_use(caller.idempotency_key)
    if found.made_at < now - KEPT_FOR and found.status is not None:
        rows.filter(pk=found.pk, made_at=found.made_at).delete()
        return take_key(caller, fingerprint)
    if found.fingerprint != fingerprint:
        raise Problem(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{caller.idempotency_key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    if found.status is not None:
        return Answered(found.status, found.body, of_request=found.request_id)
    mine = rows.filter(pk=found.pk, status=None, locked_at=found.locked_at, locked_at__lte=now - ABANDONED_AFTER)
    if not mine.update(locked_at=now, request_id=caller.request_id):
        raise _in_use(caller.idempotency_key)
    found.locked_at, found.request_id = now, caller.request_id
    return found


def _in_use(key: str) -> Problem:
    return Problem(
        f"There is currently another in-progress request using this Idempotent Key: {key}.",
        status=409,
        code="idempotency_key_in_use",
        is_worth_repeating=True,
    )


def keep_answer(record: IdempotencyRecord, status: int, body: str) -> None:
    """Store what is answered, in the transaction of the effect. Raises Overtaken."""
    record.status, record.body = status, body
    mine = IdempotencyRecord.objects.filter(pk=record.pk, locked_at=record.locked_at, status=None)
    if not mine.update(status=status, body=body):
        raise Overtaken


def give_key_back(record: IdempotencyRecord) -> None:
    """Nothing was done and nothing is to be repeated: the key is free again."""
    IdempotencyRecord.objects.filter(pk=record.pk, locked_at=record.locked_at, status=None).delete()


def forget_old_keys() -> int:
    """The periodic job: keys of the day before yesterday; returns how many."""
    return IdempotencyRecord.objects.filter(made_at__lt=clock.now() - 2 * KEPT_FOR).delete()[0]
