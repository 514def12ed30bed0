"""Our tree of goods, and what the law of a day asks of each branch. Both are data."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Category(models.Model):
    """A branch or leaf of our tree of goods; platforms map from it. `ocop_set` is the product set of Decision
    26/2026/QĐ-TTg it belongs to, as "sector.set"; `words` are other names people use, regional ones among them."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    sector = models.CharField(max_length=80)
    ocop_set = models.CharField(max_length=10, blank=True, default="")
    words = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField()
    # A code that is no longer offered stays for the listings that hold it.
    is_offered = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class GoodsRule(models.Model):
    """One rule about what may be sold or said, in force on the days from `effective_from` until before `effective_to`,
    but not while it is suspended (from `suspended_from` until before `suspended_until`).

    `categories` are codes whose branch it is about (empty: all goods). Of a claim `words` are the phrases looked for and
    `innocent` longer ones that hold them without harm; of a paper `words` are kinds of paper, any of which serves. `field` is
    the listing's field it asks for, `from_degree` tenths of a per cent of alcohol from which it holds. `sentence` tells the
    seller what to do ("{phrase}" is what was found); `source` names the law. Goods that break a rule which `blocks` may not
    go on sale.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", "lời không được viết"
        ADULTS = "adults", "chỉ bán cho người từ 18 tuổi"
        NO_ADVERTISING = "no_advertising", "không được quảng cáo"
        WARNING = "warning", "lời cảnh báo phải có"
        FIELD = "field", "thông tin phải ghi"
        PAPER = "paper", "giấy tờ cần có"

    code = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    categories = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=list, blank=True)
    innocent = models.JSONField(default=list, blank=True)
    blocks = models.BooleanField(default=False)
    field = models.CharField(max_length=30, blank=True, default="")
    from_degree = models.PositiveSmallIntegerField(null=True, blank=True)
    sentence = models.CharField(max_length=300)
    source = models.CharField(max_length=200)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    suspended_from = models.DateField(null=True, blank=True)
    suspended_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "effective_from"], name="goods_rule_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="goods_rule_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.code
