"""What can be found: one row per product for sale, shop, OCOP product and producer, ready to match, filter, order and show."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SearchDocument(models.Model):
    """One findable thing, copied from the storeys below in the transaction that changed it.

    `object_id` and `shop_id` are values, not foreign keys: a document may outlive its object by a statement. `version` grows with
    every writing: whoever holds a copy elsewhere knows by it whether the copy is old.
    The word columns hold single words separated by spaces: `raw_*` as written (see `wording`), `folded_*` without any mark;
    `*_body` is everything but the name, `raw_side` the part of it that says who, where and what kind.
    `price` is whole đồng. `stars` count up to and including the day `stars_until`. `former_code` is the province of before 1 July 2025.
    `platforms` are codes between bars ("|postmart|voso|"), where the thing was seen for sale. `latitude` and `longitude` are degrees of
    the commune's middle. `standing` is how far ahead it stands among equals, whatever is asked.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", "sản phẩm"
        SHOP = "shop", "gian hàng"
        OCOP = "ocop", "sản phẩm OCOP"
        PRODUCER = "producer", "chủ thể"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.BigIntegerField()
    version = models.BigIntegerField(default=0, db_index=True)
    shop_id = models.BigIntegerField(db_index=True, null=True)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    producer = models.CharField(max_length=200)
    place = models.CharField(max_length=240)
    category_code = models.CharField(max_length=40, blank=True)
    category_name = models.CharField(max_length=80, blank=True)
    sector_code = models.CharField(max_length=40, blank=True, default="")
    group_code = models.CharField(max_length=40, blank=True, default="")
    province_code = models.CharField(max_length=5, blank=True)
    province_name = models.CharField(max_length=120, blank=True)
    former_code = models.CharField(max_length=5, blank=True, default="")
    former_name = models.CharField(max_length=120, blank=True, default="")
    commune_code = models.CharField(max_length=5, blank=True, default="")
    commune_name = models.CharField(max_length=120, blank=True, default="")
    stars = models.PositiveSmallIntegerField(null=True)
    stars_until = models.DateField(null=True)
    price = models.BigIntegerField(null=True)
    price_band = models.CharField(max_length=10, blank=True, default="")
    in_stock = models.BooleanField(null=True)
    platforms = models.CharField(max_length=200, blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    standing = models.SmallIntegerField(default=0)
    raw_name = models.TextField()
    raw_side = models.TextField(blank=True, default="")
    raw_body = models.TextField(blank=True)
    folded_name = models.TextField()
    folded_body = models.TextField(blank=True)
    published_at = models.DateTimeField()
    indexed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_document_once"),
            models.CheckConstraint(
                condition=Q(stars__isnull=True, stars_until__isnull=True)
                | Q(stars__isnull=False, stars_until__isnull=False),
                name="search_document_stars_have_an_end",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="search_document_is_somewhere_or_not",
            ),
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="search_document_newest")]

    def __str__(self) -> str:
        return self.name
