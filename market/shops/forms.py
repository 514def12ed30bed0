"""The shop's words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.text import plain_text, squeeze


def written(text: str) -> str:
    """The text itself. Raises ValidationError when nothing is left of it: only invisible characters were typed."""
    if not text:
        raise forms.ValidationError(_("Hãy ghi mục này."))
    return text


class ShopForm(forms.Form):
    """Name and story; whoever has not yet agreed to be shown is asked here, in plain words."""

    name = forms.CharField(
        label=_("Tên gian hàng"), max_length=120, help_text=_("Tên ngắn, dễ nhớ, có tên người hoặc tên vùng.")
    )
    story = forms.CharField(
        label=_("Câu chuyện của bạn"),
        required=False,
        max_length=2000,
        help_text=_("Bạn làm nghề này từ bao giờ, ở đâu, làm thế nào. Vài câu là đủ."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_name(self) -> str:
        return written(squeeze(self.cleaned_data["name"]))

    def clean_story(self) -> str:
        return plain_text(self.cleaned_data["story"], 2000)


class AgreeingShopForm(ShopForm):
    """The same, for a producer whose consent to publication is not recorded."""

    agree = forms.BooleanField(
        label=_("Tôi đồng ý đưa tên và gian hàng của tôi lên trang công khai."),
        error_messages={"required": _("Gian hàng chỉ mở được khi bạn đồng ý. Bạn có thể rút lại bất cứ lúc nào.")},
    )
