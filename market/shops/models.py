"""A producer's shop: who sells, where, what, how it is paid and how it delivers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.files.models import Photo
from core.kit.encryption import EncryptedTextField
from core.people.models import User
from market.goods.models import Category
from onboarding.producers.models import Producer


class Shop(models.Model):
    """One producer's place for selling. `slug` is its address for ever.

    `pickup_address` and the bank account are for those who fetch goods and send money, never for the public page;
    `place_note` is the public way there, in words. A draft is not yet shown to anybody else.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "đang chuẩn bị"
        OPEN = "open", "đang mở"
        PAUSED = "paused", "tạm nghỉ"
        CLOSED = "closed", "đã đóng"

    producer = models.OneToOneField(Producer, on_delete=models.PROTECT, related_name="shop")
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField("tên gian hàng", max_length=120)
    story = models.TextField("câu chuyện", blank=True)
    cover = models.ForeignKey(Photo, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    pause_note = models.CharField(max_length=160, blank=True, default="")
    main_goods = models.ManyToManyField(Category, blank=True, related_name="+")
    hours = models.CharField("giờ bán", max_length=120, blank=True, default="")
    place_note = models.CharField("đường đến", max_length=160, blank=True, default="")
    pickup_address = EncryptedTextField(blank=True, default="")
    takes_cash = models.BooleanField(default=False)
    takes_transfer = models.BooleanField(default=False)
    takes_vnpay = models.BooleanField(default=False)
    bank_bin = models.CharField(max_length=6, blank=True, default="")
    bank_account = EncryptedTextField(blank=True, default="")
    bank_holder = EncryptedTextField(blank=True, default="")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(opened_at__isnull=False), name="shop_opened_unless_draft"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShopPhoto(models.Model):
    """A photo of a shop's gallery in its place; `alt` says what is on it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=160)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["shop", "position"], name="shop_photo_position_once")]


class ShopMaker(models.Model):
    """A producer whose goods a cooperative's shop sells, in a period; the shop's own producer needs no row.

    It counts from when the producer said yes (`confirmed_at`); `valid_to` is the first day on which it no longer holds.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="makers")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "producer"], condition=Q(valid_to__isnull=True), name="shop_maker_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="shop_maker_period_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | Q(confirmed_at__isnull=False),
                name="shop_maker_confirmed_at_a_time",
            ),
        ]


class DeliveryRule(models.Model):
    """What sending costs to one kind of place, in whole đồng; `free_from` is the sum of goods from which it is free,
    the days are working days until it arrives. No row: the shop does not send there."""

    class Zone(models.TextChoices):
        COMMUNE = "commune", "trong xã"
        PROVINCE = "province", "trong tỉnh"
        COUNTRY = "country", "các tỉnh khác"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="delivery")
    zone = models.CharField(max_length=10, choices=Zone.choices)
    fee = models.PositiveIntegerField()
    free_from = models.PositiveBigIntegerField(null=True, blank=True)
    days_from = models.PositiveSmallIntegerField()
    days_to = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "zone"], name="delivery_rule_once"),
            models.CheckConstraint(condition=Q(days_to__gte=F("days_from")), name="delivery_days_run_forward"),
        ]
