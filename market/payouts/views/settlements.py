"""What VNPAY sent to the bank."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.people.queries import viewer_of
from market.payments.desk.guard import handles_money, sees_money
from market.payments.rules import may_handle_money
from market.payouts.actions import PayoutRefused, record_settlement, withdraw_settlement
from market.payouts.forms import SettlementForm, WhyForm
from market.payouts.queries import money_at_hand, settlements_of

PER_PAGE = 50


@never_cache
@sees_money
def settlements(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more."""
    viewer = viewer_of(request)
    handles = may_handle_money(viewer)
    if request.method == "POST" and not handles:
        raise Http404
    form = SettlementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_settlement(**form.cleaned_data, by=viewer)
        except PayoutRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Đã ghi vào sổ: tiền đang ở ngân hàng."))
            return redirect("settlements")
    context = {
        "form": form if handles else None,
        "at_hand": money_at_hand(),
        "page_obj": Paginator(settlements_of(viewer), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "market/payouts/settlements.html", context)


@require_POST
@handles_money
def drop_settlement(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one back that was written down wrongly."""
    viewer = viewer_of(request)
    found = settlements_of(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    form = WhyForm(request.POST)
    try:
        withdraw_settlement(settlement=found, why=form.cleaned_data["why"] if form.is_valid() else "", by=viewer)
        messages.success(request, _("Đã bỏ dòng này. Theo sổ, tiền lại đang ở VNPAY."))
    except PayoutRefused as refused:
        messages.error(request, str(refused))
    return redirect("settlements")
