"""Who gets through the doors of the pages of connected applications."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from core.people.queries import viewer_of
from core.people.views import View, signed_in
from market.payments.stripe_api.desk.queries import applications_of, producers_owned


def for_owners(view: View) -> View:
    """Only for owners; not there for helpers and for those who act in an owner's place."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not producers_owned(viewer_of(request)).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def with_application(view: View) -> View:
    """Only for the owner of application `pk`, which the view gets in its place."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        application = applications_of(viewer_of(request)).filter(pk=pk).first()
        if application is None:
            raise Http404
        return view(request, application, *args, **kwargs)

    return guarded
