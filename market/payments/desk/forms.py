"""What accountants write and look for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from market.ledger.accounts import SHARED, is_account
from market.ledger.models import LedgerEntry
from market.payments.desk.queries.book import AskedOfBook, names_of_accounts
from market.payments.desk.queries.incoming import Asked
from market.payments.models import Charge
from market.payments.sources import Source
from market.shops.forms.fields import DongField, written

_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _Days(forms.Form):
    """Two days that run forward."""

    def clean(self) -> dict[str, Any]:
        """The days run forward."""
        cleaned = super().clean() or {}
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("Ngày này đứng trước ngày bắt đầu. Hãy đổi một trong hai ngày."))
        return cleaned

    def understood(self) -> dict[str, Any]:
        """What could be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PaymentsForm(_Days):
    """Looking for a payment; what cannot be read narrows nothing, and its error is shown."""

    q = forms.CharField(
        label=_("Mã đơn hoặc số giao dịch"),
        required=False,
        max_length=60,
        help_text=_("Mã đơn, TxnRef (LS…), hoặc số giao dịch của VNPAY."),
    )
    since = forms.DateField(label=_("Từ ngày"), required=False, widget=_day())
    until = forms.DateField(label=_("Đến hết ngày"), required=False, widget=_day())
    for_nothing = forms.BooleanField(label=_("Chỉ tiền đến hai lần, chưa trả lại"), required=False)

    def asked(self) -> Asked:
        """What was understood."""
        return Asked(**self.understood())


class BookForm(_Days):
    """Narrowing the book. An account of a producer comes by a link, not out of a list of thousands."""

    account = forms.CharField(label=_("Tài khoản"), required=False, widget=forms.Select())
    kind = forms.ChoiceField(label=_("Việc"), required=False)
    since = forms.DateField(label=_("Từ ngày"), required=False, widget=_day())
    until = forms.DateField(label=_("Đến hết ngày"), required=False, widget=_day())
    subject = forms.CharField(
        label=_("Cho khoản"), required=False, max_length=80, help_text=_("Bấm tên khoản trong bảng để điền ô này.")
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        kind, account = self.fields["kind"], self.fields["account"].widget
        assert isinstance(kind, forms.ChoiceField) and isinstance(account, forms.Select)
        kind.choices = [("", _("Mọi việc")), *((value, capfirst(label)) for value, label in LedgerEntry.Kind.choices)]
        chosen = str(data.get("account", ""))
        codes = [*SHARED, *([chosen] if is_account(chosen) and chosen not in SHARED else [])]
        names = names_of_accounts(codes)
        account.choices = [("", _("Mọi tài khoản")), *((code, names[code]) for code in codes)]

    def clean_account(self) -> str:
        code = str(self.cleaned_data["account"])
        if code and not is_account(code):
            raise forms.ValidationError(_("Không có tài khoản này. Hãy chọn lại."))
        return code

    def asked(self) -> AskedOfBook:
        """What was understood."""
        return AskedOfBook(**self.understood())


class RefundForm(forms.Form):
    """Money to be given back by hand. `request_id` is of the page: sending it twice asks once."""

    charge = forms.IntegerField(widget=forms.HiddenInput)
    request_id = forms.CharField(widget=forms.HiddenInput)
    # Checked by the action: of money that has moved since the page was shown it says so.
    source = forms.CharField(label=_("Lấy từ đâu"), max_length=130, widget=forms.RadioSelect)
    amount = DongField(
        label=_("Số tiền hoàn"),
        least=1,
        error_messages={
            "bounds": _("Hãy ghi số tiền lớn hơn 0."),
            "digits": _("Hãy ghi số tiền bằng số, ví dụ 55.000."),
        },
    )
    reason = forms.CharField(
        label=_("Lý do"), max_length=200, error_messages={"required": _("Hãy ghi lý do hoàn tiền.")}
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, charge: Charge, sources: Sequence[tuple[Source, str]]
    ) -> None:
        fresh = {"charge": charge.pk, "request_id": uuid.uuid4().hex}
        if sources:
            fresh["source"] = sources[0][0].key
        super().__init__(data, initial=fresh, auto_id=f"id_{charge.pk}_%s")
        widget = self.fields["source"].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = [(source.key, label) for source, label in sources]

    def clean_request_id(self) -> str:
        found = str(self.cleaned_data["request_id"])
        if not _REQUEST_ID.fullmatch(found):
            raise forms.ValidationError(_("Trang này đã cũ. Hãy mở lại trang."))
        return found

    def clean_reason(self) -> str:
        return written(squeeze(self.cleaned_data["reason"]))


class NoteForm(forms.Form):
    """What a decision was compared with."""

    note = forms.CharField(
        label=_("Đối chiếu với chứng từ nào"),
        max_length=200,
        help_text=_("Ví dụ: báo cáo hoàn tiền VNPAY ngày 05/01/2026, dòng 12."),
        error_messages={"required": _("Hãy ghi đã đối chiếu theo chứng từ nào.")},
    )

    def clean_note(self) -> str:
        return written(squeeze(self.cleaned_data["note"]))


class WithdrawForm(forms.Form):
    """Why a refund does not go, if somebody wants to say it."""

    note = forms.CharField(label=_("Lý do"), max_length=200, required=False)


class ClosingForm(forms.Form):
    """How somebody dealt with a refund that failed or is contradicted, and what VNPAY's report says became of the money."""

    has_paid = forms.ChoiceField(
        label=_("Theo báo cáo của VNPAY, tiền đã về người mua chưa?"),
        choices=[("no", _("Chưa, tiền không đi")), ("yes", _("Rồi, tiền đã về người mua"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn theo báo cáo của VNPAY.")},
    )
    note = forms.CharField(
        label=_("Đã xử lý thế nào, theo chứng từ nào"),
        max_length=200,
        error_messages={"required": _("Hãy ghi đã xử lý thế nào.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, asks_result: bool = True) -> None:
        super().__init__(data)
        if not asks_result:
            del self.fields["has_paid"]

    def clean_note(self) -> str:
        return written(squeeze(self.cleaned_data["note"]))

    @property
    def result(self) -> bool | None:
        """What the report says; None where it was not asked."""
        said = self.cleaned_data.get("has_paid")
        return None if said is None else said == "yes"
