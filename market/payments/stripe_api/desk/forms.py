"""Naming an application, and a key of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from market.payments.stripe_api.models import ConnectedApplication
from market.payments.stripe_api.rules import why_no_key
from onboarding.producers.models import Producer


def _plain_name(written: str) -> str:
    name = squeeze(written)
    if not name:
        raise forms.ValidationError(_("Hãy đặt tên."))
    return name


class ApplicationForm(forms.Form):
    """What a program is called, and for whom it takes payments where one owns several."""

    producer = forms.ChoiceField(label=_("Tiền trả cho"))
    name = forms.CharField(
        label=_("Tên ứng dụng"),
        max_length=80,
        help_text=_("Người trả tiền đọc tên này. Ví dụ: Cửa hàng mạng của vườn An."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None, producers: Sequence[Producer]) -> None:
        super().__init__(data)
        self._producers = {str(producer.pk): producer for producer in producers}
        if len(producers) == 1:
            del self.fields["producer"]
        else:
            choice = self.fields["producer"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [(number, producer.name) for number, producer in self._producers.items()]

    def clean_name(self) -> str:
        return _plain_name(self.cleaned_data["name"])

    def producer_chosen(self) -> Producer:
        """Whose it is to be; only after `is_valid()`."""
        return self._producers[self.cleaned_data.get("producer", next(iter(self._producers)))]


class KeyForm(forms.Form):
    """What a key is called, and whether it takes money in earnest. A mode in which nothing can be paid says why."""

    mode = forms.ChoiceField(
        label=_("Loại khóa"),
        choices=[("thu", _("Khóa thử: không có tiền thật")), ("that", _("Khóa thật: người mua trả tiền thật"))],
        initial="thu",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Tên khóa"),
        max_length=80,
        help_text=_("Ghi nơi sẽ dùng khóa, ví dụ: Máy chủ cửa hàng."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None, application: ConnectedApplication) -> None:
        super().__init__(data)
        self._application = application

    def clean_name(self) -> str:
        return _plain_name(self.cleaned_data["name"])

    def clean_mode(self) -> str:
        mode = str(self.cleaned_data["mode"])
        if reason := why_no_key(self._application, is_live=mode == "that"):
            raise forms.ValidationError(reason)
        return mode

    @property
    def is_live(self) -> bool:
        """Whether real money is meant; only after `is_valid()`."""
        return bool(self.cleaned_data["mode"] == "that")
