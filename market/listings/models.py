"""Listings: what a shop sells, written once and kept true on every platform."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.files.models import Photo
from market.shops.models import Shop


class Category(models.Model):
    """Our own list of goods, by the sectors and groups of Decision 26/2026/QĐ-TTg; platforms map from it."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    sector = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class SaleUnit(models.TextChoices):
    KILOGRAM = "kg", "kg"
    BOTTLE = "bottle", "chai"
    BOX = "box", "hộp"
    BAG = "bag", "túi"
    JAR = "jar", "hũ"
    PACK = "pack", "gói"
    PIECE = "piece", "cái"
    SET = "set", "bộ"
    VISIT = "visit", "lượt"


class Listing(models.Model):
    """One thing for sale. `revision` grows with every change, so that the newest always wins on platforms.

    `price` is whole đồng for one `unit`; `net_weight` is grams of one unit; `stock` is what may still be sold.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "bản nháp"
        PUBLISHED = "published", "đang bán"
        PAUSED = "paused", "tạm ngừng bán"

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="listings")
    sku = models.CharField(max_length=20, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField("tên sản phẩm", max_length=120)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="listings")
    description = models.TextField("mô tả")
    price = models.BigIntegerField("giá bán")
    unit = models.CharField("đơn vị bán", max_length=10, choices=SaleUnit.choices)
    net_weight = models.PositiveIntegerField("khối lượng tịnh", null=True, blank=True)
    stock = models.IntegerField("số lượng có sẵn")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=1_000_000_000), name="listing_price_in_bounds"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="listing_stock_not_negative"),
        ]
        indexes = [models.Index(fields=["shop", "state"])]

    def __str__(self) -> str:
        return self.name


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
