"""What the steps of a shop are called, and what each asks."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Step(StrEnum):
    """The five steps, in their order; the value stands in the address."""

    WHO = "ai-ban"
    WHERE = "noi-ban"
    WHAT = "mat-hang"
    PAY = "tra-tien"
    SEND = "giao-hang"


class StepWords(NamedTuple):
    """The name of a step, the question on its page, and what is said while it is not done."""

    label: str | Promise
    question: str | Promise
    missing: str | Promise


WORDS: dict[Step, StepWords] = {
    Step.WHO: StepWords(_("Ai bán"), _("Ai bán hàng ở đây?"), _("Chưa có tên gian hàng.")),
    Step.WHERE: StepWords(_("Ở đâu"), _("Bạn bán ở đâu?"), _("Chưa có nơi lấy hàng.")),
    Step.WHAT: StepWords(_("Bán gì"), _("Bạn bán những gì?"), _("Chưa chọn mặt hàng chính.")),
    Step.PAY: StepWords(_("Nhận tiền"), _("Người mua trả tiền thế nào?"), _("Chưa chọn cách nhận tiền.")),
    Step.SEND: StepWords(_("Giao hàng"), _("Bạn giao hàng đến đâu?"), _("Chưa có nơi giao hàng nào.")),
}
NO_ACCOUNT = _("Nhận chuyển khoản cần số tài khoản của chủ.")
