"""Bringing one message out of the house. Three steps, so that a worker may be killed at any line:

1. `claim` writes "sending" and commits;
2. the adapter speaks to the outside, in no transaction;
3. `bring_home` writes what came of it, if the message is still the one that was claimed.

A message found "sending" with nobody sending it any more has an unknown outcome: `rules.may_repeat` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.kit import clock
from core.messages import rules
from core.messages.actions.write import job_for, queue_sending, sentence_for, why_not
from core.messages.contract import MessageAdapter, Outcome, Purpose, SendResult, adapter_for
from core.messages.models import Message
from core.messages.registry import find_kind
from core.people.queries import Viewer

State = Message.State
OVERDUE = timedelta(minutes=2)
BATCH = 200
_NO_ANSWER = "Đã gửi đi nhưng không có câu trả lời. Người nhận có thể đã nhận được."
_GIVEN_UP = "Đã thử nhiều lần mà chưa gửi được: "


class StillSending(Exception):
    """Somebody else holds the message: look again when their time is over."""


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send; `tries` is the fence that shuts out whoever comes home too late."""

    message: Message
    adapter: MessageAdapter
    tries: int


@transaction.atomic
def claim(message_id: int) -> Claim | None:
    """Take a message whose time has come. None when there is nothing to send (any more): it was sent, it expired, its
    person said no meanwhile, or it is night; the row then says why.

    Raises StillSending while another worker may be at it.
    """
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None or message.state not in {State.WAITING, State.SENDING}:
        return None
    now = clock.now()
    adapter = adapter_for(message.channel)
    if message.state == State.SENDING:
        if message.sending_at is not None and now < message.sending_at + rules.LEASE:
            raise StillSending
        if adapter is None or not _may_repeat(message, adapter, now):
            _end(message, State.UNKNOWN, "lost_answer", _NO_ANSWER)
            return None
    if message.expires_at is not None and message.expires_at <= now:
        _end(message, State.SUPPRESSED, "expired", sentence_for("expired"))
        return None
    said = find_kind(message.kind)
    if said is None:
        _end(message, State.FAILED, "unknown_kind", "Phiên bản này không còn loại tin này.")
        return None
    if reason := why_not(said, message.channel, message.address, message.user_id):
        _end(message, State.SUPPRESSED, reason, sentence_for(reason))
        return None
    leaves = rules.earliest(now, channel=message.channel, purpose=message.purpose, urgent=said.urgent)
    leaves = max(leaves, message.not_before)
    if leaves > now:
        _wait_until(message, leaves)
        return None
    assert adapter is not None  # why_not has asked
    message.tries += 1
    Message.objects.filter(pk=message.pk).update(state=State.SENDING, sending_at=now, tries=message.tries)
    return Claim(message, adapter, message.tries)


@transaction.atomic
def bring_home(claimed: Claim, result: SendResult) -> bool:
    """Write the outcome. False when the message was claimed anew meanwhile: then it is no longer ours to judge."""
    message = (
        Message.objects.select_for_update()
        .filter(pk=claimed.message.pk, state=State.SENDING, tries=claimed.tries)
        .first()
    )
    if message is None:
        return False
    now = clock.now()
    if result.outcome == Outcome.ACCEPTED:
        message.provider_id = result.provider_id[:80]
        _end(message, State.SENT, "", result.sentence)
    elif result.outcome == Outcome.REFUSED:
        _end(message, State.FAILED, result.code or "refused", result.sentence)
    elif result.outcome == Outcome.UNKNOWN and not _may_repeat(message, claimed.adapter, now):
        _end(message, State.UNKNOWN, result.code or "lost_answer", result.sentence)
    elif message.tries >= rules.MAX_TRIES[Purpose(message.purpose)]:
        state = State.UNKNOWN if result.outcome == Outcome.UNKNOWN else State.FAILED
        _end(message, state, result.code or "given_up", _GIVEN_UP + result.sentence)
    else:
        pause = rules.pause_before_next(message.tries, purpose=message.purpose, asked=result.pause)
        message.reason, message.sentence = result.code[:30], result.sentence[:300]
        _wait_until(message, now + pause)
    return True


def rescue_forgotten() -> int:
    """The periodic job: what is overdue gets a job again (its own was lost), what expired is closed and forgotten.
    Returns how many."""
    now = clock.now()
    overdue = Message.objects.filter(state=State.WAITING, not_before__lt=now - OVERDUE)
    orphaned = Message.objects.filter(state=State.SENDING, sending_at__lt=now - rules.LEASE - OVERDUE)
    found = [*overdue.values_list("pk", "kind")[:BATCH], *orphaned.values_list("pk", "kind")[:BATCH]]
    for number, kind in found:
        with transaction.atomic():
            enqueue(job_for(kind), {"message": number}, key=f"{number}:rescue")
    # An unknown code stays readable only while it is worth something.
    codes = Message.objects.filter(purpose=Purpose.SIGN_IN, state=State.UNKNOWN, erased_at=None, expires_at__lte=now)
    return len(found) + codes.update(text="", erased_at=now)


@transaction.atomic
def send_again(*, message: Message, by: Viewer) -> bool:
    """An operator sends a stopped message again. False when it is not stopped, or its words are erased already.

    Raises PermissionError for everybody else.
    """
    if not rules.may_send_again(by):
        raise PermissionError("only an operator sends messages again")
    now = clock.now()
    stopped = Message.objects.filter(pk=message.pk, state__in=[State.FAILED, State.UNKNOWN], erased_at=None)
    if not stopped.update(
        state=State.WAITING, not_before=now, ended_at=None, tries=F("tries") + 1, reason="", sentence=""
    ):
        return False  # fmt: skip
    message.refresh_from_db()
    # A person's word starts the count anew, but never the fence of an earlier try: so tries only ever grow.
    queue_sending(message, at=now)
    record("message.sent_again", actor_id=by.user_id, object_label=f"message:{message.pk}")
    return True


def _may_repeat(message: Message, adapter: MessageAdapter, now: datetime) -> bool:
    age = now - message.made_at
    return rules.may_repeat(purpose=message.purpose, drops_repeats=adapter.flags.drops_repeats, age=age)


def _wait_until(message: Message, moment: datetime) -> None:
    message.state, message.not_before, message.sending_at = State.WAITING, moment, None
    message.save(update_fields=["state", "not_before", "sending_at", "reason", "sentence"])
    queue_sending(message, at=moment)


def _end(message: Message, state: str, reason: str, sentence: str) -> None:
    """The last word about a message. A code that is sent or dead is erased at once."""
    message.state, message.reason, message.sentence = state, reason[:30], sentence[:300]
    message.ended_at, message.sending_at = clock.now(), None
    expired = message.expires_at is not None and message.expires_at <= message.ended_at
    if message.purpose == Purpose.SIGN_IN and (state != State.UNKNOWN or expired):
        message.text, message.erased_at = "", message.ended_at
    message.save()
