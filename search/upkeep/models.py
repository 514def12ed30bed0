"""What people looked for in vain, and what the daily check found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Miss(models.Model):
    """Words that found nothing on a day, folded, and how often. Nothing says who asked, or when on that day."""

    day = models.DateField()
    words = models.CharField(max_length=60)
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "words"], name="search_miss_once_a_day"),
            models.CheckConstraint(condition=Q(times__gte=1), name="search_miss_happened"),
        ]

    def __str__(self) -> str:
        return self.words


class Check(models.Model):
    """A comparison of all documents with what they stand for; `out_of_step` were wrong, missing or left over, and were put right."""

    at = models.DateTimeField(db_index=True)
    documents = models.PositiveIntegerField()
    out_of_step = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.out_of_step}/{self.documents}"
