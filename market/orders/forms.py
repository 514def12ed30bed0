"""Checkout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import phones
from core.kit.text import plain_text, squeeze
from core.places.forms import CommuneField
from market.orders.actions import Receiver
from market.orders.models import Method
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
        help_text=_("Số nhà, đường hoặc ấp, thôn, khu phố."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    commune = CommuneField(
        label=_("Xã, phường, đặc khu"),
        help_text=_("Tên hiện nay, kèm tên tỉnh. Ví dụ: Bắc Ruộng, Lâm Đồng. Tiền giao hàng tính theo nơi này."),
    )
    method = forms.ChoiceField(label=_("Cách trả tiền"), widget=forms.RadioSelect)

    of_age = forms.BooleanField(
        label=_("Tôi xác nhận người mua và người nhận từ đủ 18 tuổi"),
        error_messages={
            "required": _("Trong giỏ có hàng chỉ bán cho người từ đủ 18 tuổi. Hãy xác nhận, hoặc bỏ hàng đó.")
        },
    )

    def __init__(self, *args: Any, methods: Sequence[Method], for_adults: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["method"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(method.value, method.label) for method in methods]
        choice.initial, choice.required = (methods[0].value if methods else ""), len(methods) > 1
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

    def clean_method(self) -> str:
        """The only way there is need not be chosen."""
        return self.cleaned_data["method"] or str(self.fields["method"].initial)

    def receiver(self) -> Receiver:
        """What the action needs; only after `is_valid()`."""
        return Receiver(**{name: self.cleaned_data[name] for name in ("name", "phone", "address", "commune")})


class SendingForm(forms.Form):
    """Who carries a parcel, if the shop wants to say it."""

    carrier = forms.CharField(label=_("Đơn vị giao"), max_length=60, required=False)
    tracking = forms.CharField(label=_("Mã vận đơn"), max_length=40, required=False)


class ReasonForm(forms.Form):
    """Why an order is called off, sent back or not taken back; the other side reads it."""

    reason = forms.CharField(
        label=_("Lý do"), max_length=200, error_messages={"required": _("Hãy ghi lý do, bên kia sẽ đọc.")}
    )

    def clean_reason(self) -> str:
        return written(squeeze(self.cleaned_data["reason"]))
