"""Deciding about two households, and about a phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.households.models import Household
from onboarding.matching.rules.choosing import KEEP, OTHER, Compared, fuller

LEVELS = ((0, "Mọi mức"), (80, "Rất giống (từ 80 điểm)"), (60, "Giống nhiều (từ 60 điểm)"))


class DistinctForm(forms.Form):
    """How the officer knows that they are two."""

    note = forms.CharField(
        label=_("Vì sao bạn biết đây là hai hộ khác nhau?"),
        help_text=_("Ví dụ: hai anh em ở hai nhà riêng. Ghi ngắn, đừng ghi số giấy tờ."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MergeForm(forms.Form):
    """For each group of facts that differ: whose word is kept. `keep` is named first; where it says nothing, the other's
    word is proposed."""

    def __init__(
        self, data: Any, *, keep: Household, other: Household, rows: list[Compared], first_is_kept: bool
    ) -> None:
        super().__init__(data)
        self.groups = [row.group for row in rows if not row.is_same]
        proposed = fuller(keep, other, self.groups)
        for row in rows:
            if row.is_same:
                continue
            ours, theirs = (row.first, row.second) if first_is_kept else (row.second, row.first)
            self.fields[row.group] = forms.ChoiceField(
                label=row.label,
                choices=[
                    (KEEP, _("Hộ giữ lại: %s") % (ours or _("chưa có"))),
                    (OTHER, _("Hộ gộp vào: %s") % (theirs or _("chưa có"))),
                ],
                initial=proposed[row.group],
                widget=forms.RadioSelect,
            )

    @property
    def choices(self) -> dict[str, str]:
        """Group → "keep" or "other"; only after `is_valid()`."""
        return {group: self.cleaned_data[group] for group in self.groups}


class ClearForm(forms.Form):
    """Why these households may share a phone."""

    reason = forms.CharField(
        label=_("Vì sao các hộ này dùng chung một số?"),
        help_text=_("Ví dụ: bốn nhà trong một đại gia đình, chỉ có một máy."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
