"""The listing form: photograph first, then a few words; and the short one of another size."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.places.models import Unit
from market.goods.models import Category
from market.goods.queries import offered_categories
from market.listings.actions import ListingFacts
from market.listings.actions.facts import SHARED
from market.listings.forms.fields import (
    CategorySelect,
    DegreeField,
    NumberField,
    PapersField,
    PhotosField,
    SeveralPhotos,
    WordsField,
    is_alcoholic,
)
from market.listings.models import Listing, SaleUnit
from market.listings.queries import makers_of, papers_of
from market.listings.rules import MAX_PHOTOS
from market.shops.forms import DongField
from market.shops.models import Shop
from onboarding.papers.models import Paper
from onboarding.producers.models import Producer

_MONTHS = [("", _("Chọn tháng")), *((number, f"Tháng {number}") for number in range(1, 13))]


class OfferForm(forms.Form):
    """What every size has for itself: price, unit, measure, stock."""

    # Given with the empty form, so that a form sent twice makes one listing.
    sku = forms.RegexField(r"^LS\d{8}$", required=False, widget=forms.HiddenInput)
    # The last StockMove when the number of stock was shown: the two only travel together.
    move_seen = forms.IntegerField(required=False, min_value=0, max_value=10**15, widget=forms.HiddenInput)
    # What stood there when the page was opened: see `actions.meanwhile`.
    content_seen = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    price = DongField(label=_("Giá bán (đồng)"))
    unit = forms.ChoiceField(
        label=_("Bán theo"), choices=SaleUnit.choices, error_messages={"required": _("Hãy chọn bán theo gì.")}
    )
    net_weight = NumberField(
        label=_("Khối lượng tịnh của một đơn vị (gam)"),
        required=False,
        least=1,
        most=1_000_000,
        say=_("Khối lượng là số gam, từ 1 đến 1.000.000, ví dụ 500."),
        help_text=_("Ví dụ hộp 500 g thì ghi 500. Hàng không cân thì bỏ trống."),
    )
    net_volume = NumberField(
        label=_("Dung tích của một đơn vị (ml)"),
        required=False,
        least=1,
        most=1_000_000,
        say=_("Dung tích là số mililít, từ 1 đến 1.000.000, ví dụ 500."),
        help_text=_("Chỉ với hàng lỏng. Ví dụ chai nửa lít thì ghi 500."),
    )
    stock = NumberField(
        label=_("Số lượng đang có"),
        least=0,
        most=1_000_000,
        say=_("Số lượng là số tròn, từ 0 đến 1.000.000, ví dụ 20."),
    )
    # What a draft may still be without, each with its value until somebody says it.
    unsaid: ClassVar[dict[str, Any]] = {"price": 0, "stock": 0}

    def __init__(self, *args: Any, is_draft: bool = False, **options: Any) -> None:
        """With `is_draft` only a name (of a size: its size) must be said; publishing asks for the rest."""
        super().__init__(*args, **options)
        for name in self.unsaid if is_draft else ():
            self.fields[name].required = False
            self.fields[name].is_for_sale = True  # type: ignore[attr-defined]

    def _said(self) -> dict[str, Any]:
        """What was said and could be read, by the facts' names."""
        told = {
            name: self.cleaned_data[name] for name in ListingFacts.__dataclass_fields__ if name in self.cleaned_data
        }
        return {"unit": SaleUnit.KILOGRAM, "net_weight": None} | told | {
            name: value for name, value in self.unsaid.items() if told.get(name) is None
        }  # fmt: skip


class VariantForm(OfferForm):
    """Another size of goods that are written already."""

    variant_name = WordsField(
        label=_("Quy cách"), limit=40, help_text=_("Cỡ hay cách gói, ví dụ: túi 1 kg, chai 330 ml.")
    )
    field_order = ("variant_name",)

    def facts(self, main: Listing) -> ListingFacts:
        """What the action needs: the main one's words with this size's own; after `is_valid()`, or to look at what could be
        read."""
        return ListingFacts(**{name: getattr(main, name) for name in SHARED}, **self._said())


class ListingForm(OfferForm):
    """One listing. `kept` carries photos that were already stored, so that an error elsewhere loses none.

    With a `shop` it asks for the maker (where the shop has several), the papers the producer keeps and the commune.
    """

    photos = PhotosField(
        label=_("Ảnh sản phẩm"),
        allow_empty_file=True,  # the photo pipeline refuses it by name, and the other photos stay
        widget=SeveralPhotos(attrs={"accept": "image/*"}),
        help_text=_("Chụp nơi sáng, rõ sản phẩm và nhãn. Tối đa 8 ảnh. Ảnh đầu là ảnh chính."),
    )
    # The version of the unsaved words that this window has kept.
    draft_seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    removed = forms.CharField(required=False, widget=forms.HiddenInput)
    turned = forms.CharField(required=False, widget=forms.HiddenInput)
    name = WordsField(
        label=_("Tên sản phẩm"),
        limit=120,
        error_messages={"required": _("Hãy ghi tên sản phẩm.")},
        help_text=_("Tên như trên nhãn, ví dụ: Hạt điều rang muối Bù Gia Mập."),
    )
    category = forms.ModelChoiceField(
        label=_("Loại hàng"),
        queryset=Category.objects.none(),
        empty_label=_("Chọn loại hàng"),
        widget=CategorySelect,
        error_messages={
            "required": _("Chọn loại hàng."),
            "invalid_choice": _("Loại hàng này không còn trong danh sách. Hãy chọn loại khác."),
        },
    )
    description = WordsField(
        label=_("Mô tả"),
        limit=4000,
        lines=True,
        rows=5,
        error_messages={"required": _("Viết vài dòng mô tả sản phẩm.")},
        help_text=_("Làm từ gì, vị thế nào, dùng ra sao. Ba dòng là đủ."),
    )
    variant_name = WordsField(
        label=_("Quy cách"),
        required=False,
        limit=40,
        help_text=_("Ghi khi bạn bán nhiều cỡ, ví dụ: hộp 500 g. Các cỡ khác thêm sau khi lưu."),
    )
    ingredients = WordsField(label=_("Thành phần"), required=False, limit=1000, lines=True)
    storage_note = WordsField(
        label=_("Cách giữ"),
        required=False,
        limit=200,
        help_text=_("Ví dụ: để nơi khô mát, mở rồi thì cất tủ lạnh."),
    )
    shelf_life_days = NumberField(
        label=_("Hạn dùng (số ngày từ ngày làm)"),
        required=False,
        least=1,
        most=3650,
        say=_("Hạn dùng là số ngày, từ 1 đến 3.650, ví dụ 365."),
    )
    warning = WordsField(
        label=_("Cảnh báo"),
        required=False,
        limit=300,
        help_text=_("Ví dụ: có đậu phộng; trẻ dưới 1 tuổi không dùng."),
    )
    alcohol = DegreeField(
        label=_("Độ cồn (%)"),
        required=False,
        decimal_places=1,
        help_text=_("Chỉ với rượu, bia và đồ uống có cồn. Ghi như trên nhãn, ví dụ 29,5."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    season_from = forms.TypedChoiceField(
        label=_("Có hàng từ"), required=False, coerce=int, empty_value=None, choices=_MONTHS
    )
    season_to = forms.TypedChoiceField(
        label=_("Có hàng đến"), required=False, coerce=int, empty_value=None, choices=_MONTHS
    )
    origin = forms.ModelChoiceField(
        label=_("Nơi làm ra"), required=False, queryset=Unit.objects.none(), empty_label=_("Như nơi của người bán")
    )
    maker = forms.ModelChoiceField(
        label=_("Người làm"), required=False, queryset=Producer.objects.none(), empty_label=_("Chủ gian hàng")
    )
    papers = PapersField(label=_("Giấy tờ đi kèm"), required=False, queryset=Paper.objects.none())

    unsaid: ClassVar[dict[str, Any]] = OfferForm.unsaid | {"category": None, "description": ""}

    def __init__(self, *args: Any, shop: Shop | None = None, listing: Listing | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        held = Q(pk=listing.category_id) if listing else Q(pk=None)
        category = self.fields["category"]
        assert isinstance(category, forms.ModelChoiceField)
        category.queryset = (offered_categories() | Category.objects.filter(held)).order_by("position")
        if shop is None:
            for name in ("origin", "maker", "papers"):
                del self.fields[name]
            return
        self._choose("origin", Unit.objects.filter(_near(shop, listing)).order_by("name"))
        self._choose("maker", makers_of(shop, listing))
        self._choose("papers", papers_of(shop, listing))
        for name in ("maker", "papers"):
            if not list(self.fields[name].choices)[name == "maker" :]:  # type: ignore[attr-defined]
                del self.fields[name]

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("alcohol") is not None and data.get("category") and not is_alcoholic(data["category"]):
            self.add_error("alcohol", _("Chỉ ghi độ cồn cho đồ uống có cồn. Hãy bỏ trống hoặc chọn lại loại hàng."))
        if (data.get("season_from") is None) != (data.get("season_to") is None):
            missing = "season_from" if data.get("season_from") is None else "season_to"
            self.add_error(missing, _("Chọn cả tháng đầu và tháng cuối mùa, hoặc bỏ trống cả hai."))
        return data

    def ids(self, name: str) -> list[uuid.UUID]:
        """The photo ids a hidden field carries, without those ticked for removal."""
        ticked = set(self.data.getlist("remove_photo")) if hasattr(self.data, "getlist") else set()
        found: list[uuid.UUID] = []
        for text in self.data.get(name, "").split(","):
            try:
                key = uuid.UUID(text)
            except ValueError:
                continue
            if str(key) not in ticked and key not in found:
                found.append(key)
        return found[: 4 * MAX_PHOTOS]

    def kept_ids(self) -> list[uuid.UUID]:
        """Ids of photos stored by an earlier try."""
        return self.ids("kept")[:MAX_PHOTOS]

    def facts(self) -> ListingFacts:
        """What the action needs; after `is_valid()`, or to look at what could be read. Papers the form did not ask about
        stay as they are."""
        told = {"name": ""} | self._said()
        papers = told.pop("papers", None)
        return ListingFacts(**told, papers=None if papers is None else tuple(papers))


def _near(shop: Shop, listing: Listing | None) -> Q:
    """Communes of today in the producer's province, and the one chosen before."""
    near = Q(level="commune", parent_id=shop.producer.commune.parent_id, valid_to=None)
    return near | Q(pk=listing.origin_id) if listing and listing.origin_id else near
