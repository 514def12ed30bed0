"""The bank account of a shop, and the mistakes people make with it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.numbers import NotABankAccount, normalise_bank_account
from core.kit.phones import NotAPhone, normalise
from core.kit.text import fold_words, squeeze
from market.shops.banks import banks

_CARD = re.compile(r"9704\d{12}|9704\d{15}|[45]\d{15}")


class BankForm(forms.Form):
    """Typed twice, because a wrong digit sends somebody's money to a stranger; never shown again whole."""

    bank = forms.ChoiceField(label=_("Ngân hàng"), error_messages={"required": _("Hãy chọn ngân hàng.")})
    account = forms.CharField(
        label=_("Số tài khoản"),
        max_length=30,
        help_text=_("Xem trong ứng dụng ngân hàng. Không phải số in trên thẻ."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("Gõ lại số tài khoản"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=_("Tên chủ tài khoản"),
        max_length=120,
        help_text=_("Như trong ứng dụng ngân hàng. Có dấu hay không dấu đều được."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bank"]
        assert isinstance(field, forms.ChoiceField)
        offered = [(bank.bin, f"{bank.short_name} – {bank.name}") for bank in banks().values()]
        field.choices = [("", _("Chọn ngân hàng")), *offered]

    def clean_account(self) -> str:
        try:
            number = normalise_bank_account(self.cleaned_data["account"])
        except NotABankAccount as error:
            raise forms.ValidationError(str(error)) from error
        if _CARD.fullmatch(number):
            raise forms.ValidationError(_("Đây là số in trên thẻ. Hãy ghi số tài khoản."))
        return number

    def clean_holder(self) -> str:
        name = fold_words(squeeze(self.cleaned_data["holder"])).upper()
        if not name:
            raise forms.ValidationError(_("Hãy ghi mục này."))
        if any(sign.isdigit() for sign in name) and not any(sign.isalpha() for sign in name):
            raise forms.ValidationError(_("Đây là một số. Hãy ghi tên người hoặc tên đơn vị."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "account" in data and "again" in data and _plain(data["again"]) != data["account"]:
            self.add_error("again", _("Hai lần gõ khác nhau. Hãy xem lại từng số."))
        return data

    def looks_like_a_phone(self) -> bool:
        """Whether the number is somebody's phone: some banks give those, so it is said and not refused; after `is_valid()`."""
        try:
            normalise(self.cleaned_data["account"])
        except NotAPhone:
            return False
        return True


def _plain(written: str) -> str:
    return re.sub(r"[\s.\-]", "", written).upper()
