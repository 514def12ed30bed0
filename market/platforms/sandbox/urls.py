"""Addresses of the marketplace."""

from django.urls import path

from market.platforms.sandbox import api, control, pages, selling, telling

urlpatterns = [
    path("", pages.home, name="home"),
    path("p/<int:listing_id>", pages.product, name="product"),
    path("kiem-duyet", pages.moderation, name="moderation"),
    path("media/<str:media_id>", pages.photo, name="photo"),
    path("style.css", pages.style, name="style"),
    path("api/me", api.me),
    path("api/token", api.token),
    path("api/media", api.media),
    path("api/listings", api.listings),
    path("api/dry-run", selling.check),
    path("api/categories", selling.categories),
    path("api/categories/<str:code>/rules", selling.rules),
    path("api/orders", selling.orders),
    path("api/listings/<int:listing_id>", api.listing),
    path("api/listings/<int:listing_id>/offer", api.offer),
    path("api/listings/<int:listing_id>/visibility", api.visibility),
    path("_control/health", control.health),
    path("_control/reset", control.reset),
    path("_control/listings", control.listings),
    path("_control/faults", control.faults),
    path("_control/calls", control.calls),
    path("_control/counts", control.counts),
    path("_control/habits", control.habits),
    path("_control/tokens", control.tokens),
    path("_control/review", control.review),
    path("_control/catalogue", telling.catalogue),
    path("_control/orders", telling.orders),
    path("_control/push_target", telling.push_target),
    path("_control/push", telling.push),
]
handler404 = pages.not_found
