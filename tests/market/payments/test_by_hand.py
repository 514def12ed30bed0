"""An accountant gives money back: from where the book has it, never more, and one page sent twice is one refund."""

from __future__ import annotations

import pytest

from core.people.queries import NOBODY, SYSTEM, Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS, UNCLEAR
from market.payments.actions import NotApprover, RefundRefused, refund_by_hand, withdraw_refund
from market.payments.models import Charge, Refund
from market.payments.sources import sources_of
from tests.market.payments.till import PAID, ask_back, book, opened, paid, pay_there
from tests.market.payments.till import ask_now as ask_about_attempts
from tests.market.payments.vnpay.running import Double
from tests.market.proof import everything
from tests.people import People

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def charge(gateway: Double, db: None) -> Charge:
    """300,000 đồng that were paid at the double, for something nobody sells here."""
    return paid(gateway)


def by_hand(charge: Charge, amount: int, by: Viewer, *, source: str = "", request_id: str = ONE) -> Refund:
    source = source or f"payment:{charge.payment_id}|held"
    return refund_by_hand(
        charge=charge, source=source, amount=amount, reason="Khách gọi.", request_id=request_id, by=by
    )


def there(charge: Charge) -> list[tuple[str, str, int]]:
    charge.refresh_from_db()
    return [(source.part.subject, source.account, source.amount) for source in sources_of(charge)]


def test_what_is_left_can_be_given_back_and_no_more(charge: Charge, ngan: Viewer) -> None:
    whole = f"payment:{charge.payment_id}"
    assert there(charge) == [(whole, HELD, PAID)]
    refund = by_hand(charge, 100_000, ngan)
    assert (refund.state, refund.asked_by_id, refund.subject, refund.account) == ("ready", ngan.user_id, whole, HELD)
    assert (book(), there(charge)) == ({GATEWAY: PAID, HELD: -200_000, REFUNDS: -100_000}, [(whole, HELD, 200_000)])
    assert by_hand(charge, 100_000, ngan) == refund, "the same page sent twice"
    before = everything()
    for amount, source in ((200_001, ""), (0, ""), (-1, ""), (1, f"{whole}|bank"), (1, "shop_order:1|held"), (1, "x")):
        with pytest.raises(RefundRefused):
            by_hand(charge, amount, ngan, source=source, request_id=TWO)
    assert everything() == before
    withdraw_refund(refund=refund, by=ngan)
    assert there(charge) == [(whole, HELD, PAID)]


def test_a_reason_is_asked_for_and_the_right_to_it(charge: Charge, ngan: Viewer, people: People) -> None:
    before = everything()
    with pytest.raises(RefundRefused, match="lý do"):
        refund_by_hand(
            charge=charge, source=f"payment:{charge.payment_id}|held", amount=1, reason=" ", request_id=ONE, by=ngan
        )
    for nobody in (NOBODY, SYSTEM, people.viewer("an"), people.viewer("phuong")):
        with pytest.raises(NotApprover):
            by_hand(charge, 1_000, nobody)
    assert everything() == before


def test_a_second_payment_lies_apart(charge: Charge, gateway: Double, ngan: Viewer) -> None:
    payment = charge.payment
    attempt = payment.attempts.get()
    again = opened(gateway)
    type(again).objects.filter(pk=again.pk).update(payment=payment)
    pay_there(gateway, again)
    assert ask_about_attempts() == 1
    extra = Charge.objects.get(is_extra=True)
    assert attempt.payment_id == extra.payment_id
    own = Refund.objects.get()  # the product gives it back by itself
    assert (there(extra), there(charge)) == ([], [(f"payment:{payment.pk}", HELD, PAID)])
    withdraw_refund(refund=own, by=ngan)
    assert there(extra) == [(f"payment:{payment.pk}", UNCLEAR, PAID)]
    by_hand(extra, PAID, ngan, source=f"payment:{payment.pk}|{UNCLEAR}")
    assert book() == {GATEWAY: 2 * PAID, HELD: -PAID, REFUNDS: -PAID}


def test_what_was_given_back_under_another_name_is_missing_too(charge: Charge, ngan: Viewer) -> None:
    ask_back(charge, 250_000)
    assert there(charge) == [(f"payment:{charge.payment_id}", HELD, 50_000)]
