"""What people write into the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from ocop.catalogue.actions import Found
from ocop.catalogue.decimals import NotANumber, parse_decimal
from ocop.catalogue.models import Group, Measure
from ocop.catalogue.rules import EARLIEST_DAY, FIRST_YEAR

_SOURCE = _("Ghi số, ngày và cơ quan. Ví dụ: 120/BC-UBND ngày 15/06/2026 của UBND tỉnh.")


def _line(**more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **more})


class VietnameseDecimalField(forms.CharField):
    """A number written "12,5"; None where it is empty."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})

    def clean(self, value: Any) -> Decimal | None:
        """What was written, as a number."""
        written = super().clean(value)
        if not written:
            return None
        try:
            return parse_decimal(written)
        except NotANumber as error:
            raise forms.ValidationError(str(error)) from error


class FoundForm(forms.Form):
    """What a source says. The bounds of a value are the action's."""

    value = VietnameseDecimalField(
        label=_("Số liệu"),
        required=False,
        help_text=_("Dấu phẩy trước phần lẻ, ví dụ 12,5. Bỏ trống nếu ghi tử số và mẫu số."),
    )
    numerator = forms.IntegerField(
        label=_("Tử số"),
        required=False,
        min_value=0,
        max_value=10**12,
        help_text=_("Chỉ với tỷ lệ phần trăm, nếu nguồn có ghi."),
    )
    denominator = forms.IntegerField(label=_("Mẫu số"), required=False, min_value=1, max_value=10**12)
    source = forms.CharField(
        label=_("Nguồn"),
        max_length=200,
        help_text=_SOURCE,
        error_messages={"required": _("Hãy ghi nguồn.")},
        widget=_line(),
    )
    link = forms.URLField(
        label=_("Liên kết đến nguồn"),
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": _("Địa chỉ này không đúng. Hãy chép lại từ thanh địa chỉ, bắt đầu bằng https://.")},
    )

    @property
    def found(self) -> Found:
        """What was written, once the form is valid."""
        said = self.cleaned_data
        return Found(said["value"], said["source"], said["link"], said["numerator"], said["denominator"])


class FigureForm(FoundForm):
    """The same as of a day."""

    as_of = forms.DateField(
        label=_("Số liệu tính đến ngày"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Hãy chọn ngày."), "invalid": _("Ngày này không có thật. Hãy chọn lại.")},
    )
    field_order = ("as_of",)

    def clean_as_of(self) -> Any:
        """Tomorrow is not known yet."""
        day = self.cleaned_data["as_of"]
        if day > clock.today():
            raise forms.ValidationError(_("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước."))
        if day < EARLIEST_DAY:
            raise forms.ValidationError(_("Số liệu bắt đầu từ 01/01/2018. Hãy chọn ngày sau đó."))
        return day


class CorrectionForm(FoundForm):
    """Another figure of the same day, or none, and why."""

    is_withdrawn = forms.BooleanField(
        label=_("Rút số này, không có số thay"),
        required=False,
        help_text=_("Ngày ấy sẽ lại là «chưa có số liệu». Lịch sử vẫn giữ số đã rút."),
    )
    reason = forms.CharField(
        label=_("Vì sao sửa?"),
        max_length=300,
        help_text=_("Ví dụ: báo cáo đính chính ngày 20/06/2026. Không ghi tên người."),
        error_messages={"required": _("Hãy ghi lý do.")},
        widget=_line(),
    )


class TermsForm(forms.Form):
    """Who answers for it, how it is worked out."""

    owner = forms.CharField(
        label=_("Cơ quan phụ trách"),
        max_length=160,
        required=False,
        help_text=_("Tên sở, ngành; không ghi tên người."),
        widget=_line(),
    )
    formula = forms.CharField(
        label=_("Cách tính"),
        max_length=1000,
        required=False,
        help_text=_(
            "Tử số là gì, mẫu số là gì, lấy từ đâu. Mỗi lần sửa là một phiên bản mới; số đã nhập giữ phiên bản của nó."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TargetForm(forms.Form):
    """What is to be reached, by which document."""

    place = forms.ChoiceField(label=_("Mục tiêu của"))
    year = forms.IntegerField(
        label=_("Năm"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=2100,
        help_text=_("Bỏ trống nếu văn bản không ghi năm."),
    )
    value = VietnameseDecimalField(
        label=_("Mục tiêu"), required=False, help_text=_("Ví dụ 12,5. Bỏ trống để bỏ mục tiêu của năm ấy.")
    )
    is_above = forms.BooleanField(
        label=_("Phải vượt số này"), required=False, help_text=_("Văn bản ghi «trên» chứ không phải «từ» hay «đạt».")
    )
    document = forms.CharField(
        label=_("Văn bản giao, hoặc lý do bỏ mục tiêu"),
        max_length=200,
        help_text=_SOURCE,
        error_messages={"required": _("Hãy ghi văn bản giao mục tiêu.")},
        widget=_line(),
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places


class NewIndicatorForm(forms.Form):
    """A line that the province has for itself."""

    group = forms.ChoiceField(label=_("Nhóm"), choices=Group.choices)
    name = forms.CharField(
        label=_("Tên chỉ số"),
        max_length=160,
        error_messages={"required": _("Hãy ghi tên chỉ số.")},
        widget=_line(),
    )
    measure = forms.ChoiceField(label=_("Đơn vị tính"), choices=Measure.choices)
    measure_words = forms.CharField(
        label=_("Đếm cái gì"),
        max_length=30,
        required=False,
        help_text=_("Chỉ với số lượng, ví dụ: trạm, doanh nghiệp."),
        widget=_line(),
    )
