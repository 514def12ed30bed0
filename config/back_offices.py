"""The two back offices, Wagtail's editor and Django's admin, without their own ways to sign in, to change passwords or to
hand out rights: those are in one place only, where they are limited, proved again and audited."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpResponseBase
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls


def _leads_to(name: str) -> Callable[..., HttpResponseBase]:
    return RedirectView.as_view(pattern_name=name, query_string=True)


# Libraries put tables into the admin that hold secrets or rights, and write past our actions.
for model in (Authenticator, EmailAddress, Group, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

urlpatterns = [
    path("admin/login/", _leads_to("login")),
    path("cms/login/", _leads_to("login")),
    # Wagtail's form for restricted pages knows neither our limits nor the second factor.
    path("_util/login/", _leads_to("login")),
    path("admin/password_change/", _leads_to("account_password")),
    re_path("^cms/account/", RedirectView.as_view(pattern_name="account")),
    re_path("^cms/(?:users|groups|bulk/core/user)/", RedirectView.as_view(pattern_name="grants")),
    path("admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
]
