"""An accountant gives money back: out of the account of the book in which it stands, and never more than stands there."""

from __future__ import annotations

from django.db import transaction

from core.kit.money import dong
from core.people.queries import Viewer
from market.payments.actions.refunds import NotApprover, RefundRefused, request_refund
from market.payments.models import Charge, Refund
from market.payments.rules import may_handle_money
from market.payments.sources import sources_of


@transaction.atomic
def refund_by_hand(*, charge: Charge, source: str, amount: int, reason: str, request_id: str, by: Viewer) -> Refund:
    """Ask for `amount` đồng of this charge back, out of one of its sources (`Source.key`, as the page showed it). `request_id` (32
    hexadecimal digits) is of the page: pressing twice is asking once.

    Raises NotApprover, RefundRefused: also where the money has moved in the book since the page was shown.
    """
    if not may_handle_money(by) or by.user_id is None:
        raise NotApprover
    if not reason.strip():
        raise RefundRefused("Hãy ghi lý do hoàn tiền.")
    charge = Charge.objects.select_for_update(of=("self",)).select_related("payment").get(pk=charge.pk)
    subject, _, account = source.rpartition("|")
    if not Refund.objects.filter(request_id=request_id).exists():
        there = next((each.amount for each in sources_of(charge) if each.key == source), 0)
        if not there:
            raise RefundRefused("Số tiền này vừa chuyển chỗ trong sổ, hoặc đã hoàn rồi. Hãy xem lại trang này.")
        if amount > there:
            raise RefundRefused(f"Ở đó chỉ còn {dong(there)} để hoàn. Hãy ghi số nhỏ hơn.")
    return request_refund(
        charge=charge,
        amount=amount,
        account=account,
        subject=subject,
        reason=reason.strip(),
        by=by,
        request_id=request_id,
    )
