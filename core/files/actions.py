"""Keeping a photo."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction

from core.files.models import Photo
from core.files.pipeline import Renditions
from core.kit import clock
from core.people.queries import Viewer


@transaction.atomic
def store_photo(renditions: Renditions, *, by: Viewer) -> Photo:
    """Store renditions made by `pipeline.render`. Identical pictures of one person are stored once."""
    same = Photo.objects.filter(sha256=renditions.sha256, uploaded_by_id=by.user_id).first()
    if same is not None:
        return same
    photo = Photo(
        sha256=renditions.sha256,
        width=renditions.width,
        height=renditions.height,
        uploaded_by_id=by.user_id,
        uploaded_at=clock.now(),
    )
    # Files first, then the row: a crash in between leaves a stray file, never a row without a file.
    photo.large.save(f"{photo.id}-l.jpg", ContentFile(renditions.large), save=False)
    photo.small.save(f"{photo.id}-s.jpg", ContentFile(renditions.small), save=False)
    photo.large_webp.save(f"{photo.id}-l.webp", ContentFile(renditions.large_webp), save=False)
    photo.small_webp.save(f"{photo.id}-s.webp", ContentFile(renditions.small_webp), save=False)
    photo.save()
    return photo
