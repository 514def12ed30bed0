"""What the Stripe API adds to the registries below it, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core.desk.registry import Room, register_section
from core.events.registry import subscribe
from core.jobs.registry import register_periodic
from market.payments.events import PaymentChanged, RefundChanged
from market.payments.rules import may_see_money
from market.payments.sources import register_payer
from market.payments.stripe_api.actions.following import on_payment_changed, on_refund_changed
from market.payments.stripe_api.actions.idempotency import forget_old_keys
from market.payments.stripe_api.actions.sessions import expire_old_sessions
from market.payments.stripe_api.paid_for import CONNECTED


def register() -> None:
    """Following the payments below, closing pages in time, forgetting keys; the accountant's list."""
    register_payer(CONNECTED)
    subscribe(PaymentChanged, on_payment_changed)
    subscribe(RefundChanged, on_refund_changed)
    register_periodic(
        "stripe_api.sessions", timedelta(seconds=30), expire_old_sessions, label="đóng trang thanh toán hết hạn"
    )
    register_periodic(
        "stripe_api.keys", timedelta(days=1), forget_old_keys, label="xóa khóa lặp yêu cầu cũ", at=time(3, 55)
    )
    register_section(
        _("Ứng dụng kết nối"),
        "money_applications",
        may_see_money,
        about=_("Phần mềm của người bán nhận tiền qua Lên Sàn; đóng khi khóa lọt ra ngoài."),
        order=80,
        room=Room.MONEY,
    )
