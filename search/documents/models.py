"""What can be found: one row per product for sale and per shop, ready to match, filter and show."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SearchDocument(models.Model):
    """One findable thing, copied from the storeys below in the transaction that changed it.

    `object_id` and `shop_id` are values, not foreign keys: a document may outlive its object by a statement.
    The four word columns hold single words separated by spaces: `raw_*` as written (see `wording.raw_words`),
    `folded_*` without any mark. `price` is whole đồng. `stars` count up to and including the day `stars_until`.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", "sản phẩm"
        SHOP = "shop", "gian hàng"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.BigIntegerField()
    shop_id = models.BigIntegerField(db_index=True)
    slug = models.SlugField(max_length=100)
    name = models.CharField(max_length=120)
    producer = models.CharField(max_length=160)
    place = models.CharField(max_length=240)
    category_code = models.CharField(max_length=40, blank=True)
    category_name = models.CharField(max_length=80, blank=True)
    province_code = models.CharField(max_length=5, blank=True)
    province_name = models.CharField(max_length=120, blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    stars_until = models.DateField(null=True)
    price = models.BigIntegerField(null=True)
    raw_name = models.TextField()
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
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="search_document_newest")]

    def __str__(self) -> str:
        return self.name
