"""Reading the inbox, and forgetting."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.messages import rules
from core.messages.models import InboundSms, Message
from core.messages.queries import inbox_of
from core.people.queries import Viewer

BATCH = 1000


@transaction.atomic
def mark_read(*, message: Message, by: Viewer) -> None:
    """Note that its person opened a message of the inbox; the first time counts. Nobody else's message changes."""
    inbox_of(by).filter(pk=message.pk, read_at__isnull=True).update(read_at=clock.now())


@transaction.atomic
def mark_all_read(*, by: Viewer) -> int:
    """Every unread message of this person's inbox is read; returns how many were not."""
    return inbox_of(by).filter(read_at__isnull=True).update(read_at=clock.now())


def erase_old_texts() -> int:
    """The periodic job: words and addresses older than 90 days go, what was sent when stays. Returns how many.

    What still waits keeps its words: it is younger, or somebody has to look at it.
    """
    now = clock.now()
    old = now - rules.KEEP_TEXTS
    done, nothing = 0, dict.fromkeys(["title", "text", "address", "address_index"], "")
    finished = Message.objects.filter(made_at__lt=old, erased_at__isnull=True, ended_at__isnull=False)
    while ids := list(finished.values_list("pk", flat=True)[:BATCH]):
        done += Message.objects.filter(pk__in=ids).update(**nothing, erased_at=now)
    came_in = InboundSms.objects.filter(received_at__lt=old, erased_at__isnull=True)
    return done + came_in.update(body="", erased_at=now)
