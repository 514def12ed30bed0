"""How the rows of the book are told to the producer whose money they move."""

from __future__ import annotations

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from market.ledger.models import LedgerEntry
from market.ledger.sheets import Cells
from market.statements.queries import Line, Statement

Kind = LedgerEntry.Kind
WORDS: dict[Kind, str | Promise] = {
    Kind.EARNED: _("Đã giao xong, tiền là của bạn"),
    Kind.TAKEN_BACK: _("Lấy lại để hoàn cho người mua"),
    Kind.REFUND_ASKED: _("Hoàn cho người mua"),
    Kind.REFUND_DROPPED: _("Không hoàn cho người mua nữa"),
    Kind.PAID_OUT: _("Chuyển vào tài khoản ngân hàng của bạn"),
    Kind.PAYOUT_BACK: _("Ngân hàng trả lại, tiền chưa đến tài khoản của bạn"),
    Kind.DIRECT: _("Bạn tự nhận tiền của người mua"),
    Kind.DIRECT_BACK: _("Bạn tự hoàn cho người mua"),
}
HEADING = [
    "Ngày giờ", "Việc", "Đơn", "Vào qua Lên Sàn (đ)", "Ra qua Lên Sàn (đ)", "Lên Sàn còn phải trả (đ)", "Bạn tự nhận (đ)", "Bạn tự hoàn (đ)",
]  # fmt: skip


def words_of(line: Line) -> str:
    """What happened, in a few words."""
    return str(WORDS.get(line.kind, line.kind.label))


def rows_of(statement: Statement) -> list[Cells]:
    """The statement as rows of a file: opening, every line, closing."""
    rows: list[Cells] = [["", "Đầu tháng", "", None, None, statement.opening, None, None]]
    for line in statement.lines:
        at = f"{timezone.localtime(line.at, clock.VIETNAM):%d/%m/%Y %H:%M}"
        through = (line.through if line.through > 0 else None, -line.through if line.through < 0 else None)
        direct = (line.direct if line.direct > 0 else None, -line.direct if line.direct < 0 else None)
        rows.append([at, words_of(line), line.order or line.called, *through, line.owed, *direct])
    return [*rows, ["", "Cuối tháng", "", statement.came, statement.went, statement.closing, None, None]]
