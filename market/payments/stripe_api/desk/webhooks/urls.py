"""Addresses of an application's webhooks."""

from django.urls import path

from market.payments.stripe_api.desk.webhooks import views

_HERE = "nguoi-ban/ung-dung/<int:pk>/webhook/"

urlpatterns = [
    path(_HERE, views.endpoints, name="webhook_endpoints"),
    path(f"{_HERE}luot/<int:delivery>/", views.delivery, name="webhook_delivery"),
    path(f"{_HERE}luot/<int:delivery>/gui-lai/", views.delivery_again, name="webhook_delivery_again"),
    path(f"{_HERE}<slug:endpoint>/", views.endpoint, name="webhook_endpoint"),
    path(f"{_HERE}<slug:endpoint>/doi-khoa/", views.secret, name="webhook_secret"),
    path(f"{_HERE}<slug:endpoint>/<slug:step>/", views.endpoint_step, name="webhook_endpoint_step"),
]
