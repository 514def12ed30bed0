"""The code of the authenticator app."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SecondFactorForm(forms.Form):
    """Six digits from the app, or a recovery code."""

    code = forms.CharField(
        label=_("Mã trong ứng dụng xác thực"),
        max_length=20,
        help_text=_("6 số đang hiện trên điện thoại của bạn. Mất điện thoại thì gõ một mã dự phòng 8 số."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class EnrolForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("Mã 6 số ứng dụng đang hiện"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
