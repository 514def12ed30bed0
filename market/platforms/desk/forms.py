"""What operators type in: a result file, the columns of a sheet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.files.forms import UploadField
from core.kit.text import squeeze
from market.platforms.sheets.columns import COLUMNS_LIMIT, FIELDS, HEADING_LIMIT, column_of
from market.platforms.sheets.layout import Column


class ResultForm(forms.Form):
    """The answered sheet."""

    file = UploadField(
        label=_("Tệp kết quả"),
        help_text=_(
            "Chính tệp bảng đã gửi đi, thêm các cột Mã trên sàn, Liên kết, Kết quả, Lý do. Nhận tệp .xlsx hoặc .csv."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Hãy chọn tệp kết quả."), "empty": _("Tệp này trống. Hãy chọn tệp khác.")},
    )


class ColumnForm(forms.Form):
    """One column of a sheet: its place, which of our fields stands there, and what the platform calls it."""

    order = forms.IntegerField(
        label=_("Thứ tự"),
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    field = forms.ChoiceField(
        label=_("Điều của ta"),
        choices=[("", _("Bỏ cột này")), *((key, words[0]) for key, words in FIELDS.items())],
        required=False,
    )
    heading = forms.CharField(label=_("Tên cột trên bảng"), max_length=HEADING_LIMIT, required=False)

    def clean_heading(self) -> str:
        """In one line, without outer space."""
        return squeeze(self.cleaned_data["heading"])

    def clean(self) -> dict[str, Any]:
        """A field needs a heading; a heading alone is a column that nobody would fill."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("field") and not cleaned.get("heading"):
            self.add_error("heading", _("Hãy ghi tên cột, hoặc chọn «Bỏ cột này»."))
        return cleaned


MORE_COLUMNS = 3
ColumnFormSet = forms.formset_factory(ColumnForm, extra=MORE_COLUMNS, max_num=COLUMNS_LIMIT, absolute_max=COLUMNS_LIMIT)


def columns_in(columns: forms.BaseFormSet[ColumnForm]) -> list[Column]:
    """The columns that are kept of a valid set, in the order that was typed; without one, as they stand on the page."""
    kept = [(place, form.cleaned_data) for place, form in enumerate(columns.forms) if form.cleaned_data.get("field")]
    kept.sort(key=lambda each: (each[1].get("order") or 1000, each[0]))
    return [column_of(said["field"], said["heading"]) for _place, said in kept]


class NoteForm(forms.Form):
    """Why there is another version."""

    note = forms.CharField(label=_("Vì sao đổi mẫu"), max_length=200, required=False)
