"""Which shop a page is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.queries import shop_of
from market.shops.rules import can_agree, can_decide
from onboarding.producers.queries import has_owner

View = Callable[..., HttpResponseBase]


def with_shop(view: View) -> View:
    """Only for people who work in a shop, which the view gets; others are led to the home of sellers."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        shop = shop_of(viewer_of(request))
        return view(request, shop, *args, **kwargs) if shop else redirect("seller_home")

    return guarded


def for_owner(view: View) -> View:
    """The same, for what only the owner decides: a helper reads that it is the owner's."""
    return _for(can_decide, view)


def for_the_owner_alone(view: View) -> View:
    """The same, for what nobody does in the owner's place."""
    return _for(can_agree, view)


def _for(rule: Callable[[Viewer, int], bool], view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, shop: Shop, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not rule(viewer_of(request), shop.producer_id):
            context = {
                "shop": shop,
                "space_items": seller_places("seller_shop"),
                "has_owner": has_owner(shop.producer_id),
            }
            return render(request, "market/shops/only_owner.html", context, status=403)
        return view(request, shop, *args, **kwargs)

    return with_shop(guarded)
