"""Bringing a result file back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.files.forms import UploadField


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
