"""Writing markets, stalls and holders, and what was found at a stall."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from core.files.forms import UploadField
from core.kit import clock
from core.kit.vietqr import LONGEST_CODE
from core.people.grants.wording import last_day
from onboarding.markets.actions import HolderFacts
from onboarding.markets.actions.register import MAX_ADDRESS, MAX_NAME, MAX_NUMBER, MOST_STALLS
from onboarding.markets.models import CodeCheck, Stallholder

_OFF = {"autocomplete": "off"}


class MarketForm(forms.Form):
    """Name and place of a market."""

    name = forms.CharField(label=_("Tên chợ"), max_length=MAX_NAME, widget=forms.TextInput(attrs=_OFF))
    address = forms.CharField(
        label=_("Địa chỉ"), max_length=MAX_ADDRESS, required=False, widget=forms.TextInput(attrs=_OFF)
    )


class NewMarketForm(MarketForm):
    """And since when the commune counts it."""

    valid_from = date_field(_("Tính từ ngày"), help_text=_("Ngày chợ bắt đầu vào sổ chợ 4.0."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("valid_from", clock.today())


class EndForm(forms.Form):
    """The last day of a market or stall."""

    last_day = date_field(_("Ngày cuối cùng"), required=False, help_text=_("Bỏ trống: thôi ngay từ hôm nay."))

    @property
    def end(self) -> date:
        """The first day without; only after `is_valid()`."""
        day: date | None = self.cleaned_data["last_day"]
        return day + timedelta(days=1) if day else clock.today()


class StallsForm(forms.Form):
    """Many stalls at once, one a line."""

    lines = forms.CharField(
        label=_("Các sạp"),
        max_length=MOST_STALLS * (MAX_NUMBER + MAX_NAME + 4),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", **_OFF}),
        help_text=_("Mỗi sạp một dòng: số sạp; họ tên chủ sạp. Ví dụ: A1; Nguyễn Thị Hoa. Sạp trống thì chỉ ghi số."),
    )
    valid_from = date_field(_("Tính từ ngày"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("valid_from", clock.today())

    def clean_lines(self) -> list[tuple[str, HolderFacts | None]]:
        """Number and holder of each line that says something."""
        found: list[tuple[str, HolderFacts | None]] = []
        for line in self.cleaned_data["lines"].splitlines():
            number, _sign, name = (part.strip() for part in line.partition(";"))
            if number or name:
                found.append((number, HolderFacts(name) if name else None))
        if not found:
            raise forms.ValidationError(_("Hãy ghi ít nhất một sạp."))
        if len(found) > MOST_STALLS:
            raise forms.ValidationError(_("Mỗi lần ghi nhiều nhất %(most)s sạp.") % {"most": MOST_STALLS})
        return found


SAME, OTHER, EMPTY = "same", "other", "empty"


class HolderForm(forms.Form):
    """Who holds a stall."""

    who = forms.ChoiceField(
        label=_("Ghi điều gì?"),
        widget=forms.RadioSelect,
        choices=[
            (SAME, _("Vẫn người này, ghi lại cho đúng")),
            (OTHER, _("Từ hôm nay là người khác")),
            (EMPTY, _("Từ hôm nay sạp trống")),
        ],
    )
    full_name = forms.CharField(
        label=_("Họ tên chủ sạp"),
        max_length=MAX_NAME,
        required=False,
        widget=forms.TextInput(attrs=_OFF),
        error_messages={"required": _("Hãy ghi họ tên chủ sạp.")},
    )
    household = forms.IntegerField(
        label=_("Số hộ trong sổ của xã"),
        required=False,
        min_value=1,
        max_value=2**31,
        help_text=_("Nếu hộ của chủ sạp đã có trong sổ: số nằm ở địa chỉ trang của hộ."),
    )
    agreed_how = forms.ChoiceField(
        label=_("Chủ sạp đồng ý cho ghi số điện thoại"),
        required=False,
        choices=[("", _("Chưa hỏi, hoặc không đồng ý")), *Stallholder.AgreedHow.choices],
    )
    phone = forms.CharField(
        label=_("Điện thoại"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", **_OFF}),
        help_text=_("Chỉ ghi khi chủ sạp đồng ý."),
    )

    def __init__(self, *args: Any, holder: Stallholder | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if holder is None:
            del self.fields["who"]
            self.fields["full_name"].required = True
            return
        self.initial.setdefault("who", SAME)
        self.initial["full_name"] = holder.full_name
        self.initial["household"] = holder.household_id
        self.initial["agreed_how"] = holder.agreed_how
        self.initial["phone"] = holder.phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("who") != EMPTY and data.get("full_name") == "":
            self.add_error("full_name", _("Hãy ghi họ tên chủ sạp."))
        return data

    @property
    def is_correction(self) -> bool:
        """Whether it is the same person; only after `is_valid()`."""
        return bool(self.cleaned_data.get("who") == SAME)

    @property
    def facts(self) -> HolderFacts | None:
        """The holder as the action takes it, None for an empty stall; only after `is_valid()`."""
        data = self.cleaned_data
        if data.get("who") == EMPTY:
            return None
        return HolderFacts(data["full_name"], data["phone"], data["household"], data["agreed_how"])


class CodeForm(forms.Form):
    """First step: the code, as a photo or as its text; or that there is none."""

    photo = UploadField(
        label=_("Ảnh chụp mã"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("Máy đọc mã trong ảnh rồi bỏ ảnh đi, không giữ lại."),
    )
    text = forms.CharField(
        label=_("Chữ trong mã"),
        required=False,
        max_length=4 * LONGEST_CODE,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off", **_OFF}),
        help_text=_(
            "Khi ảnh không đọc được: mở mã bằng máy ảnh điện thoại rồi dán chữ vào đây, hoặc gõ tay. Bắt đầu bằng 0002."
        ),
    )
    how = forms.ChoiceField(
        label=_("Chữ trên lấy từ đâu?"),
        required=False,
        choices=[
            (CodeCheck.How.CAMERA.value, _("Máy ảnh điện thoại đọc ra")),
            (CodeCheck.How.TYPED.value, _("Gõ tay")),
        ],
    )
    finding = forms.ChoiceField(
        label=_("Hoặc, tại sạp"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _("Có mã, đã chụp hoặc gõ ở trên")),
            (CodeCheck.Finding.NONE.value, _("Sạp không có mã")),
            (CodeCheck.Finding.UNREADABLE.value, _("Có mã nhưng không máy nào đọc được")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("photo", "text", "finding") if data.get(name)]
        if not given and not self.errors:
            raise forms.ValidationError(_("Hãy chụp ảnh mã, dán chữ trong mã, hoặc chọn điều bạn thấy ở sạp."))
        if len(given) > 1:
            raise forms.ValidationError(_("Hãy chỉ dùng một cách: ảnh, chữ trong mã, hoặc điều bạn thấy ở sạp."))
        return data


class NameForm(forms.Form):
    """Second step: which of the codes is the stall's, and the name the banking app shows."""

    choice = forms.ChoiceField(
        label=_("Mã nào là mã của sạp này?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn mã của sạp này.")},
    )
    name_in_app = forms.CharField(
        label=_("Tên chủ tài khoản mà ứng dụng ngân hàng hiện ra"),
        max_length=MAX_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", **_OFF}),
        help_text=_(
            "Mở ứng dụng ngân hàng của bạn, quét mã, chép lại đúng tên hiện ra, rồi thoát ra, không chuyển tiền. Không xem được thì bỏ trống, đừng đoán."
        ),
    )

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = codes
        if len(codes) == 1:
            field.widget = forms.HiddenInput()
            self.initial["choice"] = codes[0][0]


def last_day_of(row: Any) -> date | None:
    """The last day of a market or stall, as people write ends."""
    return last_day(row.valid_to) if row.valid_to else None
