"""Saying something to somebody: the intent is written in the caller's transaction, a job sends it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from core.jobs.actions import enqueue
from core.kit import clock
from core.messages import queries, rules
from core.messages.compose import compose
from core.messages.contract import Channel, Purpose, adapter_for
from core.messages.models import Message
from core.messages.registry import MessageKind, find_kind, message_kind
from core.people.events import SignInCodeMade
from core.people.models import User
from core.people.queries import SYSTEM, Viewer

SEND_JOB, URGENT_JOB = "messages.send", "messages.send_urgent"
State = Message.State
_REASONS = {
    "off": "Kênh này đang tắt trong cài đặt.",
    "no_address": "Không có số điện thoại hay địa chỉ của người nhận.",
    "no_opt_in": "Người nhận không muốn nhận loại tin này.",
    "no_way_out": "Tin giới thiệu cần đầu số nhận từ chối (SMS_STOP_TO).",
    "cap": "Người nhận đã được gửi đủ số tin trong ngày.",
    "expired": "Mã đã hết hạn trước khi gửi.",
}


@transaction.atomic
def send_message(
    kind: str,
    *,
    context: Mapping[str, str | int],
    key: str,
    by: Viewer,
    user: User | None = None,
    phone: str = "",
    link: str = "",
    expires_at: datetime | None = None,
) -> list[Message]:
    """Tell a person (`user`) or a phone without a log-in (`phone`, E.164) something; exactly one of the two.

    `context` are the template's values, `link` a path of ours that the inbox offers, `key` (at most 120 characters, no
    personal text) says the same thing only once per kind and person. Returns the rows: the inbox's copy and at most one
    that leaves the house, which is suppressed with its reason when it may not be sent.
    Must be called in the transaction of what happened. Raises KeyError for an unknown kind, ValueError without exactly one
    recipient.
    """
    if (user is None) == (not phone):
        raise ValueError("a message goes to a user or to a phone")
    said = message_kind(kind)
    if earlier := list(Message.objects.filter(_recipient(user, phone), kind=kind, key=key).order_by("pk")):
        return earlier
    rows = []
    if user is not None and Channel.INBOX in said.templates:
        rows.append(_write(said, Channel.INBOX, str(user.pk), "", user, context, key, by, link, expires_at))
    channel, address, reason = _way_out(said, user, phone)
    if channel is not None:
        rows.append(_write(said, channel, address, reason, user, context, key, by, link, expires_at))
    return rows


def on_sign_in_code_made(event: SignInCodeMade) -> None:
    """A code leaves at once. The key is a keyed digest: two equal calls are one SMS, and whoever
    reads the table cannot find the six digits by trying them all."""
    said = f"{event.phone}:{event.code}:{event.expires_at.timestamp()}"
    send_message(
        "new_phone.code" if event.is_new_phone else "sign_in.code",
        phone=event.phone,
        context={"code": event.code, "minutes": _minutes_until(event.expires_at)},
        key=salted_hmac("core.messages.sign_in_code", said, algorithm="sha256").hexdigest(),
        by=SYSTEM,
        expires_at=event.expires_at,
    )


def why_not(said: MessageKind, channel: str, address: str, user_id: int | None) -> str:
    """The reason code against sending this kind that way now, "" when there is none. Caps are not asked here."""
    if adapter_for(channel) is None:
        return "off"
    if not address:
        return "no_address"
    choice = queries.newest_choice(user_id=user_id, address=address, channel=channel, purpose=said.purpose)
    if not rules.is_allowed(channel=channel, purpose=said.purpose, choice=choice):
        return "no_opt_in"
    if channel == Channel.SMS and said.purpose == Purpose.ADVERT and not queries.stop_number():
        return "no_way_out"
    return ""


def sentence_for(reason: str) -> str:
    """The operator's sentence of a reason code."""
    return _REASONS.get(reason, "")


def queue_sending(message: Message, *, at: datetime) -> None:
    """One job per try: its number is part of the key, so that the running job can plan the next one."""
    key = f"{message.pk}:{message.tries}:{at.timestamp():.0f}"
    enqueue(job_for(message.kind), {"message": message.pk}, key=key, run_after=at)


def job_for(kind: str) -> str:
    """Urgent kinds overtake the others in the queue."""
    found = find_kind(kind)
    return URGENT_JOB if found and found.urgent else SEND_JOB


def _way_out(said: MessageKind, user: User | None, phone: str) -> tuple[Channel | None, str, str]:
    """The first channel outside the inbox that may be used, with its address; else the first one and why not."""
    refused: tuple[Channel | None, str, str] = (None, "", "")
    for channel in said.templates:
        if channel == Channel.INBOX or (user is None and channel != Channel.SMS):
            continue
        address = phone if user is None else queries.address_of(user, channel)
        user_id = user.pk if user else None
        reason = why_not(said, channel, address, user_id)
        if not reason and queries.is_capped(channel=channel, purpose=said.purpose, address=address):
            reason = "cap"
        if not reason:
            return channel, address, ""
        if refused[0] is None:
            refused = (channel, address, reason)
    return refused


def _write(
    said: MessageKind,
    channel: Channel,
    address: str,
    reason: str,
    user: User | None,
    context: Mapping[str, str | int],
    key: str,
    by: Viewer,
    link: str,
    expires_at: datetime | None,
) -> Message:
    """One row, once per key; a local or suppressed one is finished with it, another one gets its job."""
    now = clock.now()
    adapter = adapter_for(channel)
    local = adapter is not None and adapter.flags.is_local
    if not reason and local:
        reason = why_not(said, channel, address, user.pk if user else None)
    state = State.SUPPRESSED if reason else State.SENT if local else State.WAITING
    # A message that will not be sent keeps no words.
    wording = compose(said, channel, context, link=link) if state != State.SUPPRESSED else None
    leaves = rules.earliest(now, channel=channel, purpose=said.purpose, urgent=said.urgent)
    message, made = Message.objects.filter(_recipient(user, address)).get_or_create(
        kind=said.code,
        key=key,
        channel=channel,
        defaults={
            "purpose": said.purpose, "user": user, "state": state, "reason": reason, "sentence": sentence_for(reason),
            "address": "" if local else address, "link": link,
            "title": wording.title if wording else "", "text": wording.text if wording else "",
            "segments": wording.segments if wording else 0, "made_by_id": by.user_id, "made_at": now,
            "not_before": leaves, "expires_at": expires_at, "ended_at": None if state == State.WAITING else now,
        },
    )  # fmt: skip
    if made and state == State.WAITING:
        queue_sending(message, at=leaves)
    return message


def _recipient(user: User | None, phone: str) -> Q:
    return Q(user=user) if user else Q(user=None, address_index__of=phone)


def _minutes_until(moment: datetime) -> int:
    return max(1, round((moment - clock.now()).total_seconds() / 60))
