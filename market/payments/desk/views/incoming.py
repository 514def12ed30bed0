"""Money that came in: the list, everything about one payment, and giving some of it back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import Viewer, viewer_of
from market.payments.actions import NotApprover, RefundRefused, refund_by_hand
from market.payments.desk.forms import PaymentsForm, RefundForm
from market.payments.desk.guard import handles_money, sees_money
from market.payments.desk.pages import AttemptRow, PaymentRow, RefundRow
from market.payments.desk.queries.book import lines_of, names_of_accounts, names_of_subjects
from market.payments.desk.queries.incoming import (
    MOST_MESSAGES,
    entries_of,
    messages_of,
    payments_asked_for,
    payments_visible_to,
)
from market.payments.models import Charge, Payment
from market.payments.queries import refunds_of
from market.payments.rules import may_handle_money, takes_two
from market.payments.sources import Source, sources_of

PER_PAGE = 25


@require_safe
@never_cache
@sees_money
def payments(request: HttpRequest) -> HttpResponse:
    """Payments with money, newest first; looked for by any number people have."""
    form = PaymentsForm(request.GET)
    asked = form.asked()
    page = Paginator(payments_asked_for(viewer_of(request), asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [PaymentRow(payment) for payment in page],
        "is_narrowed": bool(form.changed_data),
    }
    return render(request, "market/payments/desk/payments.html", context)


@require_safe
@never_cache
@sees_money
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: attempts, charges, refunds, what was said with VNPAY, what the book tells."""
    viewer = viewer_of(request)
    return _page(request, viewer, _payment(viewer, pk))


@require_POST
@never_cache
@handles_money
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for money of one of its charges back."""
    viewer = viewer_of(request)
    found = _payment(viewer, pk)
    charge = next((each for each in found.charges.all() if str(each.pk) == request.POST.get("charge")), None)
    if charge is None:
        raise Http404
    form = RefundForm(request.POST, charge=charge, sources=_named(sources_of(charge)))
    if form.is_valid():
        said = form.cleaned_data
        try:
            refund = refund_by_hand(
                charge=charge, source=said["source"], amount=said["amount"], reason=said["reason"], request_id=said["request_id"],
                by=viewer,
            )  # fmt: skip
        except RefundRefused as refused:
            form.add_error(None, str(refused))
        except NotApprover:
            raise Http404 from None
        else:
            two = refund.state == refund.State.ASKED
            messages.success(request, _("Đã lập, chờ người thứ hai duyệt.") if two else _("Đã lập, sắp gửi VNPAY."))
            return redirect("money_refund", pk=refund.pk)
    return _page(request, viewer, found, form)


def _payment(viewer: Viewer, pk: int) -> Payment:
    found = payments_visible_to(viewer).prefetch_related("charges__attempt").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, viewer: Viewer, found: Payment, tried: RefundForm | None = None) -> HttpResponse:
    refunds = [RefundRow(refund, viewer) for refund in refunds_of(viewer).filter(charge__payment=found)]
    subjects = names_of_subjects({row.refund.subject for row in refunds})
    context = {
        "payment": found,
        "attempts": [AttemptRow(attempt) for attempt in found.attempts.order_by("pk")],
        "charges": [_charge(viewer, charge, tried) for charge in sorted(found.charges.all(), key=lambda each: each.pk)],
        "refunds": [(row, subjects[row.refund.subject].label) for row in refunds],
        "messages_kept": messages_of(found),
        "most_messages": MOST_MESSAGES,
        "lines": lines_of(entries_of(found)),
        "limit": settings.REFUND_ALONE_UP_TO,
    }
    status = 200 if tried is None else 422
    return render(request, "market/payments/desk/payment.html", context, status=status)


def _charge(viewer: Viewer, charge: Charge, tried: RefundForm | None) -> dict[str, Any]:
    """A charge with where its money is, and the form if this person may give some back."""
    sources = _named(sources_of(charge))
    form = None
    if sources and may_handle_money(viewer):
        form = RefundForm(charge=charge, sources=sources)
    if tried is not None and tried.data.get("charge") == str(charge.pk):
        form = tried
    return {"charge": charge, "sources": sources, "form": form, "takes_two": takes_two(charge.left)}


def _named(sources: list[Source]) -> list[tuple[Source, str]]:
    names = names_of_accounts(source.account for source in sources)
    return [(source, f"{source.part.label}: {names[source.account]}") for source in sources]
