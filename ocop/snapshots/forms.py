"""What is frozen, and why it is frozen once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze


class MakeForm(forms.Form):
    """Which area, as of which day; the action says which days can be frozen."""

    unit = forms.ChoiceField(label=_("Địa bàn"))
    on = forms.DateField(
        label=_("Chốt đến hết ngày"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Thường là ngày cuối của kỳ báo cáo."),
        error_messages={"required": _("Hãy chọn ngày."), "invalid": _("Ngày này không có thật. Hãy chọn lại.")},
    )

    def __init__(self, choices: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


class RestateForm(forms.Form):
    """Why the same area and day is frozen once more."""

    note = forms.CharField(
        label=_("Vì sao chốt lại?"),
        max_length=300,
        help_text=_("Ví dụ: nhập bổ sung 12 quyết định công nhận của tháng 10. Không ghi tên người."),
        error_messages={"required": _("Hãy ghi lý do.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_note(self) -> str:
        """Spaces alone say nothing."""
        note = squeeze(self.cleaned_data["note"])
        if not note:
            raise forms.ValidationError(_("Hãy ghi lý do."))
        return note
