"""What payouts add to the registries below them, called once at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.people.reveal.registry import Revealable, register_revealable
from market.ledger.claims import register_claim
from market.payments.rules import may_see_money
from market.payouts.queries import claimed_by_payouts, payout_account_of, payout_todos


def register() -> None:
    """Two parts of the accountant's place, words of the trail, to-dos, and the bank account in a row."""
    register_objects({"payout": "bảng chi", "settlement": "lần VNPAY chuyển về"})
    register_vocabulary(
        {
            "payout.made": "lập bảng chi",
            "payout.approved": "duyệt bảng chi",
            "payout.exported": "lấy tệp chuyển tiền",
            "payout.withdrawn": "rút bảng chi",
            "payout.rows_paid": "ghi đã chuyển tiền",
            "payout.row_returned": "ghi ngân hàng trả lại",
            "settlement.recorded": "ghi VNPAY chuyển về",
            "settlement.withdrawn": "bỏ lần VNPAY chuyển ghi sai",
        }
    )
    register_todos(payout_todos)
    register_claim(claimed_by_payouts)
    register_revealable("payout-account", Revealable("Tài khoản nhận tiền", payout_account_of, is_phone=False))
    register_section(
        _("Chi cho người bán"),
        "payouts",
        may_see_money,
        about=_("Lập, duyệt bảng chi; lấy tệp gửi ngân hàng; ghi kết quả."),
        order=60,
        room=Room.MONEY,
    )
    register_section(
        _("VNPAY chuyển về"),
        "settlements",
        may_see_money,
        about=_("Ghi tiền VNPAY chuyển vào tài khoản ngân hàng, theo báo cáo của VNPAY."),
        order=70,
        room=Room.MONEY,
    )
