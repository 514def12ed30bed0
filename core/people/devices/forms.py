"""PINs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.people.devices.actions import check_pin
from core.people.devices.models import TrustedDevice


def pin_input(complete: str) -> forms.PasswordInput:
    """Digits that nobody reads over a shoulder."""
    return forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": complete, "maxlength": "6"})


class PinForm(forms.Form):
    """Who, and their PIN."""

    device = forms.TypedChoiceField(label=_("Bạn là ai?"), coerce=int, widget=forms.RadioSelect)
    pin = forms.CharField(label=_("Mã PIN 6 số"), max_length=6, widget=pin_input("off"))

    def __init__(self, *args: Any, members: list[TrustedDevice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["device"].choices = [(each.pk, each.user.full_name) for each in members]  # type: ignore[attr-defined]
        if len(members) == 1:
            self.fields["device"].initial = members[0].pk


class NewPinForm(forms.Form):
    """A PIN for this device, twice."""

    name = forms.CharField(
        label=_("Gọi thiết bị này là"), max_length=60, help_text=_("Ví dụ: điện thoại của tôi, máy chung của tổ.")
    )
    pin = forms.CharField(
        label=_("Mã PIN 6 số"),
        max_length=6,
        help_text=_("Đừng dùng ngày sinh hay số nhà. Gõ sai 5 lần thì phải lấy mã qua điện thoại."),
        widget=pin_input("off"),
        validators=[check_pin],
    )
    again = forms.CharField(label=_("Gõ lại mã PIN"), max_length=6, widget=pin_input("off"))

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("pin", again):
            raise forms.ValidationError(_("Hai lần gõ không giống nhau. Hãy gõ lại."))
        return again
