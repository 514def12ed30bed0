"""What people want to get: on their page, or by a word in an SMS."""

from __future__ import annotations

import json

from django.db import transaction

from core.audit.actions import record
from core.kit import clock, phones
from core.messages import rules
from core.messages.contract import Channel, Purpose
from core.messages.models import InboundSms, MessageChoice
from core.messages.queries import address_of, choices_of
from core.people.models import User
from core.people.queries import Viewer

Meaning = InboundSms.Meaning


@transaction.atomic
def choose(*, user: User, wanted: dict[str, bool], by: Viewer) -> int:
    """Record a person's own decisions; `wanted` maps `ChoiceLine.name` to yes or no. Only what differs from what holds
    now is written; returns how many. Raises PermissionError when somebody else decides."""
    if by.user_id != user.pk:
        raise PermissionError("everybody decides for themselves")
    changed = 0
    for line in choices_of(user):
        if line.name not in wanted or wanted[line.name] == line.allowed:
            continue
        MessageChoice.objects.create(
            user=user,
            # The phone's own decision (a stop word) and the person's are one history: the newest counts.
            address="" if line.channel == Channel.INBOX else address_of(user, line.channel),
            channel=line.channel,
            purpose=line.purpose,
            allowed=wanted[line.name],
            how=MessageChoice.How.PAGE,
            recorded_by_id=by.user_id,
            at=clock.now(),
        )
        changed += 1
    if changed:
        record("message.chosen", actor_id=by.user_id, object_label=f"user:{user.pk}")
    return changed


def take_inbound_sms(*, signature: str, body: bytes) -> str:
    """Take an authenticated call of the SMS provider: `body` is JSON {"from": phone, "text": words}.

    It is stored raw and committed first, then understood; the same call twice is one. A stop word ends every SMS to that
    phone but the codes it asks for itself. Returns the meaning; says nothing about whether the phone is known.
    """
    raw = body.decode("utf-8", "replace").replace("\x00", "")
    row, new = InboundSms.objects.get_or_create(signature=signature, defaults={"body": raw, "received_at": clock.now()})
    if not new and row.meaning != Meaning.NEW:
        return row.meaning
    with transaction.atomic():
        row = InboundSms.objects.select_for_update().get(pk=row.pk)
        if row.meaning == Meaning.NEW:
            _understand(row)
    return row.meaning


def _understand(row: InboundSms) -> None:
    try:
        said = json.loads(row.body)
        phone, words = phones.normalise(str(said["from"])), str(said["text"])
    except (ValueError, KeyError, TypeError):
        row.meaning = Meaning.UNREADABLE
    else:
        row.meaning = Meaning.STOP if rules.is_stop_word(words) else Meaning.OTHER
        if row.meaning == Meaning.STOP:
            _stop(row, phone)
    row.save(update_fields=["meaning"])


def _stop(row: InboundSms, phone: str) -> None:
    for purpose in (Purpose.SERVICE, Purpose.ADVERT):
        MessageChoice.objects.create(
            address=phone,
            channel=Channel.SMS,
            purpose=purpose,
            allowed=False,
            how=MessageChoice.How.SMS,
            at=clock.now(),
        )
    record("message.stopped", actor_id=None, object_label=f"inbound_sms:{row.pk}", via="sms")
