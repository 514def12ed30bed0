"""Entering papers, and files of them: parsing at the edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from ocop.certificates.actions.entering import EntryRefused
from ocop.certificates.entries import FIELD_LABELS, EntryFacts, problems
from ocop.certificates.models import IssuerLevel, Quality, RenewalFile


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text(name: str, limit: int, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=FIELD_LABELS[name], max_length=limit, required=required, help_text=hint)


_WANTED = {
    "name": _("Hãy ghi tên sản phẩm như trên quyết định."),
    "producer": _("Hãy ghi tên chủ thể như trên quyết định."),
    "unit": _("Hãy chọn xã, phường của chủ thể; chưa biết xã thì chọn tỉnh."),
    "stars": _("Hãy chọn hạng sao."),
    "recognised_on": _("Hãy ghi ngày công nhận như trên quyết định, ví dụ 07/05/2026."),
    "issuer_level": _("Hãy chọn cấp đã công nhận."),
    "quality": _("Hãy chọn đã thấy giấy ở đâu."),
}


class EntryForm(forms.Form):
    """A paper as it stands on the decision. Everything that is wrong with it is told in one round; `units` are the places the person
    may enter for, none when the product has said it."""

    use_required_attribute = False

    name = _text("name", 200)
    producer = _text("producer", 200)
    producer_kind = _text("producer_kind", 60, required=False, hint=_("Như hợp tác xã, hộ kinh doanh, công ty."))
    product_group = _text("product_group", 120, required=False)
    unit = forms.ChoiceField(label=FIELD_LABELS["unit"])
    stars = forms.ChoiceField(
        label=FIELD_LABELS["stars"],
        choices=[("", _("Chọn số sao")), ("3", _("3 sao")), ("4", _("4 sao")), ("5", _("5 sao"))],
    )
    decision = _text(
        "decision", 80, required=False, hint=_("Như 1234/QĐ-UBND. Cần ghi, trừ khi chỉ có lời của chủ thể.")
    )
    recognised_on = _text(
        "recognised_on", 20, hint=_("Ngày/tháng/năm. Chỉ biết tháng hay năm thì ghi 8/2022 hoặc 2022.")
    )
    issuer_level = forms.ChoiceField(
        label=FIELD_LABELS["issuer_level"], choices=[("", _("Chọn cấp")), *IssuerLevel.choices]
    )
    issuer_name = _text("issuer_name", 120, required=False, hint=_("Như UBND tỉnh Lâm Đồng."))
    quality = forms.ChoiceField(label=FIELD_LABELS["quality"], choices=Quality.choices, widget=forms.RadioSelect)
    external_code = _text("external_code", 60, required=False, hint=_("Chép đúng như trên giấy."))
    source_url = _text("source_url", 400, required=False)
    note = _text("note", 500, required=False)

    def __init__(self, units: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field_name, sentence in _WANTED.items():
            self.fields[field_name].error_messages["required"] = sentence
        if not units:
            del self.fields["unit"]
            return
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Chọn nơi")), *units] if len(units) > 1 else list(units)

    def clean(self) -> dict[str, Any]:
        """What is wrong with the paper by itself is told together with what is missing."""
        for problem in problems(self.facts(), clock.today()):
            if problem.field not in self.errors:
                self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)
        return self.cleaned_data

    def facts(self) -> EntryFacts:
        """What was typed; of a form with errors what could be read."""
        typed = {name: squeeze(self.cleaned_data.get(name) or "") for name in self.fields if name != "unit"}
        return EntryFacts(**typed)

    def add_refusal(self, refusal: EntryRefused) -> None:
        """Put every problem to its field."""
        for problem in refusal.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)


class GiveBackForm(forms.Form):
    """Why an entry is given back."""

    reason = forms.CharField(
        label=_("Lý do trả lại"), max_length=200, help_text=_("Ghi chỗ khác với quyết định, để người nhập sửa.")
    )


class FileForm(forms.Form):
    """A file that was handed in."""

    kind = forms.ChoiceField(label=_("Loại hồ sơ"), choices=RenewalFile.Kind.choices, widget=forms.RadioSelect)
    submitted_on = forms.DateField(label=_("Ngày nộp ghi trên biên nhận"), widget=_day_input())
    note = forms.CharField(label=_("Số biên nhận, ghi chú"), max_length=120, required=False)


class ResultForm(forms.Form):
    """What came of a file."""

    result = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[choice for choice in RenewalFile.Result.choices if choice[0] != RenewalFile.Result.PENDING],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label=_("Ngày có kết quả"), widget=_day_input())
    note = forms.CharField(label=_("Ghi chú"), max_length=80, required=False)
