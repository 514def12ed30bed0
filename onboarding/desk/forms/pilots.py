"""Making a commune a pilot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.places.forms import CommuneField


class PilotForm(forms.Form):
    """Which commune, from when, by which decision."""

    place = CommuneField(label=_("Xã, phường"))
    valid_from = forms.DateField(
        label=_("Từ ngày"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: clock.today(),
    )
    decision = forms.CharField(label=_("Theo văn bản"), max_length=120, help_text=_("Ví dụ: 12/QĐ-UBND ngày 5/1/2026."))

    def clean_decision(self) -> str:
        return squeeze(self.cleaned_data["decision"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("decision") and "decision" in data:
            self.add_error("decision", _("Hãy ghi văn bản."))
        return data
