"""What somebody saw of a drawn page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from ocop.rechecks.models import RecheckLook, RecheckPage
from ocop.rechecks.rules import is_of_product


class LookForm(forms.Form):
    """What was found, the name that stands there, and what was seen in words."""

    result = forms.ChoiceField(
        label=_("Bạn thấy gì?"),
        choices=[(value, capfirst(label)) for value, label in RecheckLook.Result.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một trong ba.")},
    )
    seen_title = forms.CharField(
        label=_("Tên sản phẩm đang đứng trên trang"),
        max_length=200,
        required=False,
        help_text=_("Chép đúng như trên trang. Trang bán thứ khác thì điều đã tính không còn."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_other = forms.BooleanField(
        label=_("Tên khác vì trang nay bán sản phẩm khác"),
        required=False,
        help_text=_("Chỉ đánh dấu khi bạn chắc: trang đó được ghi là «không còn»."),
    )
    evidence_url = forms.URLField(
        label=_("Địa chỉ trang bạn đã thấy"),
        max_length=400,
        required=False,
        assume_scheme="https",
        help_text=_("Có thể bỏ trống."),
        error_messages={"invalid": _("Liên kết chưa đúng. Hãy mở trang đó rồi chép lại.")},
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    note = forms.CharField(
        label=_("Bạn đã xem thế nào, thấy gì?"),
        max_length=300,
        help_text=_("Ví dụ: mở trên điện thoại lúc 9 giờ, còn bán, còn 12 chai. Không ghi tên, điện thoại người mua."),
        error_messages={"required": _("Hãy ghi bạn đã thấy gì.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, page: RecheckPage, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["evidence_url" if page.link_id else "seen_title"]
        self._asks_name = page.link_id is not None and is_of_product(page)
        if not self._asks_name:
            del self.fields["is_other"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["note"] = squeeze(data.get("note", ""))
        if not data["note"] and "note" not in self.errors:
            self.add_error("note", _("Hãy ghi bạn đã thấy gì."))
        is_there = data.get("result") == RecheckLook.Result.THERE
        if self._asks_name and is_there and not squeeze(data.get("seen_title", "")):
            self.add_error("seen_title", _("Hãy chép tên sản phẩm đang đứng trên trang."))
        return data
