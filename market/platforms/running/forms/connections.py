"""Credentials, addresses and limits of a connection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from market.platforms.contract import AuthWay, connectable_adapters
from market.platforms.models import Connection
from market.platforms.running.actions.connections import FASTEST
from market.platforms.running.rules import asked_for, auth_way
from onboarding.accounts.models import Platform

_WRONG_ADDRESS = {"invalid": _("Địa chỉ chưa đúng. Hãy chép lại, bắt đầu bằng https://."), "required": _("Hãy ghi địa chỉ gọi của sàn.")}  # fmt: skip


def _address(label: Any, help_text: Any, *, required: bool) -> forms.URLField:
    widget = forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"})
    return forms.URLField(
        label=label, help_text=help_text, required=required, max_length=200, assume_scheme="https", widget=widget,
        error_messages=_WRONG_ADDRESS,
    )  # fmt: skip


class ConnectForm(forms.Form):
    """Which platform, and which software it runs."""

    platform = forms.ModelChoiceField(
        label=_("Sàn"),
        queryset=Platform.objects.none(),
        to_field_name="code",
        empty_label=_("Chọn sàn"),
        error_messages={"required": _("Hãy chọn sàn."), "invalid_choice": _("Sàn này đã nối rồi. Hãy chọn sàn khác.")},
    )
    adapter = forms.ChoiceField(
        label=_("Phần mềm của sàn"),
        widget=forms.RadioSelect,
        help_text=_("Hỏi người quản trị của sàn nếu chưa biết."),
        error_messages={"required": _("Hãy chọn phần mềm của sàn.")},
    )

    def __init__(self, *args: Any, platforms: QuerySet[Platform], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["platform"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = platforms
        adapters = self.fields["adapter"]
        assert isinstance(adapters, forms.ChoiceField)
        adapters.choices = list(connectable_adapters().items())


class AuthoriseForm(forms.Form):
    """What the adapter asks for. What was typed is never written into the page again."""

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The simulated platform stands where the settings say: nobody may point its calls elsewhere.
        if not connection.platform.is_simulation:
            self.fields["base_url"] = _address(
                _("Địa chỉ gọi"), _("Nơi sàn nhận lệnh, theo tài liệu của sàn."), required=True
            )
            self.fields["public_url"] = _address(
                _("Trang cho người mua"), _("Để trống nếu giống địa chỉ gọi."), required=False
            )
            self.initial = {"base_url": connection.base_url, "public_url": connection.public_url}
        self._names = asked_for(connection)
        self._is_key = auth_way(connection) is AuthWay.KEY
        for name, label in self._names.items():
            self.fields[f"secret_{name}"] = forms.CharField(
                label=label,
                max_length=2000,
                widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
                error_messages={"required": _("Hãy nhập mục này.")},
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("base_url", "public_url"):
            if data.get(name) and not data[name].startswith("https://"):
                self.add_error(name, _("Địa chỉ phải bắt đầu bằng https:// để khóa không bị lộ trên đường."))
        for name in self._names:
            value = data.get(f"secret_{name}", "")
            if value and (not value.isprintable() or (self._is_key and not value.isascii())):
                self.add_error(f"secret_{name}", _("Có ký tự lạ. Hãy chép lại từ trang của sàn."))
        return data

    def answers(self) -> dict[str, str]:
        """What was typed, by the adapter's own names."""
        return {name: self.cleaned_data[f"secret_{name}"] for name in self._names}

    def addresses(self) -> dict[str, str]:
        """The addresses that were typed."""
        return {name: self.cleaned_data.get(name, "") for name in ("base_url", "public_url")}


class RateField(forms.FloatField):
    """A number that may have a decimal comma."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


_NUMBER = {"invalid": _("Hãy ghi một số."), "min_value": _("Số này phải lớn hơn 0."), "max_value": _("Số này quá lớn.")}


class LimitsForm(forms.Form):
    """How fast calls may go."""

    rate_limit = RateField(
        label=_("Nhiều nhất mấy lượt một giây"),
        required=False,
        min_value=0.01,
        max_value=FASTEST,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Ví dụ: 2 hoặc 0,5. Bỏ trống thì theo sàn."),
        error_messages=_NUMBER,
    )
    daily_limit = forms.IntegerField(
        label=_("Nhiều nhất mấy lượt một ngày"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Tính theo ngày ở Việt Nam. Bỏ trống thì theo sàn."),
        error_messages=_NUMBER,
    )
