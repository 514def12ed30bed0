"""Addresses of the feeds, of the page that explains them, and of a seller's own."""

from django.urls import path

from market.feeds.views import files, pages

urlpatterns = [
    path("feeds/", pages.index, name="feeds"),
    path("feeds/gian-hang/<slug:slug>/<str:file_name>", files.of_shop, name="shop_feed"),
    path("feeds/tinh/<slug:code>/<str:file_name>", files.of_province, name="province_feed"),
    path("nguoi-ban/gian-hang/tep-hang/", pages.seller, name="seller_feeds"),
]
