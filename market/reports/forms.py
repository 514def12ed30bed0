"""What people write about goods that are not as they should be."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.kit import phones
from core.kit.text import plain_text, squeeze
from market.reports.actions import Said
from market.reports.models import Reason, Report
from market.reports.rules import ABOUT_LINKS
from market.shops.forms import written
from onboarding.accounts.models import OutsideLink

LONGEST = 1000


class Words(forms.CharField):
    """Several lines of plain text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), **options)

    def clean(self, value: Any) -> str:
        return plain_text(super().clean(value), LONGEST)


class ReportForm(forms.Form):
    """One report. `links` are the pages elsewhere that the public sees for the listing."""

    reason = forms.ChoiceField(label=_("Điều gì không đúng?"), choices=Reason.choices, widget=forms.RadioSelect)
    link = forms.ChoiceField(label=_("Liên kết nào?"), required=False, widget=forms.RadioSelect)
    words = Words(
        label=_("Bạn thấy gì?"),
        required=False,
        help_text=_("Viết ngắn: sai ở đâu, đúng ra thế nào. Đừng ghi số giấy tờ của ai."),
    )
    contact = forms.CharField(
        label=_("Điện thoại hoặc email của bạn"),
        required=False,
        max_length=120,
        help_text=_("Chỉ cán bộ xử lý xem được. Để trống nếu bạn không muốn ai liên hệ."),
    )

    def __init__(self, data: Any = None, *, links: Sequence[OutsideLink]) -> None:
        super().__init__(data)
        self._links = {str(link.pk): link for link in links}
        if links:
            self.fields["link"].choices = [(pk, link.account.platform.name) for pk, link in self._links.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["link"]
            reasons = [(code, label) for code, label in Reason.choices if code not in ABOUT_LINKS]
            self.fields["reason"].choices = reasons  # type: ignore[attr-defined]

    def clean_contact(self) -> str:
        text = squeeze(self.cleaned_data["contact"])
        if not text:
            return ""
        with suppress(phones.NotAPhone):
            return phones.normalise(text)
        try:
            validate_email(text)
        except ValidationError as problem:
            raise ValidationError(
                _("Hãy ghi số điện thoại (ví dụ 0912 345 678) hoặc email, hoặc để trống.")
            ) from problem
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reason = data.get("reason")
        if reason in ABOUT_LINKS and not data.get("link"):
            self.add_error("link", _("Hãy chọn liên kết không mở được."))
        if reason == Reason.OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Hãy viết vài chữ để cán bộ hiểu điều gì không đúng."))
        return data

    def said(self) -> Said:
        """What the action needs; only after `is_valid()`."""
        data = self.cleaned_data
        return Said(reason=data["reason"], words=data["words"], contact=data["contact"])

    def chosen_link(self) -> OutsideLink | None:
        """The page elsewhere, if the report is about one."""
        data = self.cleaned_data
        return self._links.get(data.get("link") or "") if data["reason"] in ABOUT_LINKS else None


class TakedownForm(forms.Form):
    """What the seller is told."""

    words = Words(
        label=_("Người bán phải sửa gì?"),
        help_text=_("Người bán đọc lời này. Nói rõ chỗ sai và cách sửa."),
    )

    def clean_words(self) -> str:
        return written(self.cleaned_data["words"])


class AnswerForm(forms.Form):
    """What the reporter is told when nothing is taken down."""

    state = forms.ChoiceField(label=_("Bạn thấy thế nào?"), widget=forms.RadioSelect)
    answer = Words(label=_("Trả lời người gửi"), help_text=_("Người gửi phản ánh đọc lời này."))

    def __init__(self, data: Any = None, *, report: Report) -> None:
        super().__init__(data)
        mended = _("Đúng là liên kết chết") if report.reason in ABOUT_LINKS else _("Người bán đã sửa xong")
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (Report.State.MENDED, mended),
            (Report.State.UNFOUNDED, _("Không thấy sai")),
        ]

    def clean_answer(self) -> str:
        return written(self.cleaned_data["answer"])


class AppealForm(forms.Form):
    """The seller's side."""

    words = Words(
        label=_("Bạn đã sửa gì, hoặc vì sao bạn không đồng ý?"),
        help_text=_("Cán bộ khác với người đã gỡ tin sẽ đọc và quyết."),
    )

    def clean_words(self) -> str:
        return written(self.cleaned_data["words"])


class DecisionForm(forms.Form):
    """Granted or not, and why."""

    outcome = forms.ChoiceField(
        label=_("Quyết định"),
        choices=[("granted", _("Đồng ý, cho bán lại")), ("refused", _("Giữ quyết định gỡ"))],
        widget=forms.RadioSelect,
    )
    answer = Words(label=_("Trả lời người bán"))

    def clean_answer(self) -> str:
        return written(self.cleaned_data["answer"])
