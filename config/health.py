"""Whether the service lives, and whether it can serve."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core.jobs.queries import is_worker_late
from core.places.models import Unit


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and the reference data is there; a late worker is said, but pages still work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        loaded = Unit.objects.exists()
        worker = "late" if is_worker_late() else "ok"
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    if not loaded:
        return JsonResponse({"status": "down", "reference": "missing"}, status=503)
    return JsonResponse({"status": "ok", "worker": worker})
