"""A question with three answers: yes, no, and not asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_ANSWERS = [("", _("Chưa hỏi")), ("yes", _("Có")), ("no", _("Không"))]


def answer_field(label: Any) -> forms.ChoiceField:
    """Yes, no, or not asked."""
    return forms.ChoiceField(label=label, choices=_ANSWERS, required=False)


def answer_of(value: bool | None) -> str:
    """The choice for a stored answer."""
    return "" if value is None else "yes" if value else "no"


def answer_in(choice: str) -> bool | None:
    """The answer to store for a choice."""
    return {"yes": True, "no": False}.get(choice)
