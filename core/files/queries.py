"""Photos that look alike."""

from __future__ import annotations

from core.files.models import Photo

# Of 64 bits. The same photo in another size or quality differs in up to about 6, another photo in about 32.
ALIKE = 6


def similar_photos(photo: Photo, limit: int = 20) -> list[Photo]:
    """Photos of anybody that look like this one, the most alike first, without itself: for a warning to those who check,
    not to be shown to the person who uploaded it. A picture without any shape (one colour) is like no other.

    Reads every hash there is: 100,000 take some tenths of a second, so not on every page.
    """
    if not photo.look or photo.look == -1:
        return []
    rows = Photo.objects.exclude(pk=photo.pk).exclude(look=None).values_list("pk", "look")
    found = [(distance, pk) for pk, look in rows.iterator() if (distance := bits_apart(photo.look, look or 0)) <= ALIKE]
    nearest = sorted(found)[:limit]
    by_id = Photo.objects.in_bulk([pk for _, pk in nearest])
    return [by_id[pk] for _, pk in nearest if pk in by_id]


def bits_apart(one: int, other: int) -> int:
    """In how many of their 64 bits two looks differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
