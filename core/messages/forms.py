"""What people choose to get."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.messages.contract import Channel, Purpose
from core.messages.queries import ChoiceLine

_LABELS = {
    (Purpose.SERVICE, Channel.SMS): _("Nhắn SMS cho tôi khi có việc gấp: đơn hàng, tin bị từ chối"),
    (Purpose.SERVICE, Channel.EMAIL): _("Gửi thư điện tử khi có việc của tôi"),
    (Purpose.ADVERT, Channel.INBOX): _("Tin giới thiệu trong hộp thư ở đây"),
    (Purpose.ADVERT, Channel.SMS): _("Tin giới thiệu bằng SMS, nhiều nhất một tin một ngày"),
    (Purpose.ADVERT, Channel.EMAIL): _("Tin giới thiệu bằng thư điện tử, nhiều nhất một thư một ngày"),
}
_NO_PHONE = _("Bạn chưa có số điện thoại nên chưa gửi được. Ghi số ở trang Tài khoản, mục Số điện thoại.")


class ChoicesForm(forms.Form):
    """One box for each channel and purpose that may be chosen."""

    def __init__(self, lines: list[ChoiceLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            if line.channel == Channel.EMAIL and not line.reaches:
                continue  # there is no page to give an address
            note = "" if line.reaches else _NO_PHONE
            self.fields[line.name] = forms.BooleanField(
                label=_LABELS[line.purpose, line.channel], required=False, initial=line.allowed, help_text=note
            )

    @property
    def wanted(self) -> dict[str, bool]:
        """Yes or no by line."""
        return {name: bool(value) for name, value in self.cleaned_data.items()}

    def of(self, purpose: str) -> list[forms.BoundField]:
        """The boxes of one purpose."""
        return [self[name] for name in self.fields if name.startswith(f"{purpose}_")]

    @property
    def service(self) -> list[forms.BoundField]:
        """The boxes about one's own affairs."""
        return self.of(Purpose.SERVICE)

    @property
    def advert(self) -> list[forms.BoundField]:
        """The boxes about advertising, empty by default."""
        return self.of(Purpose.ADVERT)
