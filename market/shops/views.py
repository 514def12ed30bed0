"""The producer's home and shop."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.desk.registry import todos_for
from core.people.models import Role
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import signed_in
from market.shops.actions import AlreadyOpen, change_shop, open_shop
from market.shops.forms import AgreeingShopForm, ShopForm
from market.shops.navigation import seller_places
from market.shops.queries import producer_without_shop, shop_of
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.consent.queries import has_consent


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What must I do today?"""
    viewer = viewer_of(request)
    shop = shop_of(viewer)
    context = {
        "shop": shop,
        "producer": None if shop else producer_without_shop(viewer),
        "todos": todos_for(viewer) if shop else [],
        "is_staff": viewer.has_role(*STAFF_ROLES, Role.PLATFORM_OPERATOR),
        "space_items": seller_places("seller_home"),
    }
    return render(request, "market/shops/home.html", context)


@signed_in
def shop(request: HttpRequest) -> HttpResponse:
    """Open the shop, or change its words."""
    viewer = viewer_of(request)
    found = shop_of(viewer)
    producer = found.producer if found else producer_without_shop(viewer)
    if producer is None:
        return redirect("seller_home")
    agreed = has_consent(producer, Purpose.PUBLICATION)
    form_class = ShopForm if agreed else AgreeingShopForm
    initial = {"name": found.name, "story": found.story} if found else {"name": producer.name}
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = {"name": form.cleaned_data["name"], "story": form.cleaned_data["story"]}
        if found:
            change_shop(shop=found, by=viewer, **words)
            messages.success(request, _("Đã lưu gian hàng."))
        else:
            try:
                with transaction.atomic():
                    if not agreed:
                        record_consents(
                            producer=producer,
                            answers={Purpose.PUBLICATION: True},
                            means=Consent.Means.ONLINE,
                            by=viewer,
                        )
                    open_shop(producer=producer, by=viewer, **words)
            except AlreadyOpen:
                messages.info(request, _("Gian hàng này đã mở rồi."))
            else:
                messages.success(request, _("Gian hàng đã mở. Giờ hãy đăng sản phẩm đầu tiên."))
                return redirect("seller_listing_new")
        return redirect("seller_home")
    context = {"form": form, "shop": found, "producer": producer, "space_items": seller_places("seller_shop")}
    return render(request, "market/shops/shop.html", context)
