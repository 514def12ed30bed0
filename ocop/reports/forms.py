"""What people enter for a report, and a file that somebody wants compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.files.forms import UploadField
from core.kit import clock
from core.places.models import Level
from core.places.queries import name_on
from ocop.reports.actions import Said
from ocop.reports.drawing.lettering import unprintable
from ocop.reports.models import OfficialReport
from ocop.reports.wording import lines_in
from ocop.snapshots.models import Snapshot

MOST_LINES = 40
# What is the same from one report of an area to the next.
KEPT = ("superior", "issuer", "place", "addressees", "authority", "title", "signer", "recipients")


def _line(**more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **more})


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})


class ReportForm(forms.Form):
    """The parts of an official document that are not figures. Which of them fit together, the action says."""

    superior = forms.CharField(
        label=_("Cơ quan chủ quản"), max_length=160, required=False, widget=_line(),
        help_text=_("Đứng trên tên cơ quan ban hành. Ủy ban nhân dân thì để trống."),
    )  # fmt: skip
    issuer = forms.CharField(
        label=_("Cơ quan ban hành"), max_length=160, widget=_line(),
        error_messages={"required": _("Hãy ghi tên cơ quan ban hành báo cáo.")},
    )  # fmt: skip
    number = forms.CharField(
        label=_("Số, ký hiệu"), max_length=40, widget=_line(),
        help_text=_("Như trong sổ văn bản đi, ví dụ 125/BC-UBND."),
        error_messages={"required": _("Hãy ghi số và ký hiệu của báo cáo.")},
    )  # fmt: skip
    place = forms.CharField(
        label=_("Nơi ký"), max_length=60, widget=_line(), help_text=_("Chỉ tên riêng, ví dụ Lâm Đồng."),
        error_messages={"required": _("Hãy ghi nơi ký.")},
    )  # fmt: skip
    issued_on = forms.DateField(
        label=_("Ngày ký"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Hãy chọn ngày."), "invalid": _("Ngày này không có thật. Hãy chọn lại.")},
    )
    subject = forms.CharField(
        label=_("Trích yếu"), max_length=300, widget=_lines(2), help_text=_("Báo cáo về việc gì, trong một câu."),
        error_messages={"required": _("Hãy ghi trích yếu.")},
    )  # fmt: skip
    addressees = forms.CharField(
        label=_("Kính gửi"), max_length=1000, required=False, widget=_lines(2), help_text=_("Mỗi nơi một dòng."),
    )  # fmt: skip
    remarks = forms.CharField(
        label=_("Nhận xét, kiến nghị"), max_length=6000, required=False, widget=_lines(6),
        help_text=_("Chữ thường, mỗi đoạn một dòng. Số liệu tự in, không cần chép lại."),
    )  # fmt: skip
    authority = forms.CharField(
        label=_("Thay mặt, ký thay"), max_length=160, required=False, widget=_lines(2),
        help_text=_("Ví dụ: TM. ỦY BAN NHÂN DÂN; dòng sau: KT. CHỦ TỊCH. Người đứng đầu ký thì để trống."),
    )  # fmt: skip
    title = forms.CharField(
        label=_("Chức vụ người ký"), max_length=100, widget=_line(),
        error_messages={"required": _("Hãy ghi chức vụ của người ký.")},
    )  # fmt: skip
    signer = forms.CharField(
        label=_("Họ tên người ký"), max_length=100, widget=_line(),
        error_messages={"required": _("Hãy ghi họ tên người ký.")},
    )  # fmt: skip
    recipients = forms.CharField(
        label=_("Nơi nhận"), max_length=2000, widget=_lines(4), help_text=_("Mỗi nơi một dòng, dòng cuối là Lưu: VT."),
        error_messages={"required": _("Hãy ghi ít nhất một nơi nhận, ví dụ: Lưu: VT.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Vì sao thay báo cáo cũ?"), max_length=300, widget=_line(),
        help_text=_("In trong báo cáo mới và hiện ở trang kiểm tra của báo cáo cũ."),
        error_messages={"required": _("Hãy ghi vì sao thay báo cáo. Lý do in trong báo cáo mới.")},
    )  # fmt: skip

    def __init__(self, *args: Any, replaces: OfficialReport | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replaces is None:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Nothing is printed as another sign than was entered, and no list runs over pages."""
        said = super().clean() or {}
        for name, value in list(said.items()):  # an error takes the value out
            if not isinstance(value, str):
                continue
            if signs := "".join(dict.fromkeys(unprintable(" ".join(lines_in(value)))))[:10]:
                self.add_error(name, _now("Chữ «%(signs)s» không in được trong văn bản. Hãy bỏ đi.") % {"signs": signs})
            elif len(lines_in(value)) > MOST_LINES:
                self.add_error(name, _now("Nhiều nhất %(most)s dòng. Hãy gộp bớt.") % {"most": MOST_LINES})
            elif not lines_in(value) and self.fields[name].required:
                self.add_error(name, self.fields[name].error_messages["required"])
        return said

    def said(self) -> Said:
        """What was entered, for the action."""
        return Said(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})


def first_words(snapshot: Snapshot, last: OfficialReport | None) -> dict[str, Any]:
    """What the form holds before anybody typed: what the area's last report said, else what most would write."""
    unit = snapshot.unit
    area = name_on(unit, snapshot.on) if unit else ""
    home = unit.parent if unit is not None and unit.level == Level.COMMUNE else unit
    found: dict[str, Any] = {
        "issuer": f"Ủy ban nhân dân {name_on(home, snapshot.on)}" if home else "",
        "place": home.name if home else "Hà Nội",
        "authority": "TM. ỦY BAN NHÂN DÂN" if home else "",
        "title": "CHỦ TỊCH" if home else "",
        "recipients": "Lưu: VT.",  # «Như trên» means who is addressed, and nobody is yet
    }
    if last is not None:
        found |= {name: getattr(last, name) for name in KEPT}
    where = f" của {area}" if area else ""
    return found | {
        "issued_on": clock.today(),
        "subject": capfirst(
            f"kết quả đưa hộ sản xuất nông nghiệp và sản phẩm OCOP{where} lên sàn thương mại điện tử, tính đến hết ngày "
            f"{snapshot.on:%d/%m/%Y}"
        ),
    }


def words_again(report: OfficialReport) -> dict[str, Any]:
    """What a report said, to be said right in the one that replaces it."""
    again = (*KEPT, "subject", "remarks")
    return {name: getattr(report, name) for name in again} | {"issued_on": clock.today()}


class CodeForm(forms.Form):
    """The code on a report, typed."""

    ma = forms.CharField(
        label=_("Mã kiểm tra"), max_length=60, help_text=_("12 chữ và số ở cuối báo cáo, ví dụ ABCD-EFGH-JKMN."),
        widget=_line(autocapitalize="characters", spellcheck="false"),
        error_messages={"required": _("Hãy gõ mã kiểm tra.")},
    )  # fmt: skip


class FileForm(forms.Form):
    """A file that somebody was given."""

    file = UploadField(
        label=_("Tệp bạn có (PDF hoặc Excel)"),
        help_text=_("Tệp chỉ được đọc để so, không giữ lại. Tối đa 15 MB."),
        error_messages={"required": _("Hãy chọn tệp."), "empty": _("Tệp này trống. Hãy chọn tệp khác.")},
    )
