"""What stands on a paper, with its scan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from core.files.forms import UploadField
from core.files.uploads import UploadRefused
from core.kit import clock
from core.kit.text import squeeze
from onboarding.papers.actions import PaperFacts
from onboarding.papers.models import PaperKind
from onboarding.papers.scanning import Scan, read_scan


class PaperForm(forms.Form):
    """One paper. `scan` after `is_valid()` is the read file or None."""

    kind = forms.ChoiceField(label=_("Loại giấy"), choices=[("", _("Chọn loại giấy")), *PaperKind.choices])
    number = forms.CharField(label=_("Số giấy"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    issuer = forms.CharField(label=_("Nơi cấp"), max_length=160, help_text=_("Như ghi trên giấy."))
    scope = forms.CharField(
        label=_("Cho hàng nào"), max_length=160, required=False, help_text=_("Ví dụ: hạt điều rang muối.")
    )
    issued_on = date_field(_("Ngày cấp"))
    valid_until = date_field(
        _("Hết hạn ngày"), required=False, help_text=_("Ngày cuối cùng còn giá trị. Bỏ trống nếu giấy không ghi hạn.")
    )
    scan = UploadField(
        label=_("Ảnh chụp hoặc PDF"),
        required=False,
        help_text=_("Chỉ bạn, người làm thay và cán bộ xã xem được. Người mua chỉ thấy loại giấy, số, nơi cấp và hạn."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )

    def clean_number(self) -> str:
        return self._written("number")

    def clean_issuer(self) -> str:
        return self._written("issuer")

    def clean_scope(self) -> str:
        return squeeze(self.cleaned_data["scope"])

    def clean_issued_on(self) -> Any:
        day = self.cleaned_data["issued_on"]
        if day > clock.today():
            raise forms.ValidationError(_("Ngày cấp chưa đến. Hãy xem lại trên giấy."))
        return day

    def clean_scan(self) -> Scan | None:
        upload = self.cleaned_data["scan"]
        if not upload:
            return None
        try:
            return read_scan(upload)
        except UploadRefused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("issued_on"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("Ngày hết hạn phải sau ngày cấp. Hãy xem lại hai ngày."))
        return data

    def facts(self) -> PaperFacts:
        """What the action needs; only after `is_valid()`."""
        data = self.cleaned_data
        return PaperFacts(**{name: data[name] for name in PaperFacts.__dataclass_fields__})

    def _written(self, name: str) -> str:
        text = squeeze(self.cleaned_data[name])
        if not text:
            raise forms.ValidationError(_("Hãy ghi như trên giấy."))
        return text


class MismatchForm(forms.Form):
    """What is not like the original."""

    reason = forms.CharField(
        label=_("Không khớp chỗ nào?"),
        max_length=300,
        help_text=_("Người bán đọc lời này. Hãy nói rõ cần sửa gì."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        text = squeeze(self.cleaned_data["reason"])
        if not text:
            raise forms.ValidationError(_("Hãy ghi không khớp chỗ nào."))
        return text
