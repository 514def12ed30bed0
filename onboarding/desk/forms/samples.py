"""Drawing a sample, and what a second look found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.places.models import Unit
from onboarding.checks.models import Revisit

MONTHS = 6


def past_months(today: date) -> list[tuple[date, date]]:
    """The last six whole months as (first day, first day after), the latest first."""
    ends = [clock.add_months(today.replace(day=1), -back) for back in range(MONTHS)]
    return [(clock.add_months(end, -1), end) for end in ends]


class DrawForm(forms.Form):
    """Which commune, which month, how many in a thousand."""

    commune = forms.ChoiceField(label=_("Xã, phường"))
    month = forms.ChoiceField(label=_("Hộ được ghi trong tháng"))
    per_mille = forms.ChoiceField(
        label=_("Rút bao nhiêu?"),
        choices=[("30", "3 %"), ("40", "4 %"), ("50", "5 %")],
        initial="50",
        widget=forms.RadioSelect,
        help_text=_("Làm tròn lên: ít nhất một hộ."),
    )

    def __init__(self, data: Any = None, *, communes: Collection[Unit]) -> None:
        super().__init__(data)
        self._communes = {each.code: each for each in communes}
        self._months = {f"{start:%Y-%m}": (start, end) for start, end in past_months(clock.today())}
        for name, choices in (
            ("commune", [(code, capfirst(str(each))) for code, each in self._communes.items()]),
            ("month", [(key, f"{start:%m/%Y}") for key, (start, _end) in self._months.items()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def asked(self) -> tuple[Unit, date, date, int]:
        """Commune, first day, first day after, per mille; only after `is_valid()`."""
        data = self.cleaned_data
        return self._communes[data["commune"]], *self._months[data["month"]], int(data["per_mille"])


class RevisitForm(forms.Form):
    """What was found at the door."""

    result = forms.ChoiceField(
        label=_("Bạn thấy thế nào?"),
        choices=[(key, capfirst(label)) for key, label in Revisit.Result.choices],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Ghi chú"), required=False, max_length=300, help_text=_("Chỗ nào khác? Không ghi số giấy tờ.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["note"] = squeeze(data.get("note", ""))
        if data.get("result") == Revisit.Result.DIFFERENT and not data["note"]:
            self.add_error("note", _("Hãy ghi chỗ nào khác."))
        return data
