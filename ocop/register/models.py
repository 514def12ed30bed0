"""The register of OCOP products, as their sources state them."""

from __future__ import annotations

from django.db import models

from core.places.models import Unit
from onboarding.producers.models import Producer

TAXONOMY_OF_2026 = "26/2026/QĐ-TTg"


class OcopProduct(models.Model):
    """A product that some source calls OCOP. Its papers are certificates; this row says what it is and whose.

    `producer_name` and the three `…_written` places stay as written. `unit` is today's commune, or today's
    province when only that follows exactly; which of the two is `unit.level`. `former_province` is the
    province of before 1 July 2025, for roll-ups on the old map. `producer` is filled once a listing of that
    producer is linked.
    """

    name = models.CharField("tên sản phẩm", max_length=200)
    producer_name = models.CharField("chủ thể", max_length=200, blank=True)
    producer_kind = models.CharField(max_length=60, blank=True)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, related_name="ocop_products")
    product_group = models.CharField("ngành hoặc nhóm", max_length=120, blank=True)
    taxonomy_version = models.CharField(max_length=30, default=TAXONOMY_OF_2026)
    commune_written = models.CharField(max_length=120, blank=True)
    district_written = models.CharField(max_length=120, blank=True)
    province_written = models.CharField(max_length=120, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    former_province = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    source_url = models.URLField(max_length=400, blank=True)
    note = models.TextField(blank=True)
    row_key = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def place_written(self) -> str:
        """The place as the source has it, smallest unit first."""
        parts = (self.commune_written, self.district_written, self.province_written)
        return ", ".join(part for part in parts if part)
