"""What one may choose on the boards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from ocop.presence.rules import EARLIEST_DAY


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ScopeForm(forms.Form):
    """Which area, as of which day. Empty: the whole area of the person, today."""

    unit = forms.ChoiceField(label=_("Địa bàn"), required=False)
    on = forms.DateField(label=_("Tính đến ngày"), required=False, widget=_day_input())

    def __init__(self, data: Mapping[str, Any], choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_on(self) -> date | None:
        """Tomorrow has not been seen yet."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and day > clock.today():
            raise forms.ValidationError(_("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước."))
        if day is not None and day < EARLIEST_DAY:
            raise forms.ValidationError(_("Số liệu bắt đầu từ 01/01/2018. Hãy chọn ngày sau đó."))
        return day


class LinkForm(forms.Form):
    """The tick that is required when the two makers' names differ."""

    same_maker = forms.BooleanField(label=_("Tôi xác nhận đây là cùng một chủ thể"), required=False)


class RevokeForm(forms.Form):
    """From which day, and why, a certificate no longer holds."""

    on = forms.DateField(label=_("Thu hồi từ ngày"), widget=_day_input())
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=200,
        help_text=_("Ghi số quyết định thu hồi và lý do, không ghi tên người."),
    )
