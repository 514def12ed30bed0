"""Addresses of the market storey."""

from django.urls import include, path

urlpatterns = [
    path("", include("market.shops.urls")),
    path("", include("market.lists.urls")),  # before the addresses with a SKU
    path("", include("market.goods.urls")),
    path("", include("market.listings.urls")),
    path("", include("market.listings.stockroom.urls")),
    path("", include("market.listings.promotions.urls")),
    path("", include("market.payments.urls")),
    path("", include("market.payments.desk.urls")),
    path("", include("market.payments.stripe_api.urls")),
    path("", include("market.payments.stripe_api.desk.urls")),
    path("", include("market.payments.stripe_api.desk.webhooks.urls")),
    path("", include("market.payouts.urls")),
    path("", include("market.orders.urls")),
    path("", include("market.statements.urls")),
    path("", include("market.platforms.categories.urls")),
    path("", include("market.platforms.orders.urls")),
    path("", include("market.platforms.running.urls")),
    path("", include("market.platforms.desk.urls")),
    path("", include("market.platforms.pages.urls")),
    path("", include("market.platforms.seller.urls")),
    path("", include("market.platforms.urls")),
    path("", include("market.reports.urls")),
    path("", include("market.storefront.urls")),
    path("", include("market.feeds.urls")),
]
