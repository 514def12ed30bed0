"""What is known of the platforms: the list, one of them, its history."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.kit import clock
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.platforms.navigation import desk_tabs
from market.platforms.running.forms.platforms import NewPlatformForm, PlatformForm
from market.platforms.running.queries.connections import platforms_to_connect
from market.platforms.running.queries.platforms import changes_of, entries_about_platform, known_platforms, phase
from onboarding.accounts.actions import PlatformRefused, add_platform, change_platform
from onboarding.accounts.models import Platform

operator_page = for_roles(Role.PLATFORM_OPERATOR)
FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 25


@require_safe
@operator_page
def platforms(request: HttpRequest) -> HttpResponse:
    """All platforms: what they are today, who runs them, whether they count."""
    page = Paginator(known_platforms(), PER_PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "page_obj": page,
        "rows": [(platform, *phase(platform, today)) for platform in page],
        "space_items": desk_tabs("platforms", viewer_of(request)),
    }
    return render(request, "market/platforms/running/platforms.html", context)


@require_http_methods(FORM)
@operator_page
def platform(request: HttpRequest, code: str) -> HttpResponse:
    """One platform: change it, see who changed what."""
    found = get_object_or_404(Platform, code=code)
    form = PlatformForm(request.POST if request.method == "POST" else None, platform=found)
    if form.is_valid():
        try:
            change_platform(platform=found, facts=form.facts(), by=viewer_of(request))
        except PlatformRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Đã lưu thông tin sàn %(name)s.") % {"name": form.facts().name})
            return redirect("platform", code)
    history = Paginator(entries_about_platform(code), PER_PAGE).get_page(request.GET.get("page"))
    kind, words = phase(found, clock.today())
    context = {
        "platform": found,
        "kind": kind,
        "words": words,
        "form": form,
        "may_connect": platforms_to_connect().filter(pk=found.pk).exists(),
        "page_obj": history,
        "changes": changes_of(list(history.object_list)),
        "space_items": desk_tabs("platforms", viewer_of(request)),
    }
    return render(request, "market/platforms/running/platform.html", context)


@require_http_methods(FORM)
@operator_page
def new_platform(request: HttpRequest) -> HttpResponse:
    """A platform that is not known yet."""
    form = NewPlatformForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = add_platform(code=form.cleaned_data["code"], facts=form.facts(), by=viewer_of(request))
        except PlatformRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Đã thêm sàn %(name)s.") % {"name": made.name})
            return redirect("platform", made.code)
    context = {"form": form, "space_items": desk_tabs("platforms", viewer_of(request))}
    return render(request, "market/platforms/running/new_platform.html", context)
