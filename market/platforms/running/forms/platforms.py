"""What is known of a platform."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from onboarding.accounts.actions import LinkRefused, PlatformFacts, checked_pattern
from onboarding.accounts.models import Platform

_PATTERN = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
_NO_DAY = {"invalid": _("Ngày này chưa đúng. Hãy chọn lại.")}


class PlatformForm(forms.Form):
    """One platform, field by field. A link pattern is taken only with an address that it fits."""

    name = forms.CharField(label=_("Tên sàn"), max_length=60, error_messages={"required": _("Hãy ghi tên sàn.")})
    aliases = forms.CharField(
        label=_("Tên khác"),
        required=False,
        max_length=400,
        help_text=_("Cách nhau bằng dấu phẩy. Ví dụ: Vỏ Sò, voso.vn"),
    )
    operator = forms.CharField(label=_("Đơn vị vận hành"), required=False, max_length=120)
    counts_for_target = forms.BooleanField(
        label=_("Tính vào mục tiêu lên sàn"),
        required=False,
        help_text=_("Gian hàng trên sàn này được đếm trong tỷ lệ lên sàn."),
    )
    valid_from = forms.DateField(
        label=_("Hoạt động từ ngày"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_NO_DAY,
    )
    valid_to = forms.DateField(
        label=_("Ngừng từ ngày"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_NO_DAY,
        help_text=_("Từ ngày này không gửi tin lên sàn nữa. Những gì đã ghi vẫn còn. Xóa ngày là mở lại."),
    )
    successor = forms.ModelChoiceField(
        label=_("Sàn thay thế"),
        required=False,
        queryset=Platform.objects.none(),
        empty_label=_("Không có"),
        help_text=_("Khi sàn đổi tên hoặc nhập vào sàn khác."),
        error_messages={"invalid_choice": _("Hãy chọn một sàn trong danh sách.")},
    )
    link_pattern = forms.CharField(
        label=_("Mẫu liên kết trang sản phẩm"),
        required=False,
        max_length=200,
        widget=_PATTERN,
        help_text=_("Biểu thức chính quy, bắt đầu bằng ^https://. Bỏ trống thì nhận mọi liên kết."),
    )
    link_example = forms.CharField(
        label=_("Một trang sản phẩm thật để thử mẫu"), required=False, max_length=400, widget=_PATTERN
    )
    shop_link_pattern = forms.CharField(
        label=_("Mẫu liên kết trang gian hàng"), required=False, max_length=200, widget=_PATTERN
    )
    shop_link_example = forms.CharField(
        label=_("Một trang gian hàng thật để thử mẫu"), required=False, max_length=400, widget=_PATTERN
    )
    note = forms.CharField(
        label=_("Ghi chú"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, platform: Platform | None = None, **kwargs: Any) -> None:
        if platform is not None:
            names = [name for name in self.base_fields if hasattr(platform, name)]
            held = {name: getattr(platform, name) for name in names}
            kwargs["initial"] = held | {"aliases": ", ".join(platform.aliases)}
        super().__init__(*args, **kwargs)
        self.platform = platform
        others = Platform.objects.order_by("name").filter(is_simulation=False)
        others = others.exclude(pk=platform.pk) if platform else others
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, example in (("link_pattern", "link_example"), ("shop_link_pattern", "shop_link_example")):
            held = getattr(self.platform, name) if self.platform else ""
            pattern, address = data.get(name, ""), data.get(example, "")
            # One that stands is tested again only when somebody wants to see it tested.
            if pattern and (pattern != held or address):
                try:
                    checked_pattern(pattern, address)
                except LinkRefused as refusal:
                    self.add_error(example if pattern == held or "ví dụ" in str(refusal) else name, str(refusal))
        return data

    def facts(self) -> PlatformFacts:
        """What was typed, once it is valid."""
        data: dict[str, Any] = {name: self.cleaned_data[name] for name in PlatformFacts.__dataclass_fields__}
        words = [squeeze(part) for part in data["aliases"].split(",")]
        data |= {"aliases": tuple(dict.fromkeys(filter(None, words)))}
        data |= {name: squeeze(data[name]) for name in ("name", "operator")}
        return PlatformFacts(**data)


class NewPlatformForm(PlatformForm):
    """A platform that is not known yet."""

    code = forms.SlugField(
        label=_("Mã"),
        max_length=30,
        help_text=_("Chữ thường không dấu, số và dấu gạch nối. Sau này không đổi được. Ví dụ: voso"),
        error_messages={
            "required": _("Hãy ghi mã."),
            "invalid": _("Mã chỉ gồm chữ không dấu, số và dấu gạch nối. Hãy sửa lại."),
        },
    )
    field_order = ["code"]

    def clean_code(self) -> str:
        """In small letters."""
        return str(self.cleaned_data["code"]).lower()
