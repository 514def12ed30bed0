"""Buying is switched off where the province only shows goods."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def where_goods_are_sold(view: View) -> View:
    """In showcase mode there is no basket and no checkout."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SELLING != "direct":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
