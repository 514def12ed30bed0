"""What an area is to reach."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.indicators.registry import INDICATORS
from ocop.indicators.targets import units_to_set


class TargetForm(forms.Form):
    """Indicator, place, year, per cent and the document that says so. `unit` is found by its code."""

    indicator = forms.ChoiceField(label=_("Chỉ số"))
    unit_code = forms.ChoiceField(label=_("Địa bàn"))
    year = forms.IntegerField(label=_("Năm"), min_value=2018, initial=lambda: clock.today().year)
    percent = forms.IntegerField(label=_("Mục tiêu, phần trăm"), min_value=1, max_value=100)
    document = forms.CharField(
        label=_("Văn bản giao chỉ tiêu"),
        max_length=200,
        help_text=_("Ghi số, ngày và cơ quan. Ví dụ: 15/KH-UBND ngày 05/01/2026 của UBND tỉnh."),
        error_messages={"required": _("Hãy ghi văn bản giao chỉ tiêu.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = units_to_set(viewer)
        for name, choices in (
            ("indicator", [(each.code, each.name) for each in INDICATORS.values()]),
            ("unit_code", [(str(unit.pk), label) for unit, label in self._units]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def unit(self) -> Unit:
        """The chosen unit, once the form is valid."""
        return next(unit for unit, _label in self._units if str(unit.pk) == self.cleaned_data["unit_code"])
