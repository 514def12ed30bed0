"""What the pages and the bank's file say of payouts."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.people.queries import Viewer
from market.ledger.sheets import Cells
from market.payouts.models import PayoutBatch, PayoutRow
from market.payouts.rules import LeftOut
from market.shops.banks import bank_name

State = PayoutBatch.State
KINDS = {
    State.DRAFT: "wait", State.APPROVED: "info", State.EXPORTED: "wait", State.DONE: "good", State.WITHDRAWN: "info",
}  # fmt: skip
ROW_KINDS = {
    PayoutRow.State.WAITING: "wait", PayoutRow.State.PAID: "good", PayoutRow.State.RETURNED: "bad",
    PayoutRow.State.DROPPED: "info",
}  # fmt: skip
REASONS: dict[LeftOut, str | Promise] = {
    LeftOut.NO_ACCOUNT: _("Gian hàng chưa ghi tài khoản ngân hàng. Hãy nhờ người bán ghi ở trang Gian hàng."),
    LeftOut.WAITS: _("Đang có tiền trong một bảng chi khác chưa xong."),
    LeftOut.SMALL: _("Chưa đủ mức chi tối thiểu, để lần sau."),
    LeftOut.OWES: _("Đang nợ lại vì đã chi rồi phải hoàn cho người mua. Lần sau sẽ trừ."),
}
HEADING = ["STT", "Mã ngân hàng (BIN)", "Ngân hàng", "Số tài khoản", "Chủ tài khoản", "Số tiền (VND)", "Nội dung"]


def sentence(batch: PayoutBatch, viewer: Viewer) -> str:
    """How far it is and what comes next, for whoever looks."""
    if batch.state == State.DRAFT and batch.needs_two:
        mine = batch.made_by_id == viewer.user_id
        return str(_("Chờ người thứ hai duyệt.") if mine else _("Chờ bạn hoặc một kế toán khác duyệt."))
    return {
        State.DRAFT: str(_("Chờ duyệt.")),
        State.APPROVED: str(_("Đã duyệt. Hãy lấy tệp rồi nộp cho ngân hàng.")),
        State.EXPORTED: str(_("Đã lấy tệp. Ngân hàng chuyển xong thì ghi kết quả từng dòng.")),
        State.DONE: str(_("Xong: mọi dòng đã có kết quả.")),
        State.WITHDRAWN: str(_("Đã rút, không chi theo bảng này.")),
    }[State(batch.state)]


def rows_for_bank(batch: PayoutBatch) -> list[Cells]:
    """The file's rows: those of which the bank has not spoken yet."""
    return [
        [
            str(row.number),
            row.bank_bin,
            bank_name(row.bank_bin),
            row.bank_account,
            row.bank_holder,
            row.amount,
            row.words,
        ]
        for row in batch.rows.all()
        if row.state == PayoutRow.State.WAITING
    ]
