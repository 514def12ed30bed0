"""What a frame is made of, and why it replaces another."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from ocop.frames.models import Frame
from ocop.frames.rules import years_open

_NUMBERS_AT_MOST = 200_000  # characters


class FrameForm(forms.Form):
    """The year, where the list comes from, and the numbers of its households (empty: all that live in the commune)."""

    year = forms.TypedChoiceField(label=_("Mẫu số của năm"), coerce=int)
    source = forms.ChoiceField(label=_("Danh sách lấy từ đâu?"), choices=Frame.Source.choices)
    document = forms.CharField(
        label=_("Số và ngày của danh sách hoặc quyết định"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ: 15/DS-UBND ngày 05/01/2026. Chưa có thì bỏ trống."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    numbers = forms.CharField(
        label=_("Chỉ những hộ có số sau"),
        max_length=_NUMBERS_AT_MOST,
        required=False,
        help_text=_("Bỏ trống để lấy mọi hộ đang sản xuất của xã. Nếu ghi, mỗi dòng một số hộ."),
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("year")
        if field is not None:
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [(year, str(year)) for year in years_open(clock.today())]

    def clean_numbers(self) -> list[int] | None:
        """None: all of the commune."""
        written = self.cleaned_data["numbers"].strip()
        if not written:
            return None
        parts = re.split(r"[\s,;]+", written)
        strange = [part for part in parts if part and not (part.isascii() and part.isdecimal() and len(part) <= 10)]
        if strange:
            raise forms.ValidationError(_("«%(part)s» không phải số hộ. Hãy sửa lại.") % {"part": strange[0][:40]})
        return sorted({int(part) for part in parts if part})


class ReplaceForm(FrameForm):
    """As `FrameForm`, of the same year, and why."""

    reason = forms.CharField(
        label=_("Vì sao thay mẫu số?"),
        max_length=300,
        help_text=_("Ví dụ: rà soát lại sau khi nhập thôn. Lý do hiện cạnh tỷ lệ."),
        error_messages={"required": _("Hãy ghi lý do.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["reason", "source", "document", "numbers"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["year"]

    def clean_reason(self) -> str:
        """Spaces alone say nothing."""
        reason = squeeze(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Hãy ghi lý do."))
        return reason
