"""Phone, then code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import phones


class PhoneForm(forms.Form):
    """The phone a code goes to; `cleaned_data["phone"]` is E.164."""

    phone = forms.CharField(
        label=_("Số điện thoại"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except phones.NotAPhone as error:
            raise forms.ValidationError(_("Số này chưa đúng. Hãy gõ số di động gồm 10 chữ số.")) from error


class CodeForm(forms.Form):
    """Six digits."""

    code = forms.CharField(
        label=_("Mã 6 số"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
