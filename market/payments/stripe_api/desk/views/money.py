"""The accountant's list: which programs take payments here, and a way to stop one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import viewer_of
from market.payments.desk.guard import handles_money, sees_money
from market.payments.rules import may_handle_money
from market.payments.stripe_api.actions.keys import close_application
from market.payments.stripe_api.desk.pages import words_of_keys
from market.payments.stripe_api.desk.queries import applications_visible_to, open_keys_among

PER_PAGE = 25


@require_safe
@never_cache
@sees_money
def applications(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    viewer = viewer_of(request)
    page = Paginator(applications_visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    keys = open_keys_among(page)
    context = {
        "page": page,
        "rows": [(application, words_of_keys(keys[application.pk])) for application in page],
        "may_handle": may_handle_money(viewer),
    }
    return render(request, "market/payments/stripe_api/desk/all.html", context)


@require_POST
@never_cache
@handles_money
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one: its keys open nothing from now on."""
    viewer = viewer_of(request)
    application = applications_visible_to(viewer).filter(pk=pk).first()
    if application is None:
        raise Http404
    close_application(application=application, by=viewer)
    messages.success(request, _("Đã đóng ứng dụng. Tiền đã nhận và các khoản cũ vẫn giữ nguyên."))
    return redirect("money_applications")
