"""How an accountant and a producer call what was paid to a connected application."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from market.payments.models import Payment
from market.payments.sources import Named, Part, Payer, label_of_payment
from market.payments.stripe_api.models import PaymentIntent

_OF_PAYMENT = "payment:"


def _parts_of(payment: Payment) -> Sequence[Part]:
    """One part: the program alone knows what it sold."""
    if payment.channel != Payment.Channel.API:
        return []
    subject = label_of_payment(payment.pk)
    found = _names_of([subject]).get(subject)
    return [Part(subject, found.label if found else payment.reference, payment.amount)]


def _names_of(subjects: Collection[str]) -> Mapping[str, Named]:
    """ "Cửa hàng HTX · Cà phê 1 kg", or the payment's number where the program wrote no words."""
    numbers = [each.removeprefix(_OF_PAYMENT) for each in subjects if each.startswith(_OF_PAYMENT)]
    wanted = {int(number) for number in numbers if number.isdecimal()}
    if not wanted:
        return {}
    rows = PaymentIntent.objects.filter(payment__in=wanted).select_related("application")
    return {label_of_payment(row.payment_id): Named(_label(row), row.payment_id) for row in rows}


def _label(intent: PaymentIntent) -> str:
    return f"{intent.application.name} · {(intent.description or intent.public_id)[:80]}"


def _payments_called(words: str) -> Iterable[int]:
    """Payments of the application of this name."""
    words = words.strip()
    return PaymentIntent.objects.filter(application__name__iexact=words).values_list("payment", flat=True)


CONNECTED = Payer(_parts_of, _names_of, _payments_called)
