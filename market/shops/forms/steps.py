"""The five steps of a shop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kit.phones import masked
from core.kit.text import plain_text, squeeze
from market.goods.models import Category
from market.shops.actions import Sending
from market.shops.forms.fields import DongField, written
from market.shops.models import DeliveryRule, Shop
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent

MOST_GOODS = 8
_DIGITS = {"digits": _("Hãy ghi số tiền bằng số, ví dụ 30.000.")}
_LEFT_OUT = _("Hãy ghi mục này, hoặc bỏ chọn nơi giao này.")
_FEE = _DIGITS | {"required": _LEFT_OUT} | {"bounds": _("Phí giao phải dưới 10 triệu đồng.")}
_SUM = _DIGITS | {"bounds": _("Số tiền phải từ 1.000 đ đến dưới 1 tỷ đồng.")}


class WordsForm(forms.Form):
    """Who sells: name and story."""

    name = forms.CharField(
        label=_("Tên gian hàng"), max_length=120, help_text=_("Tên ngắn, dễ nhớ, có tên người hoặc tên vùng.")
    )
    story = forms.CharField(
        label=_("Câu chuyện của bạn"),
        required=False,
        max_length=2000,
        help_text=_("Bạn làm nghề này từ bao giờ, ở đâu, làm thế nào. Vài câu là đủ."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    @classmethod
    def showing(cls, data: Any, shop: Shop) -> WordsForm:
        """With what is known."""
        return cls(data, initial={"name": shop.name, "story": shop.story})

    def clean_name(self) -> str:
        return written(squeeze(self.cleaned_data["name"]))

    def clean_story(self) -> str:
        return plain_text(self.cleaned_data["story"], 2000)


class PlaceForm(forms.Form):
    """Where."""

    pickup_address = forms.CharField(
        label=_("Nơi lấy hàng"),
        max_length=200,
        help_text=_("Số nhà, đường, ấp. Chỉ người giao hàng thấy, người mua không thấy."),
    )
    place_note = forms.CharField(
        label=_("Đường đến"),
        required=False,
        max_length=160,
        help_text=_("Người mua thấy lời này. Ví dụ: cạnh chợ Bắc Ruộng, đi vào 200 m."),
    )
    hours = forms.CharField(
        label=_("Giờ bán"), required=False, max_length=120, help_text=_("Ví dụ: 7 giờ đến 18 giờ, nghỉ chủ nhật.")
    )
    shows_phone = forms.BooleanField(label=_("Cho người mua thấy số điện thoại này"), required=False)

    @classmethod
    def showing(cls, data: Any, shop: Shop) -> PlaceForm:
        """With what is known. About the phone the view asks those who may answer only."""
        words = ("pickup_address", "place_note", "hours")
        known = {name: getattr(shop, name) for name in words}
        form = cls(data, initial=known | {"shows_phone": has_consent(shop.producer, Purpose.CONTACT)})
        form.fields["shows_phone"].help_text = _("Số %s. Không chọn thì người mua không thấy.") % masked(
            shop.producer.phone
        )
        return form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data |= {name: squeeze(text) for name, text in data.items() if isinstance(text, str)}
        if "pickup_address" in data and not data["pickup_address"]:
            self.add_error("pickup_address", _("Hãy ghi mục này."))
        return data


class GoodsForm(forms.Form):
    """What."""

    goods = forms.ModelMultipleChoiceField(
        label=_("Mặt hàng chính"),
        # The product sets only, the third level of the tree: what exactly is said by each listing.
        queryset=Category.objects.filter(
            is_offered=True, parent__parent__isnull=False, parent__parent__parent__isnull=True
        ),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chọn từ 1 đến 8 loại. Từng sản phẩm bạn đăng sau."),
        error_messages={"required": _("Hãy chọn ít nhất một loại.")},
    )

    @classmethod
    def showing(cls, data: Any, shop: Shop) -> GoodsForm:
        """With what is known."""
        return cls(data, initial={"goods": list(shop.main_goods.all())})

    def clean_goods(self) -> list[Category]:
        found = list(self.cleaned_data["goods"])
        if len(found) > MOST_GOODS:
            raise forms.ValidationError(_("Chọn nhiều nhất 8 loại. Hãy bỏ bớt."))
        return found


class PayForm(forms.Form):
    """How to be paid. Transfers need a bank account, which has a page of its own."""

    cash = forms.BooleanField(label=_("Tiền mặt khi nhận hàng"), required=False)
    transfer = forms.BooleanField(label=_("Chuyển khoản vào tài khoản ngân hàng"), required=False)
    vnpay = forms.BooleanField(label=_("Trả qua VNPAY khi đặt hàng"), required=False)

    @classmethod
    def showing(cls, data: Any, shop: Shop) -> PayForm:
        """With what is known."""
        known = {"cash": shop.takes_cash, "transfer": shop.takes_transfer, "vnpay": shop.takes_vnpay}
        return cls(data, initial=known)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.values()):
            raise forms.ValidationError(_("Hãy chọn ít nhất một cách nhận tiền."))
        return data


class DeliveryForm(forms.Form):
    """How to deliver: the same five questions for every zone, under names that begin with the zone."""

    use_required_attribute = False  # needed only where the zone is ticked

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for zone in DeliveryRule.Zone:
            # Needed with its tick only: an untouched page says so of every zone, an answer is asked where there is a tick.
            asked = not self.is_bound or bool(self.data.get(f"{zone}_sends"))
            self.fields[f"{zone}_sends"] = forms.BooleanField(label=_("Có giao %s") % zone.label, required=False)
            self.fields[f"{zone}_fee"] = DongField(
                label=_("Phí giao (đồng)"), required=asked, least=0, limit=10_000_000,
                help_text=_("Không lấy phí thì ghi 0."), error_messages=_FEE,
            )  # fmt: skip
            self.fields[f"{zone}_free_from"] = DongField(
                label=_("Miễn phí cho đơn từ (đồng)"), required=False, error_messages=_SUM
            )
            for name, label in (("days_from", _("Sớm nhất (ngày)")), ("days_to", _("Muộn nhất (ngày)"))):
                self.fields[f"{zone}_{name}"] = forms.IntegerField(
                    label=label, required=asked and name == "days_to", error_messages={"required": _LEFT_OUT}, min_value=0, max_value=60,
                    widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                )  # fmt: skip

    @classmethod
    def showing(cls, data: Any, shop: Shop) -> DeliveryForm:
        """With what is known."""
        names = ("fee", "free_from", "days_from", "days_to")
        known: dict[str, Any] = {}
        for rule in shop.delivery.all():
            known |= {f"{rule.zone}_{name}": getattr(rule, name) for name in names} | {f"{rule.zone}_sends": True}
        return cls(data, initial=known)

    def zones(self) -> list[dict[str, Any]]:
        """For the page: the name of each zone with its own fields."""
        return [
            {"label": zone.label, "fields": [self[name] for name in self.fields if name.startswith(f"{zone}_")]}
            for zone in DeliveryRule.Zone
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [zone for zone in DeliveryRule.Zone if data.get(f"{zone}_sends")]
        for zone in chosen:
            days = data.get(f"{zone}_days_from"), data.get(f"{zone}_days_to")
            if days[0] is not None and days[1] is not None and days[0] > days[1]:
                self.add_error(f"{zone}_days_to", _("Ngày muộn nhất phải bằng hoặc sau ngày sớm nhất."))
        if not chosen:
            raise forms.ValidationError(_("Hãy chọn ít nhất một nơi giao hàng."))
        return data

    def sendings(self) -> list[Sending]:
        """Only after `is_valid()`."""
        names = ("fee", "free_from", "days_from", "days_to")
        return [
            Sending(zone=zone.value, **{name: self._told(zone, name) for name in names})
            for zone in DeliveryRule.Zone
            if self.cleaned_data[f"{zone}_sends"]
        ]

    def _told(self, zone: str, name: str) -> Any:
        said = self.cleaned_data[f"{zone}_{name}"]
        return 0 if name == "days_from" and said is None else said
