"""Who gets through the doors of the accountant's place."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import View, for_roles
from market.payments.rules import may_see_money

handles_money = for_roles(Role.ACCOUNTANT)


def sees_money(view: View) -> View:
    """Who handles money, and auditors of the whole country; not there for others, an auditor of one province among them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see_money(viewer_of(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return for_roles(Role.ACCOUNTANT, Role.AUDITOR)(guarded)
