"""Naming a key and saying how long it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.people.keys.rules import KEY_LIFE


class KeyForm(forms.Form):
    """What a program's key is called, and until when it opens anything."""

    name = forms.CharField(
        label=_("Tên khóa"),
        max_length=80,
        help_text=_("Ghi phần mềm nào dùng, ví dụ: Bảng điều hành của tỉnh."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        label=_("Dùng trong"),
        coerce=int,
        choices=[(30, _("30 ngày")), (90, _("90 ngày")), (KEY_LIFE.days, _("một năm"))],
        initial=KEY_LIFE.days,
        widget=forms.RadioSelect,
    )

    def clean_name(self) -> str:
        name = squeeze(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Hãy đặt tên cho khóa."))
        return name

    def expires_at(self) -> datetime:
        """When the key ends by itself; only after `is_valid()`."""
        data: dict[str, Any] = self.cleaned_data
        return clock.now() + timedelta(days=data["days"])
