"""Choosing a role and a place, a person and a period; ending and renewing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.desk.grants.queries import hamlets_in, places_for
from core.kit import clock
from core.kit.text import squeeze
from core.people.grants.rules import LEVEL_SENTENCES, LEVELS, LONGEST_PERIOD, TEAM_ROLES, USUAL_PERIOD, roles_given_by
from core.people.grants.wording import last_day
from core.people.models import Grant, Role
from core.people.queries import Viewer
from core.places.models import Hamlet, Level, Unit

_NOT_THERE = _("Nơi này không có trong địa bàn của bạn. Hãy chọn lại trong danh sách.")


def date_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen with the phone's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class PlaceForm(forms.Form):
    """First step: which role, and where. A GET form; asks for the commune after the province where needed.

    `chosen` is the role and the unit, once `is_valid()` and nothing more is asked (`asks_more`).
    """

    role = forms.ChoiceField(
        label=_("Vai trò"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Hãy chọn vai trò."),
            "invalid_choice": _("Hãy chọn một vai trò trong danh sách."),
        },
    )
    unit = forms.ChoiceField(
        label=_("Nơi làm việc"),
        required=False,
        help_text=_("Vai trò cho cả nước thì để trống."),
        error_messages={"required": _("Hãy chọn nơi làm việc."), "invalid_choice": _NOT_THERE},
    )
    commune = forms.ChoiceField(
        label=_("Xã, phường, đặc khu"), required=False, error_messages={"invalid_choice": _NOT_THERE}
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_given_by(viewer)
        self._choose("role", [(role.value, capfirst(str(role.label))) for role in roles])
        self.units = {unit.code: unit for unit in places_for(viewer, None)}
        self._choose("unit", [("", _("Chọn nơi làm việc")), *self._options(self.units)])
        if not any(None in LEVELS[role] for role in roles):
            self.fields["unit"].required, self.fields["unit"].help_text = True, ""
        if len(self.units) == 1:
            self.initial.setdefault("unit", next(iter(self.units)))
        province = self.units.get(self.data.get("unit", ""))
        asks_commune = Level.COMMUNE in LEVELS.get(self.data.get("role", ""), ())
        self.communes: dict[str, Unit] = {}
        if asks_commune and province is not None and province.level == Level.PROVINCE:
            self.communes = {unit.code: unit for unit in places_for(viewer, province)}
            first = _("Cả tỉnh") if Level.PROVINCE in LEVELS[self.data["role"]] else _("Chọn một nơi")
            self._choose("commune", [("", first), *self._options(self.communes)])
        else:
            del self.fields["commune"]
        # The province was only just chosen: ask on, without a word of blame.
        self.asks_more = "commune" in self.fields and "commune" not in self.data
        self.chosen: tuple[str, Unit | None] = ("", None)

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @staticmethod
    def _options(units: dict[str, Unit]) -> list[tuple[str, str]]:
        return [(code, capfirst(str(unit))) for code, unit in units.items()]

    def clean_unit(self) -> str:
        code = str(self.cleaned_data["unit"])
        # A whole-country role takes no place, whatever the select still says.
        return "" if LEVELS.get(self.data.get("role", ""), ()) == (None,) else code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.asks_more:
            unit = self.communes.get(data.get("commune", "")) or self.units.get(data["unit"])
            level = unit.level if unit else None
            if level not in LEVELS[data["role"]]:
                self.add_error("commune" if "commune" in self.fields else "unit", LEVEL_SENTENCES[data["role"]])
            self.chosen = (data["role"], unit)
        return data


class PersonForm(forms.Form):
    """Who: somebody with an account, or one for whom it is made."""

    login = forms.CharField(
        label=_("Số điện thoại hoặc tên đăng nhập"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    full_name = forms.CharField(
        label=_("Họ và tên"),
        max_length=120,
        help_text=_("Người chưa có tài khoản sẽ được tạo mới và có phiếu vào lần đầu để đưa tận tay."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_login(self) -> str:
        login = squeeze(self.cleaned_data["login"])
        if not login:
            raise forms.ValidationError(_("Hãy ghi số điện thoại hoặc tên đăng nhập."))
        return login

    def clean_full_name(self) -> str:
        name = squeeze(self.cleaned_data["full_name"])
        if not name:
            raise forms.ValidationError(_("Hãy ghi họ và tên."))
        return name


class GiveForm(PersonForm):
    """Second step: who, and how long."""

    hamlet = forms.ModelChoiceField(
        label=_("Ấp, thôn, khu phố"), queryset=Hamlet.objects.none(), required=False, empty_label=_("Cả xã")
    )
    valid_from = date_field(_("Từ ngày"))
    last_day = date_field(_("Đến hết ngày"), help_text=_("Thường là một năm, nhiều nhất hai năm."))

    def __init__(self, *args: Any, role: str, unit: Unit | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("valid_from", clock.today())
        self.initial.setdefault("last_day", clock.today() + USUAL_PERIOD)
        if role in TEAM_ROLES and unit is not None:
            field = self.fields["hamlet"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = hamlets_in(unit)
            if role == Role.TEAM_MEMBER:
                field.required, field.empty_label = True, _("Chọn một nơi")
        else:
            del self.fields["hamlet"]

    @property
    def valid_to(self) -> date:
        """The first day without; only after `is_valid()`."""
        day: date = self.cleaned_data["last_day"]
        return day + timedelta(days=1)


class EndForm(forms.Form):
    """Why a grant ends."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=200,
        help_text=_("Ví dụ: chuyển công tác, nghỉ hưu, cấp nhầm."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        reason = squeeze(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Hãy ghi lý do."))
        return reason


class RenewForm(forms.Form):
    """Until when a grant lasts from now on."""

    last_day = date_field(_("Đến hết ngày"), help_text=_("Nhiều nhất hai năm kể từ hôm nay."))

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        current = last_day(grant.valid_to) if grant.valid_to else today
        longest = last_day(today + LONGEST_PERIOD)
        self.initial.setdefault("last_day", min(max(current, today) + USUAL_PERIOD, longest))

    @property
    def valid_to(self) -> date:
        """The first day without; only after `is_valid()`."""
        day: date = self.cleaned_data["last_day"]
        return day + timedelta(days=1)
