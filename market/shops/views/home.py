"""The producer's home."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.desk.registry import todos_for
from core.people.models import Role
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import signed_in
from market.shops.navigation import seller_places
from market.shops.queries import producer_without_shop, shop_of
from onboarding.producers.applications.queries import applications_open
from onboarding.producers.queries import besides_at_work, is_owner


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What must I do today?"""
    viewer = viewer_of(request)
    shop = shop_of(viewer)
    context = {
        "shop": shop,
        "producer": None if shop else producer_without_shop(viewer),
        "applications": applications_open(viewer),
        "besides": besides_at_work(viewer),
        "is_owner": shop is not None and is_owner(viewer, shop.producer_id),
        "todos": todos_for(viewer) if shop else [],
        "is_staff": viewer.has_role(*STAFF_ROLES, Role.PLATFORM_OPERATOR),
        "space_items": seller_places("seller_home"),
    }
    return render(request, "market/shops/home.html", context)
