"""A promotion as its seller writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from core.kit.money import dong
from market.shops.forms import DongField

# More than this off is asked about: as often a slip of a nought as a decision.
PERCENT_ASKED_ABOUT = 50


class PromotionForm(forms.Form):
    """A lower price than the `usual` one (whole đồng) and its days. A very low one is asked about once, with a box to
    tick."""

    price = DongField(label=_("Giá khuyến mại (đồng)"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    starts_on = date_field(_("Từ ngày"))
    ends_on = date_field(_("Đến hết ngày"))
    sure = forms.BooleanField(label=_("Đúng, tôi muốn giảm nhiều như vậy"), required=False)

    def __init__(self, *args: Any, usual: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.usual = usual
        if not self.is_bound:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_sure = data.pop("sure", False)
        price = data.get("price")
        percent = (self.usual - price) * 100 // self.usual if price and self.usual else 0
        if percent <= PERCENT_ASKED_ABOUT and (self.usual - (price or self.usual)) * 2 <= self.usual:
            del self.fields["sure"]
        elif not is_sure:
            words = _("Giảm %(percent)d %%? Giá từ %(usual)s còn %(price)s. Nếu đúng, hãy đánh dấu ô này rồi ghi lại.")
            told = {"percent": percent, "usual": dong(self.usual), "price": dong(price or 0)}
            self.add_error("sure", words % told)
        return data
