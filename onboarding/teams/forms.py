"""Founding teams, putting people and hamlets into them, ending them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import PersonForm, date_field
from core.kit import clock
from core.kit.text import squeeze
from core.people.grants.wording import last_day
from core.places.models import Hamlet
from onboarding.teams.actions.founding import MAX_DECISION, MAX_NAME, TeamPlan, Term
from onboarding.teams.models import Team

USUAL_TERM_MONTHS = 24
EACH, ONE = "each", "one"
USUAL_NAME = "Tổ công nghệ số cộng đồng"


class DecisionForm(forms.Form):
    """What stands in the decision."""

    decision_number = forms.CharField(
        label=_("Số quyết định"),
        max_length=MAX_DECISION,
        help_text=_("Ví dụ: 12/QĐ-UBND"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    decision_on = date_field(_("Ngày ký quyết định"))
    valid_from = date_field(_("Tổ làm việc từ ngày"))
    last_day = date_field(_("Đến hết ngày"), required=False, help_text=_("Bỏ trống nếu quyết định không ghi hạn."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.initial.setdefault("decision_on", today)
        self.initial.setdefault("valid_from", today)
        self.initial.setdefault("last_day", last_day(clock.add_months(today, USUAL_TERM_MONTHS)))

    @property
    def term(self) -> Term:
        """The term as the actions take it; only after `is_valid()`."""
        data = self.cleaned_data
        end: date | None = data["last_day"] + timedelta(days=1) if data["last_day"] else None
        return Term(data["decision_number"], data["decision_on"], data["valid_from"], end)


class FoundForm(DecisionForm):
    """One decision, one team or one for each hamlet."""

    hamlets = forms.ModelMultipleChoiceField(
        label=_("Ấp, thôn, khu phố"),
        queryset=Hamlet.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chỉ hiện những nơi chưa có tổ."),
        error_messages={"required": _("Hãy chọn ít nhất một nơi."), "invalid_choice": _("Nơi này vừa có tổ khác.")},
    )
    how = forms.ChoiceField(
        label=_("Lập mấy tổ?"),
        widget=forms.RadioSelect,
        choices=[(EACH, _("Mỗi nơi đã chọn một tổ")), (ONE, _("Một tổ chung cho mọi nơi đã chọn"))],
        initial=EACH,
    )
    name = forms.CharField(
        label=_("Tên tổ chung"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("Mỗi nơi một tổ thì không cần ghi: tên là «Tổ công nghệ số cộng đồng» và tên nơi đó."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, hamlets: Sequence[Hamlet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hamlets"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Hamlet.objects.filter(pk__in=[hamlet.pk for hamlet in hamlets]).select_related("commune")
        field.choices = [(hamlet.pk, hamlet.name) for hamlet in hamlets]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == ONE and not squeeze(data.get("name", "")):
            self.add_error("name", _("Hãy ghi tên tổ chung."))
        return data

    @property
    def plans(self) -> list[TeamPlan]:
        """The teams to found; only after `is_valid()`."""
        hamlets = list(self.cleaned_data["hamlets"])
        if self.cleaned_data["how"] == ONE:
            return [TeamPlan(self.cleaned_data["name"], hamlets)]
        return [TeamPlan(f"{USUAL_NAME} {hamlet.name}"[:MAX_NAME], [hamlet]) for hamlet in hamlets]


class RefoundForm(DecisionForm):
    """The same team by a new decision."""

    name = forms.CharField(
        label=_("Tên tổ"), max_length=MAX_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ["name"]

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("name", team.name)
        if team.valid_to is not None and team.valid_to > clock.today():
            self.initial["valid_from"] = team.valid_to if not team.to_decide else clock.today()


class MemberForm(PersonForm):
    """Who joins."""

    is_lead = forms.BooleanField(label=_("Là tổ trưởng"), required=False)


class AssignForm(forms.Form):
    """Which hamlet the team looks after from today."""

    hamlet = forms.ModelChoiceField(
        label=_("Ấp, thôn, khu phố"),
        queryset=Hamlet.objects.none(),
        empty_label=_("Chọn một nơi"),
        error_messages={"invalid_choice": _("Nơi này không có, hoặc vừa có tổ khác. Hãy chọn lại.")},
    )

    def __init__(self, *args: Any, hamlets: Sequence[Hamlet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hamlet"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Hamlet.objects.filter(pk__in=[hamlet.pk for hamlet in hamlets]).select_related("commune")


class EndForm(forms.Form):
    """The last day of a team."""

    last_day = date_field(
        _("Ngày cuối cùng của tổ"), required=False, help_text=_("Bỏ trống: tổ kết thúc ngay bây giờ.")
    )

    @property
    def end(self) -> date:
        """The first day without; only after `is_valid()`."""
        day: date | None = self.cleaned_data["last_day"]
        return day + timedelta(days=1) if day else clock.today()
