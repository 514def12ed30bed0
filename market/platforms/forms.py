"""Bringing a result file back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MAX_RESULT_BYTES = 10_000_000


class ResultForm(forms.Form):
    """The answered sheet."""

    file = forms.FileField(
        label=_("Tệp kết quả"),
        help_text=_(
            "Chính tệp bảng đã gửi đi, thêm các cột Mã trên sàn, Liên kết, Kết quả, Lý do. Nhận xlsx, xls, ods, csv."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
        error_messages={"required": _("Hãy chọn tệp kết quả."), "empty": _("Tệp này trống. Hãy chọn tệp khác.")},
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_RESULT_BYTES:
            raise forms.ValidationError(_("Tệp này nặng quá 10 MB. Hãy tách nhỏ rồi gửi từng phần."))
        return file
