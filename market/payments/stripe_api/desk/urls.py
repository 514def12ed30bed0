"""Addresses of the pages of connected applications."""

from django.urls import path

from market.payments.stripe_api.desk.views import money, owner

urlpatterns = [
    path("nguoi-ban/ung-dung/", owner.applications, name="seller_applications"),
    path("nguoi-ban/ung-dung/moi/", owner.connect, name="seller_application_new"),
    path("nguoi-ban/ung-dung/<int:pk>/", owner.application, name="seller_application"),
    path("nguoi-ban/ung-dung/<int:pk>/khoa/", owner.key, name="seller_application_key"),
    path("nguoi-ban/ung-dung/<int:pk>/khoa/<int:key>/thu-hoi/", owner.revoke, name="seller_application_key_revoke"),
    path("nguoi-ban/ung-dung/<int:pk>/dong/", owner.close, name="seller_application_close"),
    path("ke-toan/ung-dung/", money.applications, name="money_applications"),
    path("ke-toan/ung-dung/<int:pk>/dong/", money.close, name="money_application_close"),
]
