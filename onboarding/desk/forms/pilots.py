"""Making a commune a pilot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.places.finder import find_units
from core.places.models import Level, Unit


class PilotForm(forms.Form):
    """Which commune, from when, by which decision."""

    place = forms.CharField(label=_("Xã, phường"), max_length=100, help_text=_("Tên xã, có thể kèm tên tỉnh."))
    valid_from = forms.DateField(
        label=_("Từ ngày"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: clock.today(),
    )
    decision = forms.CharField(label=_("Theo văn bản"), max_length=120, help_text=_("Ví dụ: 12/QĐ-UBND ngày 5/1/2026."))
    commune: Unit

    def clean_place(self) -> str:
        written = squeeze(self.cleaned_data["place"])
        finding = find_units(written, level=Level.COMMUNE)
        if finding.unit is None:
            names = "; ".join(one.words for one in finding.candidates[:3])
            raise forms.ValidationError(
                _("Chưa rõ xã nào. Ý bạn là: %(names)s? Hãy ghi rõ hơn.") % {"names": names}
                if names
                else _("Không có xã nào tên như vậy. Hãy xem lại.")
            )
        self.commune = Unit.objects.select_related("parent").get(pk=finding.unit.id)
        return written

    def clean_decision(self) -> str:
        return squeeze(self.cleaned_data["decision"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("decision") and "decision" in data:
            self.add_error("decision", _("Hãy ghi văn bản."))
        return data
