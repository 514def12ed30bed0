"""Why an account is closed, or opened again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from core.kit import clock
from core.kit.text import squeeze
from onboarding.accounts.models import AccountActivity

_LINK = forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"})
_WRONG_LINK = {"invalid": _("Liên kết chưa đúng. Hãy mở trang đó rồi chép lại.")}


class ReopenForm(forms.Form):
    """Why it is open again, and a page that shows it."""

    reason = forms.CharField(
        label=_("Vì sao mở lại?"),
        max_length=200,
        help_text=_("Ví dụ: đóng nhầm, hộ bán lại."),
        error_messages={"required": _("Hãy ghi lý do.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    evidence_url = forms.URLField(
        label=_("Liên kết bằng chứng"),
        max_length=400,
        required=False,
        assume_scheme="https",
        help_text=_("Trang cho thấy gian hàng đang mở. Có thể bỏ trống."),
        error_messages=_WRONG_LINK,
        widget=_LINK,
    )

    def clean_reason(self) -> str:
        reason = squeeze(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Hãy ghi lý do."))
        return reason


class CloseForm(ReopenForm):
    """Since when it is closed, why, and the page that shows it."""

    on = date_field(_("Đóng từ ngày"), initial=clock.today)
    reason = forms.CharField(
        label=_("Vì sao đóng?"),
        max_length=200,
        help_text=_("Ví dụ: hộ không bán nữa, sàn khóa gian hàng."),
        error_messages={"required": _("Hãy ghi lý do.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    evidence_url = forms.URLField(
        label=_("Liên kết bằng chứng"),
        max_length=400,
        assume_scheme="https",
        help_text=_("Trang cho thấy gian hàng đã đóng, ví dụ trang của gian hàng trên sàn."),
        error_messages=_WRONG_LINK | {"required": _("Hãy ghi liên kết để người khác xem lại được.")},
        widget=_LINK,
    )
    field_order = ["on", "reason", "evidence_url"]


class ActivityForm(forms.Form):
    """What was done, when, and who says so. A platform's report comes with its file, not here."""

    kind = forms.ChoiceField(label=_("Hộ đã làm gì trên sàn?"), choices=AccountActivity.Kind.choices)
    happened_on = date_field(_("Ngày nào?"), initial=clock.today)
    source = forms.ChoiceField(
        label=_("Ai cho biết?"),
        choices=[
            (value, label)
            for value, label in AccountActivity.Source.choices
            if value != AccountActivity.Source.PLATFORM
        ],
    )
    note = forms.CharField(
        label=_("Ghi chú"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ: một đơn 2 ký hạt điều. Không ghi tên, điện thoại người mua."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
