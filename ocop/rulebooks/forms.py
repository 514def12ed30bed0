"""Trying a rubric on oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ocop.rulebooks.models import Criterion, Rubric


class TrialForm(forms.Form):
    """One choice for every criterion, and the reasons for which a file is thrown out. What is answered is kept nowhere."""

    def __init__(self, rubric: Rubric, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.criteria = list(rubric.criteria.all())
        for criterion in self.criteria:
            self.fields[f"c{criterion.pk}"] = forms.TypedChoiceField(
                label=f"{criterion.number}. {criterion.name}",
                choices=[(place, _words(option)) for place, option in enumerate(criterion.options.all())],
                coerce=int,
                widget=forms.RadioSelect,
            )
        if rubric.knock_outs:
            self.fields["out"] = forms.MultipleChoiceField(
                label=_("Hồ sơ bị loại khi"),
                choices=[(str(place), text) for place, text in enumerate(rubric.knock_outs)],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def answers(self) -> dict[str, int]:
        """{criterion id: place of the chosen option}. Only of a valid form."""
        return {str(criterion.pk): self.cleaned_data[f"c{criterion.pk}"] for criterion in self.criteria}

    def is_out(self) -> bool:
        """Whether a reason to be thrown out was ticked."""
        return bool(self.cleaned_data.get("out"))

    def name_of(self, key: str) -> str:
        """What a criterion is called, by its id."""
        found: Criterion = next(each for each in self.criteria if str(each.pk) == key)
        return f"{found.number} {found.name}".strip()


def _words(option: Any) -> str:
    points = ngettext("%(points)s điểm", "%(points)s điểm", option.points) % {"points": option.points}
    least = " " + _("(tối thiểu cho %(stars)s sao)") % {"stars": option.minimum_for} if option.minimum_for else ""
    return f"{points}: {option.text}{least}"
