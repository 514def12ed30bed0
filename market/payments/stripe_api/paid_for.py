"""What was paid to a connected application, as one part: the program alone knows what it sold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from market.payments.models import Payment
from market.payments.sources import Named, Part, Payer, label_of_payment, labels_of_payments


def _parts_of(payment: Payment) -> Sequence[Part]:
    if payment.channel != Payment.Channel.API:
        return []
    label = labels_of_payments([payment.pk])[payment.pk]
    return [Part(label_of_payment(payment.pk), label, payment.amount)]


def _names_of(subjects: Collection[str]) -> Mapping[str, Named]:
    """Its subjects are payments, which have their names by themselves."""
    return {}


def _payments_called(words: str) -> Iterable[int]:
    """Looked for with the payments themselves."""
    return []


CONNECTED = Payer(_parts_of, _names_of, _payments_called)
