"""Letting somebody act for a producer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import fold_words, squeeze
from core.people.models import User
from core.people.queries import person_named
from onboarding.households.forms import answer_field, answer_in, answer_of
from onboarding.producers.models import READINESS, Membership, Producer
from onboarding.producers.rules import RECORDED, USUAL_PERIOD

BY_OWNER = "Chủ tự ghi"
WAYS = ("Chủ đồng ý tại nhà", "Chủ đồng ý qua điện thoại", "Giấy ủy quyền")


class MemberForm(forms.Form):
    """Who, as what, until when, and how the producer agreed."""

    login = forms.CharField(
        label=_("Số điện thoại hoặc tên đăng nhập của người được làm"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    full_name = forms.CharField(
        label=_("Họ và tên người đó"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    right = forms.ChoiceField(
        label=_("Được làm gì?"),
        choices=[(Membership.Right.HELPER, _("Giúp bán hàng")), (Membership.Right.ACTING, _("Làm thay mọi việc"))],
        widget=forms.RadioSelect,
    )
    how = forms.ChoiceField(
        label=_("Chủ đã đồng ý bằng cách nào?"), choices=[(way, way) for way in WAYS], widget=forms.RadioSelect
    )
    last_day = forms.DateField(
        label=_("Đến hết ngày"),
        help_text=_("Thường là một năm, nhiều nhất hai năm."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: clock.today() + USUAL_PERIOD,
    )
    person: User

    def __init__(self, *args: Any, as_owner: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_owner = as_owner
        if as_owner:  # agrees by writing it; anybody else says how the owner agreed
            del self.fields["how"]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if self.as_owner:
            data["how"] = BY_OWNER
        if "login" in data and "full_name" in data:
            found = person_named(squeeze(data["login"]))
            # One sentence for both: nobody learns here whose number it is.
            if found is None or fold_words(found.full_name) != fold_words(data["full_name"]):
                self.add_error("login", _("Không có tài khoản nào khớp số này và họ tên này. Hãy kiểm tra lại cả hai."))
            else:
                self.person = found
        return data

    @property
    def valid_to(self) -> date:
        """The first day without; only after `is_valid()`."""
        day: date = self.cleaned_data["last_day"]
        return day + timedelta(days=1)


RIGHT_WORDS = {right: capfirst(str(right.label)) for right in RECORDED}


class ReadinessForm(forms.Form):
    """What a producer has for selling online."""

    has_e_invoice = answer_field(_("Có dùng hóa đơn điện tử không?"))
    has_digital_signature = answer_field(_("Có chữ ký số không?"))
    has_vn_domain = answer_field(_("Có tên miền .vn không?"))
    has_e_contract = answer_field(_("Có ký hợp đồng điện tử không?"))

    @classmethod
    def showing(cls, data: Any, producer: Producer) -> ReadinessForm:
        """With what is known."""
        return cls(data, initial={name: answer_of(getattr(producer, name)) for name in READINESS})

    def answers(self) -> dict[str, bool | None]:
        """By field; only after `is_valid()`."""
        return {name: answer_in(self.cleaned_data[name]) for name in READINESS}
