"""Photos that were made safe: only our own re-encoded renditions are ever stored or served."""

from __future__ import annotations

import uuid

from django.db import models

from core.people.models import User


class Photo(models.Model):
    """One picture. `sha256` is of the large JPEG rendition; the uploaded bytes are not kept (they may hold GPS). `look` is
    its difference hash, see `pipeline.look_of`; `sharpness` (0 to 100) and `brightness` (0 black to 255 white) say how well
    it was taken, see `pipeline`. Photos kept before these were measured have none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    look = models.BigIntegerField(null=True, editable=False)
    sharpness = models.PositiveSmallIntegerField(null=True, editable=False)
    brightness = models.PositiveSmallIntegerField(null=True, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    large = models.FileField(upload_to="photos/")
    small = models.FileField(upload_to="photos/")
    large_webp = models.FileField(upload_to="photos/")
    small_webp = models.FileField(upload_to="photos/")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "uploaded_by"], name="photo_once_per_person"),
        ]
