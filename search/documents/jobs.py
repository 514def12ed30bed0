"""What no event tells, looked for every hour."""

from __future__ import annotations

from datetime import timedelta

from search.documents.actions import refresh_documents

REFRESH_EVERY = timedelta(hours=1)


def refresh() -> int:
    """See `refresh_documents`."""
    return refresh_documents()
