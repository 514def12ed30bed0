"""Listings: what a shop sells, written once and kept true on every platform."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.files.models import Photo
from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit
from market.goods.models import Category
from market.shops.models import Shop
from onboarding.papers.models import Paper
from onboarding.producers.models import Producer


class SaleUnit(models.TextChoices):
    KILOGRAM = "kg", "kg"
    HUNDRED_GRAMS = "100g", "100 g"
    LITRE = "litre", "lít"
    BOTTLE = "bottle", "chai"
    BOX = "box", "hộp"
    BAG = "bag", "túi"
    JAR = "jar", "hũ"
    PACK = "pack", "gói"
    CAN = "can", "can"
    CARTON = "carton", "thùng"
    TRAY = "tray", "vỉ"
    TEN = "ten", "chục"
    BUNCH = "bunch", "bó"
    FRUIT = "fruit", "quả"
    ANIMAL = "animal", "con"
    PLANT = "plant", "cây"
    POT = "pot", "chậu"
    PIECE = "piece", "cái"
    PAIR = "pair", "đôi"
    SET = "set", "bộ"
    METRE = "metre", "mét"
    VISIT = "visit", "lượt"


class Listing(models.Model):
    """One thing for sale. `revision` grows with every change, so that the newest always wins on platforms.

    A draft needs only a name: its `category` may be None and its `price` 0 until somebody says them; what is on sale has
    both. `price` is whole đồng for one `unit`; `net_weight` is grams and `net_volume` millilitres of one unit; `stock` is what
    may still be sold and `reserved` what orders hold: together what lies in the store. Both change only with a StockMove.

    A size or packing of the same goods is a listing of its own (own SKU, price, stock, place on platforms) whose `main`
    is the first one; name, text, photos and papers are written at the main one and kept equal. `maker` is who made it
    where a cooperative sells for its members (None: the shop's producer), `origin` the commune it comes from.
    `alcohol` is tenths of a per cent; months are 1 to 12, both ends included, and may run over the new year.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "bản nháp"
        PUBLISHED = "published", "đang bán"
        PAUSED = "paused", "tạm ngừng bán"

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="listings")
    sku = models.CharField(max_length=20, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField("tên sản phẩm", max_length=120)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="listings")
    description = models.TextField("mô tả", blank=True)
    price = models.BigIntegerField("giá bán")
    unit = models.CharField("đơn vị bán", max_length=10, choices=SaleUnit.choices)
    net_weight = models.PositiveIntegerField("khối lượng tịnh", null=True, blank=True)
    net_volume = models.PositiveIntegerField("dung tích", null=True, blank=True)
    stock = models.IntegerField("số lượng có sẵn")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    reserved = models.PositiveIntegerField(default=0)
    main = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="variants")
    variant_name = models.CharField("quy cách", max_length=40, blank=True, default="")
    maker = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ingredients = models.TextField("thành phần", blank=True, default="")
    storage_note = models.CharField("cách giữ", max_length=200, blank=True, default="")
    warning = models.CharField("cảnh báo", max_length=300, blank=True, default="")
    shelf_life_days = models.PositiveSmallIntegerField("hạn dùng", null=True, blank=True)
    season_from = models.PositiveSmallIntegerField(null=True, blank=True)
    season_to = models.PositiveSmallIntegerField(null=True, blank=True)
    alcohol = models.PositiveSmallIntegerField(null=True, blank=True)
    taken_down_at = models.DateTimeField(null=True, blank=True)
    papers = models.ManyToManyField(Paper, blank=True, related_name="listings")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0, price__lt=1_000_000_000), name="listing_price_in_bounds"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(price__gt=0, category__isnull=False),
                name="listing_on_sale_says_price_and_kind",
            ),
            models.CheckConstraint(condition=Q(stock__gte=0), name="listing_stock_not_negative"),
            models.CheckConstraint(condition=~Q(main=F("id")), name="listing_is_not_its_own_variant"),
            models.CheckConstraint(
                condition=Q(season_from__isnull=True, season_to__isnull=True)
                | Q(season_from__range=(1, 12), season_to__range=(1, 12)),
                name="listing_season_in_months",
            ),
            models.UniqueConstraint(
                fields=["main", "variant_name"], condition=Q(main__isnull=False), name="variant_name_once"
            ),
        ]
        indexes = [models.Index(fields=["shop", "state"])]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name with its size or packing: what tells it apart from its sisters on a platform or in an order."""
        return f"{self.name}, {self.variant_name}" if self.variant_name else self.name

    @property
    def is_on_sale(self) -> bool:
        """Published, not taken down, in an open shop."""
        is_shown = self.state == self.State.PUBLISHED and self.taken_down_at is None
        return is_shown and self.shop.state == Shop.State.OPEN


ON_SALE = Q(state=Listing.State.PUBLISHED, taken_down_at__isnull=True, shop__state=Shop.State.OPEN)
"""The same as `Listing.is_on_sale`, for queries."""


class ListingPhoto(models.Model):
    """A photo of a listing in its place; `alt` says what is on it."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=160)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["listing", "position"], name="listing_photo_position_once")]


class ListingBadge(models.Model):
    """What an upper storey certifies about a listing, as values; the market does not know what a certificate is.

    Shown only on days within [valid_from, valid_until] and before `revoked_on`.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="badges")
    check_code = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    stars = models.PositiveSmallIntegerField(null=True)
    decision_number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    check_path = models.CharField(max_length=80)
    revoked_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "check_code"], name="listing_badge_once")]


class StockMove(AppendOnly):
    """One change of what lies in a listing's store: who, when, why. The sums of a listing's moves are its `stock` and
    `reserved`. `reference` names what caused it from above, e.g. an order's code."""

    class Kind(models.TextChoices):
        IN = "in", "nhập thêm"
        RESERVED = "reserved", "giữ cho đơn"
        RELEASED = "released", "trả lại từ đơn hủy"
        SOLD = "sold", "đã bán"
        RETURNED = "returned", "khách trả lại"
        CORRECTED = "corrected", "kiểm lại"
        LOST = "lost", "hư hao"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="stock_moves")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    change = models.IntegerField()
    reserved_change = models.IntegerField(default=0)
    stock_after = models.IntegerField()
    reserved_after = models.IntegerField()
    reason = models.CharField(max_length=160, blank=True, default="")
    reference = models.CharField(max_length=40, blank=True, default="", db_index=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["listing", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(stock_after__gte=0, reserved_after__gte=0), name="stock_move_never_below_nothing"
            ),
        ]


class PriceChange(AppendOnly):
    """The price (whole đồng) a listing had from a moment on."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="price_changes")
    price = models.BigIntegerField()
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class Promotion(models.Model):
    """A lower price on days in Vietnam, both ends included. Two of one listing never overlap; ending one early moves
    `ends_on`, taking it back before it began sets `cancelled_at`."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="promotions")
    price = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="promotion_runs_forward"),
            models.CheckConstraint(condition=Q(price__gt=0), name="promotion_has_a_price"),
        ]


class ListingDraft(models.Model):
    """What somebody typed into a listing's form and has not saved: raw values by field name, unchecked, so that nothing
    is lost. One for each SKU and person; it goes when they save."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    sku = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "by"], name="listing_draft_once")]
