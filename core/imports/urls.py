"""Addresses of imports: the same steps in every room."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from core.imports import views
from core.imports.rooms import DESK, Room

_STEPS: tuple[tuple[str, str, Callable[..., HttpResponseBase]], ...] = (
    ("list", "", views.batch_list),
    ("batch", "<int:pk>/", views.batch_page),
    ("mapping", "<int:pk>/cot/", views.mapping),
    ("apply", "<int:pk>/ghi", views.apply),
    ("undo", "<int:pk>/hoan-tac", views.undo),
    ("resume", "<int:pk>/lam-tiep", views.resume),
    ("cancel", "<int:pk>/huy", views.cancel),
    ("refused", "<int:pk>/chua-nhan.xlsx", views.refused_sheet),
)


def addresses(room: Room) -> list[URLPattern]:
    """The pages of a room."""
    # Bringing a sheet checks the token itself, once it is known how much may arrive.
    start = path(f"{room.address}moi/", csrf_exempt(views.start), {"room": room}, name=room.names["start"])
    return [
        start,
        *(path(f"{room.address}{rest}", view, {"room": room}, name=room.names[page]) for page, rest, view in _STEPS),
    ]


urlpatterns = addresses(DESK)
