"""The register of OCOP products, as their sources state them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.numbers import without_personal_numbers
from core.places.models import Unit
from onboarding.producers.models import Producer

TAXONOMY_OF_2026 = "26/2026/QĐ-TTg"


class Taxonomy(models.Model):
    """A list of sectors, groups and sets, in force from the day its decision names to the day before `valid_to`."""

    decision = models.CharField(max_length=30, unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="taxonomy_runs_forward"
            )
        ]

    def __str__(self) -> str:
        return self.decision


class TaxonomyNode(models.Model):
    """A sector (ngành), a group (nhóm) in it, or a set (bộ sản phẩm) in a group. `number` is its place among all of its level;
    `lead` names the ministries as the decision does. A service may have no listing on any platform."""

    class Level(models.TextChoices):
        SECTOR = "sector", "ngành"
        GROUP = "group", "nhóm"
        SET = "set", "bộ sản phẩm"

    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.CASCADE, related_name="nodes")
    level = models.CharField(max_length=6, choices=Level.choices)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=160)
    lead = models.CharField(max_length=80, blank=True)
    is_service = models.BooleanField(default=False)

    class Meta:
        ordering = ["taxonomy", "level", "number"]
        constraints = [
            models.UniqueConstraint(fields=["taxonomy", "level", "number"], name="taxonomy_node_once"),
            models.CheckConstraint(
                condition=Q(level="sector", parent__isnull=True) | (~Q(level="sector") & Q(parent__isnull=False)),
                name="taxonomy_node_stands_under_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OcopProduct(models.Model):
    """A product that some source calls OCOP. Its papers are certificates; this row says what it is and whose.

    `producer_name` and the three `…_written` places stay as written. `unit` is today's commune, or today's
    province when only that follows exactly; which of the two is `unit.level`. `former_province` is the
    province of before 1 July 2025, for roll-ups on the old map. `producer` is filled once a listing of that
    producer is linked. `product_group` is as the source writes it, also in words of older lists; `product_set` is the set of
    `taxonomy_version`, where somebody has said which. `external_code` is text as written (province, commune, number, year;
    older ones with a district): never a key.
    """

    name = models.CharField("tên sản phẩm", max_length=200)
    external_code = models.CharField("mã sản phẩm OCOP", max_length=60, blank=True, default="")
    producer_name = models.CharField("chủ thể", max_length=200, blank=True)
    producer_kind = models.CharField(max_length=60, blank=True)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, related_name="ocop_products")
    product_group = models.CharField("ngành hoặc nhóm", max_length=120, blank=True)
    product_set = models.ForeignKey(TaxonomyNode, on_delete=models.PROTECT, null=True, related_name="products")
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
    def shown_name(self) -> str:
        """Its name for reading: a personal number that a source wrote into it is masked."""
        return without_personal_numbers(self.name)

    @property
    def shown_maker(self) -> str:
        """The maker as the source names it, for reading: sources write tax codes of persons beside names."""
        return without_personal_numbers(self.producer_name)

    @property
    def place_written(self) -> str:
        """The place as the source has it, smallest unit first."""
        parts = (self.commune_written, self.district_written, self.province_written)
        return ", ".join(part for part in parts if part)
