"""Joining by phone, and asking to sell here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit.numbers import NotATaxCode, normalise_tax_code
from core.kit.text import squeeze
from core.people.codes.forms import PhoneForm
from core.places.forms import CommuneField
from onboarding.producers.applications.actions import ApplicationFacts
from onboarding.producers.applications.rules import KINDS


def _text(data: dict[str, Any], name: str) -> str:
    text = squeeze(data[name])
    if not text:
        raise forms.ValidationError(_("Hãy ghi mục này."))
    return text


class JoinForm(PhoneForm):
    """Who is there, and the phone the code goes to."""

    full_name = forms.CharField(
        label=_("Họ và tên của bạn"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["full_name", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["phone"].widget.attrs["autofocus"]  # it is the second question here

    def clean_full_name(self) -> str:
        return _text(self.cleaned_data, "full_name")


class ApplicationForm(forms.Form):
    """Who wants to sell. The phone is the one they have signed in with."""

    kind = forms.ChoiceField(
        label=_("Bạn đăng ký cho ai?"),
        choices=[(kind.value, capfirst(str(kind.label))) for kind in KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một loại.")},
    )
    name = forms.CharField(label=_("Tên đơn vị"), max_length=160, help_text=_("Tên như trên giấy đăng ký kinh doanh."))
    tax_code = forms.CharField(
        label=_("Mã số thuế"),
        max_length=20,
        help_text=_(
            "10 số, 13 số của chi nhánh; hộ kinh doanh dùng 12 số định danh của chủ hộ. Số này không đưa lên trang."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    commune = CommuneField(label=_("Xã, phường, đặc khu"), help_text=_("Nơi đặt trụ sở. Ví dụ: Bắc Ruộng, Lâm Đồng."))
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, help_text=_("Số nhà, đường, ấp. Chỉ cán bộ xã thấy."))
    contact = forms.CharField(label=_("Người liên hệ"), max_length=120)
    shows_phone = forms.BooleanField(
        label=_("Cho người mua thấy số điện thoại này"),
        required=False,
        help_text=_("Số bạn dùng để đăng nhập. Không chọn thì chỉ xã thấy. Bạn đổi ý lúc nào cũng được."),
    )

    def clean_name(self) -> str:
        return _text(self.cleaned_data, "name")

    def clean_address(self) -> str:
        return _text(self.cleaned_data, "address")

    def clean_contact(self) -> str:
        return _text(self.cleaned_data, "contact")

    def clean_tax_code(self) -> str:
        try:
            return normalise_tax_code(self.cleaned_data["tax_code"])
        except NotATaxCode as error:
            raise forms.ValidationError(str(error)) from error

    def facts(self) -> ApplicationFacts:
        """Only after `is_valid()`."""
        return ApplicationFacts(**self.cleaned_data)


class RefusalForm(forms.Form):
    """Why the commune does not take them."""

    reason = forms.CharField(
        label=_("Vì sao chưa nhận?"),
        max_length=300,
        help_text=_("Người đăng ký đọc lời này. Hãy nói rõ cần làm gì tiếp."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        return _text(self.cleaned_data, "reason")
