"""The form at the door."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit import phones
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.consent.models import BASIS, Consent, LegalBasis
from onboarding.fieldwork.actions import Registration
from onboarding.households.models import PhoneOwner, Production
from onboarding.households.queries import hamlets_of_team

YES_NO = [("yes", _("Có")), ("no", _("Chưa"))]
ASKED = [purpose for purpose, basis in BASIS.items() if basis == LegalBasis.CONSENT]


class RegistrationForm(forms.Form):
    """The minimum set, the way a volunteer asks it. Consent boxes are never ticked beforehand."""

    record_id = forms.UUIDField(widget=forms.HiddenInput)
    hamlet = forms.ModelChoiceField(
        label=_("Ấp, thôn, khu phố"), queryset=Hamlet.objects.none(), empty_label=_("Chọn nơi ở")
    )
    head_name = forms.CharField(
        label=_("Họ tên chủ hộ"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone_owner = forms.ChoiceField(
        label=_("Điện thoại"),
        choices=[(key, label.capitalize()) for key, label in PhoneOwner.choices],
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("Số điện thoại"),
        max_length=20,
        help_text=_("Hộ không có điện thoại thì bỏ trống. Số chỉ hiện cho người mua khi hộ đồng ý ở bước cuối."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    production = forms.MultipleChoiceField(
        label=_("Hộ làm nghề gì?"), choices=Production.choices, widget=forms.CheckboxSelectMultiple
    )
    scale = forms.CharField(
        label=_("Quy mô"),
        required=False,
        max_length=60,
        help_text=_("Ví dụ: 2 ha điều, 40 con heo. Bỏ trống nếu chưa rõ."),
    )
    registered = forms.ChoiceField(label=_("Hộ có đăng ký kinh doanh không?"), choices=YES_NO, widget=forms.RadioSelect)
    selling_name = forms.CharField(
        label=_("Tên bán hàng"),
        required=False,
        max_length=160,
        help_text=_("Tên người mua sẽ thấy. Bỏ trống thì dùng tên chủ hộ."),
    )
    means = forms.ChoiceField(
        label=_("Hộ trả lời bằng cách nào?"), choices=Consent.Means.choices[:3], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hamlet = self.fields["hamlet"]
        assert isinstance(hamlet, forms.ModelChoiceField)
        hamlet.queryset = hamlets_of_team(viewer)
        self.initial.setdefault("record_id", uuid.uuid4())
        for purpose in ASKED:
            self.fields[f"consent_{purpose.value}"] = forms.BooleanField(label=purpose.label, required=False)

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        """The boxes, one per purpose."""
        return [self[f"consent_{purpose.value}"] for purpose in ASKED]

    def clean_head_name(self) -> str:
        name = squeeze(self.cleaned_data["head_name"])
        if not name:  # nothing but invisible characters
            raise forms.ValidationError(_("Hãy ghi họ tên chủ hộ."))
        return name

    def clean_selling_name(self) -> str:
        return squeeze(self.cleaned_data["selling_name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        written = data.get("phone", "")
        if data.get("phone_owner") == PhoneOwner.NONE:
            data["phone"] = ""
            self.errors.pop("phone", None)
        elif "phone" in data:
            try:
                data["phone"] = phones.normalise(written)
            except phones.NotAPhone:
                self.add_error("phone", _("Số này chưa đúng. Hãy gõ đủ 10 số, ví dụ 0912 345 678."))
        return data

    def facts(self) -> Registration:
        """What the action needs; only after `is_valid()`."""
        data = self.cleaned_data
        return Registration(
            record_id=data["record_id"],
            head_name=data["head_name"],
            hamlet=data["hamlet"],
            phone=data["phone"],
            phone_owner=data["phone_owner"],
            production=dict.fromkeys(data["production"], squeeze(data["scale"])),
            has_business_registration=data["registered"] == "yes",
            selling_name=data["selling_name"],
            consents={purpose.value: data[f"consent_{purpose.value}"] for purpose in ASKED},
            means=data["means"],
        )
