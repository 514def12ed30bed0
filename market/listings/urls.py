"""Addresses of the producer's listings."""

from django.urls import path

from market.listings import views

urlpatterns = [
    path("nguoi-ban/san-pham/", views.listings, name="seller_listings"),
    path("nguoi-ban/san-pham/moi/", views.new, name="seller_listing_new"),
    path("nguoi-ban/san-pham/<slug:sku>/", views.edit, name="seller_listing_edit"),
    path("nguoi-ban/san-pham/<slug:sku>/ngung/", views.pause, name="seller_listing_pause"),
]
