"""Choosing a commune by writing its name: works on every phone and asks back when the name is not enough."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.places.finder import find_units, names_today
from core.places.models import Level, Unit

HINT = _("Tên xã, có thể kèm tên tỉnh.")


class CommuneField(forms.CharField):
    """The commune of today (a Unit with its province) that was written, when it is sure which one; else what may be meant is
    named, as it is called today."""

    def __init__(self, *, help_text: Any = HINT, **options: Any) -> None:
        super().__init__(max_length=100, help_text=help_text, **options)

    def clean(self, value: Any) -> Any:
        written = squeeze(super().clean(value))
        finding = find_units(written, level=Level.COMMUNE)
        if finding.unit is None or not finding.unit.is_in_force(clock.today()):
            names = "; ".join(names_today(finding))
            raise forms.ValidationError(
                _("Chưa rõ xã nào. Ý bạn là: %(names)s? Hãy ghi rõ hơn.") % {"names": names}
                if names
                else _("Không có xã nào tên như vậy. Hãy xem lại.")
            )
        return Unit.objects.select_related("parent").get(pk=finding.unit.id)
