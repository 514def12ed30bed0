"""The accountant's list of bank transfers that are awaited: said to be there on the word of a shop's bank statement."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.kit.money import dong
from core.people.queries import viewer_of
from market.orders.actions import StepRefused, confirm_transfer
from market.orders.queries import transfers_awaited
from market.payments.desk.guard import handles_money, sees_money
from market.payments.rules import may_handle_money


@require_safe
@never_cache
@sees_money
def transfers(request: HttpRequest) -> HttpResponse:
    """Orders whose money is to come by transfer, the soonest to lapse first; found by the code in the transfer's words."""
    viewer, sought = viewer_of(request), request.GET.get("q", "").strip()[:40]
    rows = transfers_awaited(viewer)
    if sought:
        rows = rows.filter(code__icontains=sought)
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "sought": sought,
        "may_confirm": may_handle_money(viewer),
    }
    return render(request, "market/orders/transfers.html", context)


@require_POST
@handles_money
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """The money of this order is on its shop's account."""
    viewer = viewer_of(request)
    order = transfers_awaited(viewer).filter(code=code).first()
    if order is None:
        messages.error(request, _("Đơn này không còn chờ chuyển khoản. Danh sách dưới đây là mới nhất."))
        return redirect("transfers")
    try:
        confirm_transfer(order=order, by=viewer)
    except StepRefused as refused:
        messages.error(request, str(refused))
    except PermissionError as refused:
        raise Http404 from refused
    else:
        said = _("Đã ghi: %(amount)s của đơn %(code)s đã đến. Người bán được báo đóng gói.")
        messages.success(request, said % {"amount": dong(order.total), "code": order.code})
    return redirect("transfers")
