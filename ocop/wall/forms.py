"""A new screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.places.models import Unit
from ocop.wall.actions import MAX_NAME
from ocop.wall.rules import LONGEST


class ScreenForm(forms.Form):
    """What the screen is called, whose figures it shows, how long."""

    name = forms.CharField(
        label=_("Tên màn hình"),
        max_length=MAX_NAME,
        initial=_("Màn hình phòng họp"),
        help_text=_("Ghi nơi treo, để sau này biết thu hồi màn hình nào."),
        error_messages={"required": _("Hãy đặt tên cho màn hình.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit = forms.TypedChoiceField(label=_("Địa bàn"), coerce=int)
    days = forms.TypedChoiceField(
        label=_("Dùng trong"),
        coerce=int,
        choices=[(7, _("7 ngày")), (30, _("30 ngày")), (90, _("90 ngày")), (LONGEST.days, _("180 ngày"))],
        initial=90,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, areas: list[tuple[Unit, str]]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(unit.pk, label) for unit, label in areas]

    def expires_at(self) -> datetime:
        """When the link ends by itself; only after `is_valid()`."""
        return clock.now() + timedelta(days=self.cleaned_data["days"])
