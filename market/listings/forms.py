"""The listing form: photograph first, then a few words."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.kit.text import plain_text, squeeze
from market.goods.queries import offered_categories
from market.listings.actions import ListingFacts
from market.listings.models import SaleUnit
from market.listings.rules import MAX_PHOTOS
from market.shops.forms import DongField, written


class SeveralPhotos(forms.ClearableFileInput):
    """A file input for several pictures."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Zero or more uploaded files: a draft may wait for its photos, publishing asks for one. Whether they are pictures is
    found out by the photo pipeline."""

    widget = SeveralPhotos

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


class ListingForm(forms.Form):
    """One listing. `kept` carries photos that were already stored, so that an error elsewhere loses none."""

    photos = PhotosField(
        label=_("Ảnh sản phẩm"),
        allow_empty_file=True,  # the photo pipeline refuses it by name, and the other photos stay
        widget=SeveralPhotos(attrs={"accept": "image/*"}),
        help_text=_("Chụp nơi sáng, rõ sản phẩm và nhãn. Tối đa 8 ảnh."),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    # Given with the empty form, so that a form sent twice makes one listing.
    sku = forms.RegexField(r"^LS\d{8}$", required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Tên sản phẩm"), max_length=120, help_text=_("Tên như trên nhãn, ví dụ: Hạt điều rang muối Bù Gia Mập.")
    )
    category = forms.ModelChoiceField(
        label=_("Loại hàng"), queryset=offered_categories(), empty_label=_("Chọn loại hàng")
    )
    description = forms.CharField(
        label=_("Mô tả"),
        max_length=4000,
        help_text=_("Làm từ gì, vị thế nào, dùng ra sao, giữ được bao lâu. Ba dòng là đủ."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    price = DongField(label=_("Giá bán (đồng)"))
    unit = forms.ChoiceField(label=_("Bán theo"), choices=SaleUnit.choices)
    net_weight = forms.IntegerField(
        label=_("Khối lượng tịnh của một đơn vị (gam)"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Ví dụ hộp 500 g thì ghi 500. Hàng không cân thì bỏ trống."),
    )
    stock_seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    stock = forms.IntegerField(label=_("Số lượng đang có"), min_value=0, max_value=1_000_000)

    def clean_name(self) -> str:
        return written(squeeze(self.cleaned_data["name"]))

    def clean_description(self) -> str:
        return written(plain_text(self.cleaned_data["description"], 4000))

    def kept_ids(self) -> list[uuid.UUID]:
        """Ids of photos stored by an earlier try, without those ticked for removal."""
        removed = set(self.data.getlist("remove_photo")) if hasattr(self.data, "getlist") else set()
        found: list[uuid.UUID] = []
        for text in self.data.get("kept", "").split(","):
            try:
                key = uuid.UUID(text)
            except ValueError:
                continue
            if str(key) not in removed and key not in found:
                found.append(key)
        return found[:MAX_PHOTOS]

    def facts(self) -> ListingFacts:
        """What the action needs; only after `is_valid()`."""
        data = self.cleaned_data
        return ListingFacts(**{name: data[name] for name in ListingFacts.__dataclass_fields__ if name in data})
