"""Attempts without a result for too long: ask again, or end them by VNPAY's report."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import viewer_of
from market.payments.actions import AttemptKept, ask_soon, close_attempt
from market.payments.desk.forms import NoteForm
from market.payments.desk.guard import handles_money, sees_money
from market.payments.desk.pages import AttemptRow
from market.payments.queries import attempts_pending, attempts_visible_to
from market.payments.rules import may_handle_money

PER_PAGE = 25


@require_safe
@never_cache
@sees_money
def attempts(request: HttpRequest) -> HttpResponse:
    """The oldest first."""
    viewer = viewer_of(request)
    page = Paginator(attempts_pending(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        # Each row has a form of its own: its fields need ids of their own.
        "rows": [(AttemptRow(attempt), NoteForm(auto_id=f"id_{attempt.pk}_%s")) for attempt in page],
        "may_handle": may_handle_money(viewer),
    }
    return render(request, "market/payments/desk/attempts.html", context)


@require_POST
@never_cache
@handles_money
def attempt_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """«hoi»: ask VNPAY once more; «dong»: end it by the report."""
    viewer = viewer_of(request)
    found = attempts_visible_to(viewer).filter(pk=pk).first()
    if found is None or step not in {"hoi", "dong"}:
        raise Http404
    if step == "hoi":
        if ask_soon(attempt=found, by=viewer):
            messages.success(request, _("Sẽ hỏi VNPAY trong ít giây. Hãy mở lại trang này."))
        else:
            messages.error(request, _("Lần trả này đã có kết quả."))
        return redirect("money_attempts")
    form = NoteForm(request.POST)
    try:
        if not form.is_valid():
            raise AttemptKept(_("Hãy ghi đã đối chiếu theo chứng từ nào."))
        close_attempt(attempt=found, note=form.cleaned_data["note"], by=viewer)
        messages.success(request, _("Đã đóng lần trả này. Nếu tiền vẫn đến, sổ vẫn ghi nhận."))
    except AttemptKept as kept:
        messages.error(request, str(kept))
    return redirect("money_attempts")
