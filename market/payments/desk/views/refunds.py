"""Refunds: what waits for whom, everything about one, and the steps that a person may take."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.audit.models import AuditEntry
from core.desk.trail.queries import lines_of as trail_lines
from core.people.queries import Viewer, viewer_of
from market.ledger.models import LedgerEntry
from market.payments.actions import (
    NotApprover,
    RefundRefused,
    approve_refund,
    ask_about_refund_soon,
    close_case,
    decide_by_report,
    send_again,
    withdraw_refund,
)
from market.payments.desk.forms import ClosingForm, NoteForm, WithdrawForm
from market.payments.desk.guard import handles_money, sees_money
from market.payments.desk.pages import RefundRow, tabs_of_refunds
from market.payments.desk.queries.book import lines_of, names_of_accounts, names_of_subjects
from market.payments.models import Refund
from market.payments.queries import refunds_failed, refunds_of, refunds_to_approve, refunds_unknown, refunds_with_bank

PER_PAGE = 25
Listed = Callable[[Viewer], QuerySet[Refund]]
_LISTS: dict[str, Listed] = {
    "cho-duyet": refunds_to_approve,
    "chua-ro": refunds_unknown,
    "dang-hoan": refunds_with_bank,
    "khong-duoc": refunds_failed,
    "tat-ca": refunds_of,
}
_NO_NOTE = "Hãy ghi đã đối chiếu theo chứng từ nào."


@require_safe
@never_cache
@sees_money
def refunds(request: HttpRequest) -> HttpResponse:
    """Refunds by what they wait for."""
    viewer = viewer_of(request)
    counts = {name: found(viewer).count() for name, found in _LISTS.items() if name != "tat-ca"}
    current = request.GET.get("muc", "")
    if current not in _LISTS:
        current = next((name for name in ("cho-duyet", "chua-ro", "khong-duoc") if counts[name]), "tat-ca")
    page = Paginator(_LISTS[current](viewer), PER_PAGE).get_page(request.GET.get("page"))
    rows = [RefundRow(refund, viewer) for refund in page]
    names = names_of_subjects({row.refund.subject for row in rows})
    context = {
        "tabs": tabs_of_refunds(counts, current),
        "page": page,
        "rows": [(row, names[row.refund.subject].label) for row in rows],
    }
    return render(request, "market/payments/desk/refunds.html", context)


@require_safe
@never_cache
@sees_money
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """One refund."""
    viewer = viewer_of(request)
    return _page(request, RefundRow(_refund(viewer, pk), viewer))


@require_POST
@never_cache
@handles_money
def refund_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a step with a refund. Where it has moved on since the page was shown, a sentence says so and nothing changes."""
    viewer = viewer_of(request)
    found = _refund(viewer, pk)
    if step not in _STEPS:
        raise Http404
    try:
        messages.success(request, _STEPS[step](found, viewer, request))
    except RefundRefused as refused:
        messages.error(request, str(refused))
    except NotApprover:
        messages.error(request, _("Bạn đã lập khoản hoàn này, nên người khác phải quyết định."))
    return redirect("money_refund", pk=pk)


def _refund(viewer: Viewer, pk: int) -> Refund:
    found = refunds_of(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, row: RefundRow) -> HttpResponse:
    refund = row.refund
    trail = AuditEntry.objects.filter(object_label=f"refund:{refund.pk}").order_by("pk")
    of_it = LedgerEntry.objects.filter(subject=refund.subject).order_by("pk")
    keys = [f"refund:{refund.pk}", f"refunded:{refund.pk}", f"refund_dropped:{refund.pk}"]
    entries = of_it.filter(key__in=keys) | of_it.filter(key__startswith=f"corrected:{refund.pk}:")
    context = {
        "row": row,
        "refund": refund,
        "account": names_of_accounts([refund.account])[refund.account],
        "subject": names_of_subjects([refund.subject])[refund.subject].label,
        "trail": trail_lines(list(trail)),
        "lines": lines_of(list(entries)),
        "note": NoteForm(),
        "withdraw": WithdrawForm(),
        "closing": ClosingForm(asks_result=row.asks_result),
    }
    return render(request, "market/payments/desk/refund.html", context)


def _note(request: HttpRequest) -> str:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise RefundRefused(_NO_NOTE)
    return str(form.cleaned_data["note"])


def _approve(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    approve_refund(refund=refund, by=by)
    return _("Đã duyệt. Khoản hoàn sẽ được gửi VNPAY ngay.")


def _withdraw(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise RefundRefused(_("Lý do quá dài. Hãy ghi ngắn hơn 200 chữ."))
    withdraw_refund(refund=refund, by=by, note=form.cleaned_data["note"])
    return _("Đã rút. Tiền đã trở lại sổ.")


def _paid(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    decide_by_report(refund=refund, has_paid=True, note=_note(request), by=by)
    return _("Đã ghi: tiền đã về người mua.")


def _not_paid(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    decide_by_report(refund=refund, has_paid=False, note=_note(request), by=by)
    return _("Đã ghi: không hoàn được. Tiền đã trở lại sổ.")


def _again(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    send_again(refund=refund, note=_note(request), by=by)
    return _("Sẽ gửi lại ngay, với cùng số yêu cầu.")


def _ask(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    ask_about_refund_soon(refund=refund, by=by)
    return _("Sẽ hỏi VNPAY trong vài phút. Hãy mở lại trang này.")


def _close(refund: Refund, by: Viewer, request: HttpRequest) -> str:
    form = ClosingForm(request.POST, asks_result="has_paid" in request.POST)
    if not form.is_valid():
        raise RefundRefused(_("Hãy chọn kết quả theo báo cáo và ghi đã xử lý thế nào."))
    before = refund.state
    after = close_case(refund=refund, note=form.cleaned_data["note"], has_paid=form.result, by=by)
    if before == after.state:
        return _("Đã ghi và đóng việc này.")
    if after.state == Refund.State.FAILED:
        return _("Đã sửa sổ: tiền chưa về người mua. Nếu vẫn phải trả, hãy lập khoản hoàn mới.")
    return _("Đã sửa sổ: tiền đã về người mua.")


_STEPS: dict[str, Callable[[Refund, Viewer, HttpRequest], str]] = {
    "duyet": _approve,
    "rut": _withdraw,
    "da-hoan": _paid,
    "khong-hoan": _not_paid,
    "gui-lai": _again,
    "hoi": _ask,
    "dong": _close,
}
