"""Three small forms: in, counted, lost. Each is sent with a word of its own, so that sent twice it counts once."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from market.listings.forms.fields import NumberField
from market.listings.stockroom.actions import MOST


class _MoveForm(forms.Form):
    token = forms.RegexField(r"^[\w-]{16,24}$", widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Ghi chú"), max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", secrets.token_urlsafe(12))

    def clean_reason(self) -> str:
        return squeeze(self.cleaned_data["reason"])

    @property
    def reference(self) -> str:
        """What makes this sending known again, and tells it from another one of the same page; only after `is_valid()`."""
        said = [str(value) for name, value in sorted(self.cleaned_data.items()) if name != "token"]
        what = sha256("\n".join([type(self).__name__, *said]).encode()).hexdigest()[:10]
        return f"page:{self.cleaned_data['token']}:{what}"

    def renew(self, held: int) -> None:
        """Another token, beside what lies in the store now: what is sent next from this page is a request of its own."""
        self.data = {**self.data, "token": secrets.token_urlsafe(12), "seen": str(held)}


class InForm(_MoveForm):
    """Goods brought in."""

    quantity = NumberField(
        label=_("Nhập thêm"), least=1, most=MOST, say=_("Số nhập thêm là số tròn từ 1 trở lên, ví dụ 20.")
    )
    field_order = ("quantity", "reason", "token")


class CountForm(_MoveForm):
    """Goods counted: all that lies there, what orders hold as well."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    counted = NumberField(
        label=_("Đếm được trong kho"),
        least=0,
        most=MOST,
        say=_("Số đếm được là số tròn từ 0 trở lên, ví dụ 20."),
        help_text=_("Kể cả phần đơn đang giữ."),
    )
    field_order = ("counted", "reason", "seen", "token")


class LostForm(_MoveForm):
    """Goods written off."""

    quantity = NumberField(
        label=_("Số hư hao"), least=1, most=MOST, say=_("Số hư hao là số tròn từ 1 trở lên, ví dụ 2.")
    )
    reason = forms.CharField(
        label=_("Lý do"), max_length=160, help_text=_("Ví dụ: dập khi chở, quá hạn, cho dùng thử.")
    )
    field_order = ("quantity", "reason", "token")
