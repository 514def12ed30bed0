"""Batches of payouts: who would be paid, the batches, one of them with its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.kit.numbers import masked_end
from core.kit.sheets import XLSX
from core.people.queries import Viewer, viewer_of
from market.ledger.sheets import money_csv, money_xlsx
from market.payments.desk.guard import handles_money, sees_money
from market.payments.rules import may_handle_money
from market.payouts.actions import (
    NotApprover,
    PayoutRefused,
    approve_batch,
    export_batch,
    make_batch,
    mark_paid,
    mark_returned,
    withdraw_batch,
)
from market.payouts.forms import WhyForm
from market.payouts.models import PayoutBatch, PayoutRow
from market.payouts.queries import (
    Omission,
    batch_by_code,
    batches_of,
    money_at_hand,
    omissions_of,
    propose,
    rows_gone_wrong,
)
from market.payouts.rules import can_be_withdrawn, takes_two
from market.payouts.wording import HEADING, KINDS, REASONS, ROW_KINDS, rows_for_bank, sentence
from market.shops.banks import bank_name

PER_PAGE = 50
State = PayoutBatch.State


@require_safe
@never_cache
@sees_money
def payouts(request: HttpRequest) -> HttpResponse:
    """The batches, newest first, beside what is owed and what the bank holds."""
    viewer = viewer_of(request)
    proposal = propose()
    page = Paginator(batches_of(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "batches": [(batch, KINDS[State(batch.state)], sentence(batch, viewer)) for batch in page],
        "proposal": proposal,
        "omissions": _told(proposal.omissions),
        "at_hand": money_at_hand(),
        "may_handle": may_handle_money(viewer),
    }
    return render(request, "market/payouts/batches.html", context)


@never_cache
@handles_money
def new_payout(request: HttpRequest) -> HttpResponse:
    """Who would be paid now and who not, with the reason; sent, it becomes a batch."""
    viewer = viewer_of(request)
    if request.method == "POST":
        seen = request.POST.get("total_seen", "")[:15]
        try:
            total_seen = int(seen) if seen.isascii() and seen.isdecimal() else 0
            made = make_batch(total_seen=total_seen, by=viewer)
        except PayoutRefused as refused:
            messages.error(request, str(refused))
            return redirect("new_payout")
        messages.success(request, _("Đã lập bảng chi %(code)s.") % {"code": made.code})
        return redirect("payout", code=made.code)
    proposal, at_hand = propose(), money_at_hand()
    context = {
        "proposal": proposal,
        "dues": [(due, bank_name(due.shop.bank_bin), masked_end(due.shop.bank_account)) for due in proposal.dues],
        "omissions": _told(proposal.omissions),
        "at_hand": at_hand,
        "is_short": proposal.total > at_hand["bank"],
        "needs_two": takes_two(proposal.total),
    }
    return render(request, "market/payouts/new.html", context)


@require_safe
@never_cache
@sees_money
def payout(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: its rows, how far it is, and what may be done next."""
    viewer = viewer_of(request)
    batch = _batch(viewer, code)
    wrong, handles, at_hand = rows_gone_wrong(batch), may_handle_money(viewer), money_at_hand()
    is_open = batch.state in {State.DRAFT, State.APPROVED, State.EXPORTED}
    waiting = sum(row.amount for row in batch.rows.all() if row.state == PayoutRow.State.WAITING)
    context = {
        "batch": batch,
        "kind": KINDS[State(batch.state)],
        "sentence": sentence(batch, viewer),
        "rows": [
            {
                "row": row,
                "kind": ROW_KINDS[PayoutRow.State(row.state)],
                "bank": bank_name(row.bank_bin),
                "account": masked_end(row.bank_account),
                "wrong": wrong.get(row.pk, ""),
                "may_return": handles and row.state in {"waiting", "paid"} and batch.state in {"exported", "done"},
            }
            for row in batch.rows.all()
        ],
        "omissions": _told(omissions_of(batch)),
        "is_wrong": bool(wrong),
        "at_hand": at_hand,
        "is_short": is_open and waiting > at_hand["bank"],
        "waiting": waiting,
        "may_handle": handles,
        "may_approve": handles
        and batch.state == State.DRAFT
        and not wrong
        and not (batch.needs_two and batch.made_by_id == viewer.user_id),
        "may_export": handles and batch.state in {State.APPROVED, State.EXPORTED} and not (
            wrong and batch.state == State.APPROVED
        ),
        "may_decide": handles and batch.state == State.EXPORTED,
        "may_withdraw": handles and can_be_withdrawn(batch),
    }  # fmt: skip
    return render(request, "market/payouts/batch.html", context)


@require_POST
@never_cache
@handles_money
def payout_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The file for the bank's bulk transfer, with every account in full; fetching it is noted."""
    viewer = viewer_of(request)
    batch = _batch(viewer, code)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    try:
        export_batch(batch=batch, by=viewer)
    except PayoutRefused as refused:
        messages.error(request, str(refused))
        return redirect("payout", code=code)
    rows = rows_for_bank(batch)
    if kind == "csv":
        answer = HttpResponse(money_csv(HEADING, rows), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(money_xlsx(batch.code, HEADING, rows), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="chi-{batch.code}.{kind}"'
    return answer


@require_POST
@never_cache
@handles_money
def payout_step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Take a step with a batch or a row of it."""
    viewer = viewer_of(request)
    batch = _batch(viewer, code)
    if step not in _STEPS:
        raise Http404
    try:
        messages.success(request, _STEPS[step](batch, viewer, request))
    except NotApprover:
        words = _("Bảng này cần người thứ hai duyệt: bạn đã lập nó, và số tiền vượt mức một người tự quyết trong ngày.")
        messages.error(request, words)
    except PayoutRefused as refused:
        messages.error(request, str(refused))
    return redirect("payout", code=code)


def _batch(viewer: Viewer, code: str) -> PayoutBatch:
    found = batch_by_code(viewer, code)
    if found is None:
        raise Http404
    return found


def _told(omissions: list[Omission]) -> list[tuple[Omission, str]]:
    return [(each, str(REASONS[each.reason])) for each in omissions]


def _why(request: HttpRequest) -> str:
    form = WhyForm(request.POST)
    return str(form.cleaned_data["why"]) if form.is_valid() else ""


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [
        int(each)
        for each in request.POST.getlist(name)[:10_000]
        if each.isascii() and each.isdecimal() and len(each) < 19
    ]


def _approve(batch: PayoutBatch, by: Viewer, request: HttpRequest) -> str:
    approve_batch(batch=batch, by=by)
    return _("Đã duyệt bảng chi.")


def _withdraw(batch: PayoutBatch, by: Viewer, request: HttpRequest) -> str:
    withdraw_batch(batch=batch, why=_why(request), by=by)
    return _("Đã rút bảng chi. Tiền còn phải trả như trước.")


def _paid(batch: PayoutBatch, by: Viewer, request: HttpRequest) -> str:
    rows = _numbers(request, "row")
    mark_paid(batch=batch, rows=rows, by=by)
    return _("Đã ghi %(count)s dòng là đã chuyển.") % {"count": len(set(rows))}


def _returned(batch: PayoutBatch, by: Viewer, request: HttpRequest) -> str:
    asked = _numbers(request, "row")[:1]
    row = next((row for row in batch.rows.all() if row.pk in asked), None)
    if row is None:
        raise Http404
    mark_returned(row=row, why=_why(request), by=by)
    return _("Đã ghi ngân hàng trả lại. Tiền lại nằm trong số còn phải trả.")


_STEPS: dict[str, Callable[[PayoutBatch, Viewer, HttpRequest], Any]] = {
    "duyet": _approve,
    "rut": _withdraw,
    "da-chuyen": _paid,
    "tra-lai": _returned,
}
