"""Addresses of the Stripe API and of its payers' pages."""

from django.urls import path, re_path

from market.payments.stripe_api.checkout import views as checkout
from market.payments.stripe_api.transport.door import door

urlpatterns = [
    re_path(r"^v1(?:/(?P<path>.*))?$", door, name="stripe_api"),
    path("thanh-toan/phien/<slug:public_id>", checkout.session_page, name="checkout_session"),
    path("thanh-toan/ve/<slug:secret>", checkout.came_back, name="checkout_return"),
]
