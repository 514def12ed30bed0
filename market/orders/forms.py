"""Checkout."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import phones
from core.kit.text import plain_text, squeeze
from market.orders.actions import Receiver
from market.shops.forms import written


class CheckoutForm(forms.Form):
    """Who receives the goods, and where; their age when something in the basket is for adults only."""

    name = forms.CharField(
        label=_("Họ tên người nhận"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Số điện thoại"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    address = forms.CharField(
        label=_("Địa chỉ nhận hàng"),
        max_length=300,
        help_text=_("Số nhà, đường hoặc ấp, xã phường, tỉnh thành."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )

    of_age = forms.BooleanField(
        label=_("Tôi xác nhận người mua và người nhận từ đủ 18 tuổi"),
        error_messages={
            "required": _("Trong giỏ có hàng chỉ bán cho người từ đủ 18 tuổi. Hãy xác nhận, hoặc bỏ hàng đó.")
        },
    )

    def __init__(self, *args: Any, for_adults: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_adults:
            del self.fields["of_age"]

    def clean_name(self) -> str:
        return written(squeeze(self.cleaned_data["name"]))

    def clean_address(self) -> str:
        return written(plain_text(self.cleaned_data["address"], 300))

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except phones.NotAPhone as error:
            raise forms.ValidationError(_("Số này chưa đúng. Hãy gõ đủ 10 số, ví dụ 0912 345 678.")) from error

    def receiver(self) -> Receiver:
        """What the action needs; only after `is_valid()`."""
        return Receiver(**{name: self.cleaned_data[name] for name in ("name", "phone", "address")})
