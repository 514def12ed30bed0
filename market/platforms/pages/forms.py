"""What an operator says about looking at a platform's pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from core.kit import clock
from onboarding.accounts.actions.looking import LONGEST


class RobotsForm(forms.Form):
    """Whether our robot may look, since when, and on what ground."""

    is_granted = forms.TypedChoiceField(
        label=_("Máy có được xem trang bán không?"),
        choices=[("yes", _("Được xem")), ("no", _("Không được xem"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Hãy chọn một trong hai.")},
    )
    since = date_field(_("Từ ngày"), initial=clock.today)
    ground = forms.CharField(
        label=_("Căn cứ"),
        max_length=200,
        help_text=_("Điều khoản nào của sàn, hoặc ai đã cho phép, văn bản nào."),
        error_messages={"required": _("Hãy ghi căn cứ.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SeenWithinForm(forms.Form):
    """For how many days a page counts as live after it was seen, and since when."""

    days = forms.IntegerField(
        label=_("Một lần thấy được tính trong bao nhiêu ngày?"),
        min_value=1,
        max_value=LONGEST,
        error_messages={
            "required": _("Hãy ghi số ngày."),
            "invalid": _("Hãy ghi số ngày bằng chữ số."),
            "min_value": _("Số ngày phải từ 1 trở lên."),
            "max_value": _("Số ngày phải từ 366 trở xuống."),
        },
    )
    since = date_field(_("Từ ngày"), initial=clock.today)
