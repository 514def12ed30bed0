"""A producer's shop."""

from __future__ import annotations

from django.db import models

from core.files.models import Photo
from onboarding.producers.models import Producer


class Shop(models.Model):
    """One producer's place for selling. `slug` is its address for ever."""

    class State(models.TextChoices):
        OPEN = "open", "đang mở"
        PAUSED = "paused", "tạm nghỉ"
        CLOSED = "closed", "đã đóng"

    producer = models.OneToOneField(Producer, on_delete=models.PROTECT, related_name="shop")
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField("tên gian hàng", max_length=120)
    story = models.TextField("câu chuyện", blank=True)
    cover = models.ForeignKey(Photo, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
