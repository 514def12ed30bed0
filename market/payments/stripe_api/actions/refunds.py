"""Refunds that a program asks for, out of what its producer is owed."""

from __future__ import annotations

from django.db import transaction

from core.events.registry import gathered
from core.kit import clock
from market.ledger.accounts import UNCLEAR, owed_to
from market.ledger.claims import spoken_for
from market.ledger.queries import balances_of
from market.payments.actions import RefundRefused, request_refund
from market.payments.models import Charge, Payment
from market.payments.sources import label_of_payment
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApiCharge, ApiRefund
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.params import merged
from market.payments.stripe_api.transport.problems import Problem
from market.shops.models import Shop

_REASONS = {
    "": "Ứng dụng hoàn tiền.",
    "duplicate": "Trả trùng.",
    "fraudulent": "Nghi gian lận.",
    "requested_by_customer": "Khách đề nghị.",
}


@transaction.atomic(savepoint=False)
def make_refund(
    caller: Caller, *, charge: ApiCharge, amount: int | None, reason: str, metadata: dict[str, str]
) -> ApiRefund:
    """Give `amount` đồng of this charge back (None: all that is left). It is sent to VNPAY by the worker, once. Raises Problem."""
    _hold(charge.intent.payment_id)
    money = Charge.objects.select_for_update(of=("self",)).filter(attempt=charge.attempt_id).first()
    if money is None:
        raise Problem(
            "This charge brought no money, so nothing can be refunded.", code="charge_not_refundable", param="charge"
        )
    if not money.left:
        raise Problem(f"Charge {charge.public_id} has already been refunded.", code="charge_already_refunded")
    wanted = money.left if amount is None else amount
    if not wanted:
        raise Problem("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if wanted > money.left:
        raise Problem(
            f"Refund amount ({wanted} vnd) is greater than unrefunded amount on charge ({money.left} vnd)",
            code="amount_too_large",
            param="amount",
        )
    account = UNCLEAR if money.is_extra else owed_to(caller.application.producer_id)
    if caller.is_live and not money.is_extra:
        _see_that_it_is_there(caller.application.producer_id, account, wanted)
    with gathered():
        try:
            refund = request_refund(
                charge=money,
                amount=wanted,
                account=account,
                subject=label_of_payment(charge.intent.payment_id),
                reason=_REASONS[reason],
            )
        except RefundRefused:
            raise Problem(
                "The charge is being refunded by another request.",
                status=429,
                code="lock_timeout",
                is_worth_repeating=True,
            ) from None
        row = ApiRefund.objects.create(
            public_id=new_id("re"),
            application=caller.application,
            is_live=caller.is_live,
            made_at=clock.now(),
            refund=refund,
            api_charge=charge,
            intent=charge.intent,
            reason=reason,
            metadata=merged({}, metadata),
        )
    return row


def _see_that_it_is_there(producer_id: int, account: str, wanted: int) -> None:
    """Raises Problem where the producer's money has been paid out, or is on its way to the bank. Whoever makes a batch holds the
    producer's shops as well."""
    list(Shop.objects.select_for_update().filter(producer=producer_id).order_by("pk"))
    if -balances_of([account])[account] - spoken_for(account) < wanted:
        raise Problem(
            "Your balance is too small for this refund: it has been paid out, or is being paid out.",
            code="balance_insufficient",
        )


def _hold(payment_id: int) -> None:
    """The payment first, then its charge, then its intent: the order of everybody who holds several."""
    Payment.objects.select_for_update().only("pk").get(pk=payment_id)


@transaction.atomic(savepoint=False)
def note_metadata(row: ApiRefund, change: dict[str, str]) -> ApiRefund:
    """What a program notes with its refund. Raises Problem."""
    row.metadata = merged(ApiRefund.objects.select_for_update().only("metadata").get(pk=row.pk).metadata, change)
    row.save(update_fields=["metadata"])
    return row
