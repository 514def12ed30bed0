"""What one may choose on the boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.places.models import in_force
from ocop.presence.rules import EARLIEST_DAY
from ocop.register.models import TaxonomyNode
from onboarding.accounts.models import Observation, Platform
from onboarding.producers.models import Producer
from onboarding.teams.models import Team


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ScopeForm(forms.Form):
    """Which area, as of which day. Empty: the whole area of the person, today."""

    unit = forms.ChoiceField(label=_("Địa bàn"), required=False)
    on = forms.DateField(label=_("Tính đến ngày"), required=False, widget=_day_input())

    def __init__(self, data: Mapping[str, Any], choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_on(self) -> date | None:
        """Tomorrow has not been seen yet."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and day > clock.today():
            raise forms.ValidationError(_("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước."))
        if day is not None and day < EARLIEST_DAY:
            raise forms.ValidationError(_("Số liệu bắt đầu từ 01/01/2018. Hãy chọn ngày sau đó."))
        return day


class AssignForm(forms.Form):
    """To which team, with what words, until when."""

    team = forms.ModelChoiceField(
        label=_("Tổ công nghệ số"),
        queryset=Team.objects.none(),
        empty_label=_("Chọn tổ"),
        error_messages={"required": _("Hãy chọn tổ.")},
    )
    note = forms.CharField(
        label=_("Dặn tổ"), max_length=200, required=False, help_text=_("Không ghi tên hay số điện thoại của người dân.")
    )
    due_on = forms.DateField(label=_("Hạn"), required=False, widget=_day_input())

    def __init__(self, data: Any, *, teams: QuerySet[Team]) -> None:
        super().__init__(data)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = teams


class LinkForm(forms.Form):
    """The tick that is required when the two makers' names differ."""

    same_maker = forms.BooleanField(label=_("Tôi xác nhận đây là cùng một chủ thể"), required=False)


class PageForm(forms.Form):
    """A page on a platform, whose shop it is, and the tick that is required when register and producer are named differently."""

    platform = forms.ModelChoiceField(
        label=_("Sàn"),
        queryset=Platform.objects.none(),
        empty_label=_("Chọn sàn"),
        error_messages={"required": _("Hãy chọn sàn.")},
    )
    url = forms.URLField(
        label=_("Liên kết trang sản phẩm"),
        max_length=400,
        assume_scheme="https",
        help_text=_("Mở trang sản phẩm trên sàn rồi chép địa chỉ."),
        error_messages={
            "required": _("Hãy chép liên kết vào đây."),
            "invalid": _("Liên kết phải bắt đầu bằng https:// và tên sàn."),
        },
    )
    producer = forms.ModelChoiceField(
        label=_("Người bán"),
        queryset=Producer.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Hãy chọn người bán có gian hàng này.")},
    )
    same_maker = forms.BooleanField(label=_("Tôi xác nhận đây là cùng một chủ thể"), required=False)

    def __init__(self, data: Any, *, producers: QuerySet[Producer], on: date) -> None:
        super().__init__(data)
        platforms = Platform.objects.filter(in_force(on), is_simulation=False).order_by("name")
        for name, rows in (("platform", platforms), ("producer", producers)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class LookForm(forms.Form):
    """What a person sees on a page now."""

    result = forms.ChoiceField(
        label=_("Bạn thấy gì trên trang?"),
        choices=[
            (Observation.Result.LIVE, _("Đang bán sản phẩm này")),
            (Observation.Result.GONE, _("Trang không còn, hoặc không còn sản phẩm này")),
            (Observation.Result.UNCHECKABLE, _("Không mở được trang để xem")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một trong ba.")},
    )
    seen_title = forms.CharField(
        label=_("Tên sản phẩm trên trang"),
        max_length=200,
        required=False,
        help_text=_("Chép đúng tên ghi trên trang."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Whoever saw it selling also saw its name."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("result") == Observation.Result.LIVE and not data.get("seen_title"):
            self.add_error("seen_title", _("Hãy chép tên sản phẩm ghi trên trang."))
        return data


class RevokeForm(forms.Form):
    """From which day, and why, a certificate no longer holds."""

    on = forms.DateField(label=_("Thu hồi từ ngày"), widget=_day_input())
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=200,
        help_text=_("Ghi số quyết định thu hồi và lý do, không ghi tên người."),
    )


class SetForm(forms.Form):
    """The product set, under its sector."""

    product_set = forms.ChoiceField(label=_("Bộ sản phẩm theo 26/2026/QĐ-TTg"), required=False)

    def __init__(self, sets: Sequence[TaxonomyNode], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sectors: dict[str, list[tuple[str, str]]] = {}
        for each in sets:
            assert each.parent is not None and each.parent.parent is not None
            sectors.setdefault(each.parent.parent.name, []).append((str(each.number), f"{each.number}. {each.name}"))
        field = self.fields["product_set"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Chưa rõ")), *sectors.items()]
