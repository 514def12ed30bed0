"""The operator's screen: our categories beside a platform's."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.kit.text import fold_words, squeeze
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.goods.models import Category
from market.platforms.categories.actions import name_category
from market.platforms.categories.queries import named_categories
from onboarding.accounts.models import Platform

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.PLATFORM_OPERATOR)
def categories(request: HttpRequest, code: str) -> HttpResponse:
    """The codes of a platform for our categories; one row is saved at a time."""
    platform = get_object_or_404(Platform, code=code)
    words = request.GET.get("q", "")[:100]
    if request.method == "POST":
        category = get_object_or_404(Category, code=request.POST.get("category", "")[:40], is_offered=True)
        written = squeeze(request.POST.get("code", ""))[:60]
        name = squeeze(request.POST.get("name", ""))[:160]
        name_category(platform=platform, category=category, code=written, name=name, by=viewer_of(request))
        messages.success(request, _("Đã lưu mã cho %(name)s.") % {"name": category.name})
        return redirect(f"{reverse('platform_categories', args=[code])}?{request.GET.urlencode()}")
    wanted = fold_words(words).split()
    rows = [row for row in named_categories(platform) if all(word in fold_words(row.path) for word in wanted)]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"platform": platform, "page_obj": page, "q": words, "missing": sum(not row.code for row in rows)}
    return render(request, "market/platforms/categories.html", context)
