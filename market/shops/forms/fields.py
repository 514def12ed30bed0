"""What several forms of the market ask for."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Marks stand between groups of three only: "55.000,00" must not become 5,500,000.
_DONG = re.compile(r"\d{1,30}|\d{1,3}(?:[\s.,_]\d{3}){1,9}")


def written(text: str) -> str:
    """The text itself. Raises ValidationError when nothing is left of it: only invisible characters were typed."""
    if not text:
        raise forms.ValidationError(_("Hãy ghi mục này."))
    return text


def _bare(value: Any) -> str:
    """The digits and marks of an amount, without its sign."""
    return re.sub(r"[đ₫]|vnd", "", str("" if value is None else value), flags=re.IGNORECASE).strip()


class DongField(forms.CharField):
    """Whole đồng as people write them, from `least` to below `limit`: "55.000", "55000 đ", "55 000". Another range needs
    its own sentence ("bounds")."""

    default_error_messages = {
        "required": _("Hãy ghi số đồng, ví dụ 120.000."),
        "digits": _("Hãy ghi giá bằng số, ví dụ 55.000."),
        "bounds": _("Giá phải từ 1.000 đ đến dưới 1 tỷ đồng."),
    }

    def __init__(self, *, least: int = 1_000, limit: int = 1_000_000_000, **options: Any) -> None:
        self.least, self.limit = least, limit
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "numeric"})} | options)

    def to_python(self, value: Any) -> Any:
        text = _bare(value)
        if not text:
            return None
        if not _DONG.fullmatch(text):
            raise forms.ValidationError(self.error_messages["digits"])
        return int(re.sub(r"\D", "", text))

    def prepare_value(self, value: Any) -> Any:
        """Grouped as it is read, also what was typed without dots; what is no amount stays as it was typed."""
        if isinstance(value, str) and _DONG.fullmatch(text := _bare(value)):
            value = int(re.sub(r"\D", "", text))
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not self.least <= value < self.limit:
            raise forms.ValidationError(self.error_messages["bounds"])

    def run_validators(self, value: Any) -> None:
        """The bounds above are all there is to check; text validators do not fit a number."""
