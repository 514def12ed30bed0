"""Small forms of single steps."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from onboarding.households.models import VerifiedHow
from onboarding.households.rules import SAID_REASONS

HOW = [(key, capfirst(label)) for key, label in VerifiedHow.choices]


class VerifyForm(forms.Form):
    """How somebody made sure."""

    how = forms.ChoiceField(label=_("Bạn đã kiểm tra bằng cách nào?"), choices=HOW, widget=forms.RadioSelect)


class ReasonForm(forms.Form):
    """Why, in a sentence."""

    reason = forms.CharField(label=_("Vì sao?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_reason(self) -> str:
        reason = squeeze(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Hãy ghi lý do."))
        return reason


class EndForm(forms.Form):
    """Why a household is no longer counted."""

    reason = forms.ChoiceField(
        label=_("Vì sao thôi tính?"),
        choices=[(key, capfirst(key.label)) for key in SAID_REASONS],
        widget=forms.RadioSelect,
    )
