"""What the accountant's place adds to the registries below it, called once at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.desk.registry import register_section, register_todos
from market.payments.desk.queries import money_todos
from market.payments.rules import may_see_money


def register() -> None:
    """The way in for who comes from the staff home, and what waits for who handles money."""
    register_todos(money_todos)
    register_section(
        _("Tiền vào, tiền ra"),
        "money_home",
        may_see_money,
        about=_("Tiền vào qua VNPAY, hoàn tiền, sổ tiền."),
        order=60,
    )
