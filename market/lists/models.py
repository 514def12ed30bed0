"""What lists of goods brought along: pictures, known again by their bytes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.files.models import Photo
from market.shops.models import Shop


class SheetPicture(models.Model):
    """A picture that came beside a list of this shop, by the digest of its file (which is not kept), and the photo made of
    it; so the same picture is made into a photo once, whoever of the shop sends it again. `refusal` is the pipeline's code
    where it became none."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True, related_name="+")
    refusal = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "digest"], name="sheet_picture_once"),
            models.CheckConstraint(
                condition=Q(photo__isnull=False) | ~Q(refusal=""), name="sheet_picture_is_a_photo_or_refused"
            ),
        ]
