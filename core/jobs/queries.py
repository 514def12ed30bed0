"""What the workers are doing."""

from __future__ import annotations

from datetime import timedelta

from core.jobs.models import WorkerBeat
from core.kit import clock

LATE_AFTER = timedelta(minutes=1)


def is_worker_late() -> bool:
    """Whether no worker has given a sign of life for a minute."""
    return not WorkerBeat.objects.filter(seen_at__gte=clock.now() - LATE_AFTER).exists()
