"""Addresses of the producer's listings."""

from django.urls import path

from market.listings import views

urlpatterns = [
    path("nguoi-ban/san-pham/", views.listings, name="seller_listings"),
    path("nguoi-ban/san-pham/moi/", views.new, name="seller_listing_new"),
    path("nguoi-ban/san-pham/anh/", views.upload, name="seller_photo_upload"),
    path("nguoi-ban/san-pham/anh/<uuid:photo_id>/xoay/", views.turn, name="seller_photo_turn"),
    path("nguoi-ban/san-pham/nhieu/", views.several, name="seller_listings_several"),
    path("nguoi-ban/san-pham/<slug:sku>/", views.edit, name="seller_listing_edit"),
    path("nguoi-ban/san-pham/<slug:sku>/dang-ban/", views.publish, name="seller_listing_publish"),
    path("nguoi-ban/san-pham/<slug:sku>/ngung/", views.pause, name="seller_listing_pause"),
    path("nguoi-ban/san-pham/<slug:sku>/quy-cach/", views.new_size, name="seller_listing_size"),
    path("nguoi-ban/san-pham/<slug:sku>/viet-do/", views.keep, name="seller_draft_keep"),
    path("nguoi-ban/san-pham/<slug:sku>/viet-do/bo/", views.drop, name="seller_draft_drop"),
]
