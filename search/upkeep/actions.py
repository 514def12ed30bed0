"""Counting what was looked for in vain, and comparing the documents with the books."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import F

from core.kit import clock
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.upkeep.models import Check, Miss
from search.upkeep.rules import KEPT, MOST_A_DAY, words_to_keep

log = logging.getLogger(__name__)


def note_miss(*, text: str) -> None:
    """Count a question that found nothing, without anything of who asked. Never breaks the answer it belongs to.

    Two first questions at the same moment may count as one: the number says how often, not exactly how often.
    """
    words, day = words_to_keep(text), clock.today()
    if not words:
        return
    try:
        with transaction.atomic():
            if Miss.objects.filter(day=day, words=words).update(times=F("times") + 1):
                return
            if Miss.objects.filter(day=day).count() < MOST_A_DAY:
                Miss.objects.bulk_create([Miss(day=day, words=words, times=1)], ignore_conflicts=True)
    except DatabaseError as problem:
        log.warning("a search without results was not counted: %s", type(problem).__name__)


def check_documents() -> int:
    """Put every document right and keep how many were not; returns that number."""
    rebuilt = rebuild_documents()
    Check.objects.create(at=clock.now(), documents=SearchDocument.objects.count(), out_of_step=rebuilt.out_of_step)
    return rebuilt.out_of_step


def forget_old() -> int:
    """Delete words and checks older than 90 days; returns how many rows."""
    now = clock.now()
    words = Miss.objects.filter(day__lt=clock.day_of(now - KEPT)).delete()[0]
    return words + Check.objects.filter(at__lt=now - KEPT).delete()[0]
