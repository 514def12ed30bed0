"""What the server does not take is kept with its reason, until it takes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from core.kit import clock
from search.documents.models import SearchDocument
from search.engines.elastic.models import Refused


@transaction.atomic
def note_refused(document_ids: Collection[int], reasons: Mapping[int, str]) -> None:
    """After these documents were sent: those with a reason were refused, of the others nothing is refused any more."""
    Refused.objects.filter(document_id__in=document_ids).exclude(document_id__in=reasons).delete()
    versions = dict(SearchDocument.objects.filter(pk__in=reasons).values_list("pk", "version"))
    for document_id, reason in sorted(reasons.items()):
        Refused.objects.update_or_create(
            document_id=document_id,
            defaults={"version": versions.get(document_id, 0), "reason": reason or "?", "refused_at": clock.now()},
        )
