"""The operator's screen: our categories beside a platform's."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t
from django.views.decorators.http import require_http_methods, require_POST

from core.kit.text import fold_words, squeeze
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.goods.models import Category
from market.platforms.categories.actions import ask_for_tree, name_category
from market.platforms.categories.queries import leaves_of, named_categories, tree_read_at
from market.platforms.contract import CategoryWay, PlatformFailure, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection
from onboarding.accounts.models import Platform

PER_PAGE, CHOICES_AT_MOST = 50, 500
PROBLEMS = {
    "gone": _t("Sàn đã bỏ mã này. Hãy chọn mã khác."),
    "unknown": _t("Sàn không có mã này. Hãy chọn mã khác."),
    "inner": _t("Sàn còn chia nhỏ mã này. Hãy chọn mã cuối."),
}


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
    context = {
        "platform": platform,
        "page_obj": page,
        "rows": [(row, PROBLEMS.get(row.problem, "")) for row in page],
        "q": words,
        "missing": sum(not row.code for row in rows),
        "wrong": sum(bool(row.problem) for row in rows),
        "tells": _tells_categories(platform),
        "read_at": tree_read_at(platform),
        "choices": leaves_of(platform)[:CHOICES_AT_MOST],
    }
    return render(request, "market/platforms/categories.html", context)


@require_POST
@for_roles(Role.PLATFORM_OPERATOR)
def read_again(request: HttpRequest, code: str) -> HttpResponse:
    """Have the platform's tree read now."""
    platform = get_object_or_404(Platform, code=code)
    if not _tells_categories(platform):
        raise Http404
    ask_for_tree(platform=platform)
    messages.success(request, _("Máy đang đọc lại ngành hàng của sàn. Hãy mở lại trang này sau một phút."))
    return redirect("platform_categories", code)


def _tells_categories(platform: Platform) -> bool:
    connection = Connection.objects.filter(platform=platform).select_related("platform").first()
    try:
        if connection is None:
            return False
        can = adapter_for(connection.adapter).capabilities(settings_of(connection))
    except PlatformFailure:
        return False  # nobody serves it here
    return can.categories is not CategoryWay.NONE
