"""What the pages of the accountant's place show and offer: only what the state and the person allow, and why not the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core.kit import clock
from core.people.queries import Viewer
from market.payments.actions.refunds import STILL_ANSWERING
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.rules import may_handle_money, takes_two
from market.payments.vnpay.words import words_of_payment, words_of_refund

State = Refund.State
_KINDS = {
    State.ASKED: "warn", State.READY: "wait", State.SENT: "wait", State.ACCEPTED: "wait", State.SUCCEEDED: "good",
    State.FAILED: "bad", State.WITHDRAWN: "info",
}  # fmt: skip


@dataclass(frozen=True)
class PaymentRow:
    """A payment in a list, with what came and what went back."""

    payment: Payment

    @property
    def came(self) -> int:
        """All its charges, in đồng."""
        return sum(charge.amount for charge in self.payment.charges.all())

    @property
    def back(self) -> int:
        """What of them is asked back or given back."""
        return sum(charge.refunded for charge in self.payment.charges.all())

    @property
    def is_twice(self) -> bool:
        """Whether money came a second time and is not on its way back."""
        return any(charge.is_extra and charge.left for charge in self.payment.charges.all())


@dataclass(frozen=True)
class AttemptRow:
    """One visit to the gateway, in words."""

    attempt: PaymentAttempt

    @property
    def codes(self) -> str:
        """What VNPAY said of it."""
        return words_of_payment(self.attempt.response_code, self.attempt.transaction_status)


@dataclass(frozen=True)
class RefundRow:
    """A refund as this person sees it: how it stands, what may be done and by whom not."""

    refund: Refund
    viewer: Viewer

    @property
    def kind(self) -> str:
        """The kind of its status sentence."""
        if self.refund.is_contradicted or (self.refund.state == State.SENT and self.is_silent):
            return "bad"
        return "info" if self.refund.state == State.FAILED and self.refund.note else _KINDS[State(self.refund.state)]

    @property
    def sentence(self) -> str:
        """How it stands and what comes next."""
        said = {
            State.ASKED: _("Chờ người thứ hai duyệt. Chưa gửi VNPAY."),
            State.READY: _("Chờ gửi VNPAY."),
            State.SENT: _("Đã gửi, chờ VNPAY trả lời."),
            State.ACCEPTED: _("VNPAY đã nhận, ngân hàng đang trả."),
            State.SUCCEEDED: _("Đã hoàn tiền."),
            State.FAILED: _("Không hoàn được. Tiền đã trở lại sổ."),
            State.WITHDRAWN: _("Đã rút. Tiền đã trở lại sổ."),
        }[State(self.refund.state)]
        if self.refund.is_contradicted:
            return _("%(said)s Nhưng VNPAY vừa nói khác: hãy đối chiếu báo cáo rồi đóng việc này.") % {"said": said}
        if self.refund.state == State.SENT and self.is_silent:
            return _("Đã gửi mà VNPAY không trả lời. Hãy đối chiếu báo cáo hoàn tiền của VNPAY.")
        if self.refund.state == State.ACCEPTED and not self.refund.transaction_no:
            return _("VNPAY nói đã có yêu cầu này nhưng không cho số để hỏi. Hãy đối chiếu báo cáo của VNPAY.")
        return said

    @property
    def codes(self) -> str:
        """What VNPAY said of it."""
        return words_of_refund(self.refund.response_code, self.refund.transaction_status)

    @property
    def is_silent(self) -> bool:
        """Whether no answer can come any more."""
        return self.refund.sent_at is not None and self.refund.sent_at <= clock.now() - STILL_ANSWERING

    @property
    def is_own(self) -> bool:
        """Whether this person asked for it."""
        return self.refund.asked_by_id is not None and self.refund.asked_by_id == self.viewer.user_id

    @property
    def can_approve(self) -> bool:
        """Whether this person may be the second."""
        return self._handles and self.refund.state == State.ASKED and not self.is_own

    @property
    def can_withdraw(self) -> bool:
        """Whether it can still be stopped: VNPAY surely has not heard of it."""
        unsent = self.refund.state == State.ASKED or (self.refund.state == State.READY and not self.refund.calls)
        return self._handles and unsent

    @property
    def can_decide(self) -> bool:
        """Whether the result may be written down from the report."""
        open_ = self.refund.state in {State.SENT, State.ACCEPTED}
        return self._handles and open_ and self.is_silent and not self.is_own

    @property
    def can_send_again(self) -> bool:
        """Whether it may be sent once more under the same number."""
        alone = self.is_own and takes_two(self.refund.amount)
        return self._handles and self.refund.state == State.SENT and self.is_silent and not alone

    @property
    def can_ask(self) -> bool:
        """Whether VNPAY can be asked by a number."""
        return self._handles and self.refund.state == State.ACCEPTED and bool(self.refund.transaction_no)

    @property
    def can_close(self) -> bool:
        """Whether it waits for somebody to say how it was dealt with."""
        failed = self.refund.state == State.FAILED and not self.refund.note and not self.refund.is_contradicted
        return self._handles and (failed or (self.refund.is_contradicted and not self.is_own))

    @property
    def asks_result(self) -> bool:
        """Whether closing it also says what became of the money: never by whoever asked for it."""
        return not self.is_own

    @property
    def why_not(self) -> str:
        """Why this person is not offered what others are."""
        if not self._handles:
            return _("Bạn chỉ xem, không quyết định về tiền.")
        if self.is_own and self.refund.state == State.ASKED:
            return _("Bạn đã lập khoản hoàn này, nên người khác phải duyệt.")
        if self.is_own and (self.refund.is_contradicted or (self._is_open and self.is_silent)):
            return _("Bạn đã lập khoản hoàn này, nên người khác phải ghi kết quả theo báo cáo.")
        if self.refund.state == State.SENT and not self.is_silent:
            return _("Vừa gửi chưa đầy năm phút, VNPAY còn có thể trả lời.")
        return ""

    @property
    def _is_open(self) -> bool:
        return self.refund.state in {State.SENT, State.ACCEPTED}

    @property
    def _handles(self) -> bool:
        return may_handle_money(self.viewer)


def tabs_of_refunds(counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    """The tabs of the list of refunds, each with its count where people must look."""
    names = (
        ("cho-duyet", _("Chờ duyệt")), ("chua-ro", _("Chưa rõ")), ("dang-hoan", _("Đang hoàn")), ("khong-duoc", _("Không được")),
        ("tat-ca", _("Tất cả")),
    )  # fmt: skip
    base = reverse("money_refunds")
    return [
        {
            "label": label,
            "count": counts.get(value),
            "url": f"{base}?{urlencode({'muc': value})}",
            "current": value == current,
        }
        for value, label in names
    ]


def is_alone_enough(charge: Charge) -> bool:
    """Whether one person may give all that is left of this charge back."""
    return not takes_two(charge.left)
