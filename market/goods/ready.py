"""What goods register once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.desk.registry import register_section
from market.goods.views import READERS


def register() -> None:
    """The page of the rules."""
    register_section(
        _("Quy định hàng hóa"),
        "goods_rules",
        lambda viewer: viewer.has_role(*READERS),
        about=_("Luật đòi gì ở từng loại hàng, theo ngày."),
        order=70,
    )
