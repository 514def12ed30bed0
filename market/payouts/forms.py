"""Reading what the accountant types."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock

MOST = 1_000_000_000_000


class WhyForm(forms.Form):
    """Why, in a sentence."""

    why = forms.CharField(label=_("Lý do"), max_length=200, error_messages={"required": _("Hãy ghi lý do.")})


class SettlementForm(forms.Form):
    """What VNPAY's report says; amounts may be typed with dots."""

    amount = forms.CharField(
        label=_("Số tiền (đồng)"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Hãy ghi số tiền.")},
    )
    on = forms.DateField(
        label=_("Ngày tiền về"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Hãy chọn ngày."), "invalid": _("Hãy chọn ngày.")},
    )
    report_number = forms.CharField(
        label=_("Số báo cáo của VNPAY"),
        max_length=60,
        help_text=_("Mỗi báo cáo chỉ ghi một lần."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Hãy ghi số báo cáo.")},
    )

    def clean_amount(self) -> int:
        written = re.sub(r"[\s.đ]", "", self.cleaned_data["amount"].replace("\u00a0", ""))
        if not written.isascii() or not written.isdecimal() or not 0 < int(written) < MOST:
            raise forms.ValidationError(_("Hãy ghi số tiền bằng chữ số, ví dụ 1.250.000."))
        return int(written)

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > clock.today():
            raise forms.ValidationError(_("Ngày này chưa đến."))
        return day
