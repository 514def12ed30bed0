"""Addresses of accounts on platforms, at the commune's desk."""

from django.urls import path

from onboarding.accounts import views

urlpatterns = [
    path("xa/gian-hang/<int:pk>/", views.account, name="platform_account"),
    path("xa/gian-hang/<int:pk>/dong/", views.close, name="platform_account_close"),
    path("xa/gian-hang/<int:pk>/mo-lai/", views.reopen, name="platform_account_reopen"),
    path("xa/gian-hang/<int:pk>/hoat-dong/", views.activity, name="platform_account_activity"),
]
