"""What the accountant's place adds to the registries below it, called once at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.desk.registry import Room, register_section, register_todos
from market.payments.desk.queries.home import money_todos
from market.payments.rules import may_see_money

_PARTS = (
    (_("Tiền vào"), "money_payments", _("Tìm một khoản theo mã đơn hay số giao dịch, xem từng bước, hoàn tiền.")),
    (_("Hoàn tiền"), "money_refunds", _("Khoản chờ duyệt, chưa rõ, đang hoàn, không được.")),
    (_("Đang chờ VNPAY"), "money_attempts", _("Lần trả tiền hơn hai giờ chưa có kết quả.")),
    (_("Sổ tiền"), "money_book", _("Từng dòng của sổ, số dư từng tài khoản, tải về.")),
)


def register() -> None:
    """Its parts, the way in for who comes from the staff home, and what waits for who handles money."""
    register_todos(money_todos)
    for order, (label, url_name, about) in enumerate(_PARTS, start=1):
        register_section(label, url_name, may_see_money, about=about, order=order * 10, room=Room.MONEY)
    register_section(
        _("Tiền vào, tiền ra"),
        "money_home",
        may_see_money,
        about=_("Tiền vào qua VNPAY, hoàn tiền, sổ tiền."),
        order=60,
    )
