"""The facts of a household on a form: minimum set, readiness, and the numbers that are entered but never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit import clock, phones
from core.kit.numbers import NotABankAccount, NotATaxCode, normalise_bank_account, normalise_tax_code
from core.kit.text import squeeze
from core.places.models import Hamlet
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.forms import answer_field, answer_in, answer_of
from onboarding.households.identity import NotAPersonalId, normalise_personal_id
from onboarding.households.models import PhoneOwner, Production, Sex

ASKED = ("has_business_registration", "has_bank_account", "has_e_wallet", "has_e_identity", "has_payment_qr")
NUMBERS = ("personal_id", "tax_code", "bank_bin", "bank_account")
YOUNGEST = 16  # Law 91/2025/QH15: below, a representative decides


def _number(label: Any, hint: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=30, widget=widget, help_text=hint)


class HouseholdForm(forms.Form):
    """One household. Numbers that are there already are not shown: an empty field keeps them."""

    hamlet = forms.ModelChoiceField(
        label=_("Thôn, ấp, khu phố"), queryset=Hamlet.objects.none(), empty_label=_("Chọn nơi ở")
    )
    head_name = forms.CharField(
        label=_("Họ tên chủ hộ"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone_owner = forms.ChoiceField(
        label=_("Điện thoại"),
        choices=[(key, capfirst(label)) for key, label in PhoneOwner.choices],
        widget=forms.RadioSelect,
    )
    phone = _number(_("Số điện thoại"))
    has_business_registration = answer_field(_("Hộ có đăng ký kinh doanh không?"))
    has_bank_account = answer_field(_("Có tài khoản ngân hàng?"))
    has_e_wallet = answer_field(_("Có ví điện tử?"))
    has_e_identity = answer_field(_("Đã định danh điện tử mức 2?"))
    has_payment_qr = answer_field(_("Có mã QR nhận tiền?"))
    sex = forms.ChoiceField(
        label=_("Giới tính chủ hộ"),
        required=False,
        choices=[("", _("Chưa hỏi")), *((key, capfirst(label)) for key, label in Sex.choices)],
    )
    birth_year = forms.IntegerField(label=_("Năm sinh chủ hộ"), required=False, min_value=1900)
    personal_id = _number(_("Số định danh cá nhân"), _("Chỉ ghi khi có việc cần. Sàn chỉ giữ dấu vết và 3 số cuối."))
    tax_code = _number(_("Mã số thuế"))
    bank_bin = _number(_("Mã ngân hàng (6 số)"), _("Ghi cùng số tài khoản, để làm mã QR nhận tiền."))
    bank_account = _number(_("Số tài khoản"))

    def __init__(
        self, *args: Any, hamlets: list[Hamlet], facts: HouseholdFacts | None, with_numbers: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._facts = facts
        hamlet = self.fields["hamlet"]
        assert isinstance(hamlet, forms.ModelChoiceField)
        kept = [facts.hamlet.pk] if facts else []
        hamlet.queryset = Hamlet.objects.filter(pk__in=[*kept, *(each.pk for each in hamlets)]).select_related(
            "commune"
        )
        hamlet.choices = [("", _("Chọn nơi ở")), *((each.pk, each.name) for each in _once(hamlets, facts))]
        if not with_numbers:
            for name in NUMBERS:
                del self.fields[name]
        if facts is not None:
            self._show(facts)

    def _show(self, facts: HouseholdFacts) -> None:
        for name in ("head_name", "phone_owner", "sex", "birth_year"):
            self.initial.setdefault(name, getattr(facts, name))
        self.initial.setdefault("hamlet", facts.hamlet.pk)
        for name in ASKED:
            self.initial.setdefault(name, answer_of(getattr(facts, name)))
        for name, shown in (("phone", phones.masked(facts.phone)), ("tax_code", facts.tax_code[-3:]),
                            ("bank_account", facts.bank_account[-3:]), ("bank_bin", facts.bank_bin)):  # fmt: skip
            if shown and name in self.fields:
                self.fields[name].help_text = _("Đang ghi số có đuôi %(end)s. Bỏ trống để giữ nguyên.") % {
                    "end": shown[-3:]
                }

    def clean_head_name(self) -> str:
        name = squeeze(self.cleaned_data["head_name"])
        if not name:  # nothing but invisible characters
            raise forms.ValidationError(_("Hãy ghi họ tên chủ hộ."))
        return name

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and year > clock.today().year - YOUNGEST:
            raise forms.ValidationError(_("Chủ hộ phải từ 16 tuổi. Hãy xem lại năm sinh."))
        return year

    def clean_personal_id(self) -> str:
        return self._understood("personal_id", normalise_personal_id)

    def clean_tax_code(self) -> str:
        return self._understood("tax_code", normalise_tax_code)

    def clean_bank_account(self) -> str:
        return self._understood("bank_account", normalise_bank_account)

    def _understood(self, name: str, understand: Callable[[str], str]) -> str:
        written = squeeze(self.cleaned_data[name])
        try:
            return understand(written) if written else ""
        except (NotAPersonalId, NotATaxCode, NotABankAccount) as error:
            raise forms.ValidationError(str(error)) from error

    def clean_bank_bin(self) -> str:
        written = squeeze(self.cleaned_data["bank_bin"])
        if written and not (written.isascii() and written.isdigit() and len(written) == 6):
            raise forms.ValidationError(_("Mã ngân hàng có 6 chữ số, ví dụ 970436. Hãy xem lại."))
        return written

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        owner, written = data.get("phone_owner"), squeeze(data.get("phone", ""))
        has_one = bool(self._facts and self._facts.phone)
        if owner == PhoneOwner.NONE:
            data["phone"] = ""
        elif written:
            try:
                data["phone"] = phones.normalise(written)
            except phones.NotAPhone:
                self.add_error("phone", _("Số này chưa đúng. Hãy gõ đủ 10 số, ví dụ 0912 345 678."))
        elif owner in {PhoneOwner.OWN, PhoneOwner.RELATIVE} and not has_one:
            self.add_error("phone", _("Hãy ghi số điện thoại, hoặc chọn «Không có điện thoại»."))
        if data.get("bank_account") and not (data.get("bank_bin") or (self._facts and self._facts.bank_bin)):
            self.add_error("bank_bin", _("Hãy ghi mã ngân hàng của tài khoản này."))
        return data

    def changes(self, production: tuple[ProductionFacts, ...]) -> dict[str, Any]:
        """What was said, by fact name; numbers only when one was written. Only after `is_valid()`."""
        data = self.cleaned_data
        said: dict[str, Any] = {
            name: data[name] for name in ("hamlet", "head_name", "phone_owner", "sex", "birth_year")
        }
        said |= {name: answer_in(data[name]) for name in ASKED}
        said |= {name: data[name] for name in NUMBERS if data.get(name)}
        if data["phone"] or data["phone_owner"] == PhoneOwner.NONE:
            said["phone"] = data["phone"]
        return said | {"production": production}


def _once(hamlets: list[Hamlet], facts: HouseholdFacts | None) -> list[Hamlet]:
    known = {each.pk for each in hamlets}
    return [*([facts.hamlet] if facts and facts.hamlet.pk not in known else []), *hamlets]


class ProductionForm(forms.Form):
    """One line of production; a line without a kind is left out."""

    kind = forms.ChoiceField(
        label=_("Nghề"), required=False, choices=[("", _("Không ghi dòng này")), *Production.choices]
    )
    goods = forms.CharField(label=_("Sản phẩm"), required=False, max_length=60)
    area_m2 = forms.IntegerField(
        label=_("Diện tích (m²)"), required=False, min_value=0, max_value=100_000_000, help_text=_("1 ha là 10.000 m².")
    )
    heads = forms.IntegerField(label=_("Số con"), required=False, min_value=0, max_value=10_000_000)
    season = forms.CharField(label=_("Mùa vụ"), required=False, max_length=60)
    scale = forms.CharField(label=_("Quy mô nói bằng lời"), required=False, max_length=60)


class ProductionLines(forms.BaseFormSet):  # type: ignore[type-arg]
    """The lines of one household."""

    def clean(self) -> None:
        """Kind and goods together stand once."""
        lines = [(line.kind, line.goods) for line in self.lines()]
        if len(lines) != len(set(lines)):
            raise forms.ValidationError(_("Có hai dòng cùng nghề và cùng sản phẩm. Hãy gộp lại thành một dòng."))

    def lines(self) -> tuple[ProductionFacts, ...]:
        """What was said, line by line."""
        return tuple(
            ProductionFacts(
                data["kind"],
                squeeze(data.get("goods", "")),
                data.get("area_m2"),
                data.get("heads"),
                squeeze(data.get("season", "")),
                squeeze(data.get("scale", "")),
            )
            for form in self.forms
            if (data := getattr(form, "cleaned_data", {})).get("kind")
        )


MOST_LINES = 12
ProductionLineSet = forms.formset_factory(ProductionForm, formset=ProductionLines, extra=1, max_num=MOST_LINES)


def production_initial(facts: HouseholdFacts) -> list[dict[str, Any]]:
    """The lines as a formset wants them."""
    return [vars(line) for line in facts.production]
