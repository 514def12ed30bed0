"""The staff home."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.desk.registry import sections_for, todos_for
from core.jobs.queries import is_worker_late
from core.people.models import Role
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles

MOST_TODOS = 12


@require_safe
@never_cache
@for_roles(*STAFF_ROLES, Role.PLATFORM_OPERATOR, Role.TEAM_LEAD)
def staff_home(request: HttpRequest) -> HttpResponse:
    """What to do today, and the sections this person may open."""
    viewer = viewer_of(request)
    todos = todos_for(viewer)
    context = {
        "worker_late": is_worker_late(),
        "todos": todos[:MOST_TODOS],
        "more_todos": max(0, len(todos) - MOST_TODOS),
        "sections": sections_for(viewer),
    }
    return render(request, "core/desk/home/home.html", context)
