"""What a reader of the trail may look for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.audit.registry import action_labels, object_words
from core.desk.trail.queries import Asked
from core.kit.text import sort_key


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailForm(forms.Form):
    """Filters of the trail; all may stay empty. What cannot be read narrows nothing, and its error is shown."""

    since = forms.DateField(label=_("Từ ngày"), required=False, widget=_day())
    until = forms.DateField(label=_("Đến hết ngày"), required=False, widget=_day())
    action = forms.ChoiceField(label=_("Việc"), required=False)
    who = forms.CharField(
        label=_("Người làm"), required=False, max_length=120, help_text=_("Họ tên hoặc tên đăng nhập.")
    )
    kind = forms.ChoiceField(label=_("Đối tượng"), required=False)
    number = forms.CharField(label=_("Số của đối tượng"), required=False, max_length=60)
    place = forms.CharField(label=_("Nơi"), required=False, max_length=80, help_text=_("Tên hoặc mã tỉnh, xã, phường."))

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        for name, words, whatever in (
            ("action", action_labels(), _("Mọi việc")),
            ("kind", object_words(), _("Mọi đối tượng")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            named = sorted(
                ((word, capfirst(label)) for word, label in words.items()), key=lambda pair: sort_key(pair[1])
            )
            field.choices = [("", whatever), *named]

    def clean(self) -> dict[str, Any]:
        """The days run forward."""
        cleaned = super().clean() or {}
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("Ngày này đứng trước ngày bắt đầu. Hãy đổi một trong hai ngày."))
        return cleaned

    def asked(self) -> Asked:
        """What was understood."""
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})
