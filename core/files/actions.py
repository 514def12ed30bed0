"""Keeping a photo, and clearing away what a crash left behind."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import PROTECT, Exists, FileField, ManyToOneRel, OuterRef, ProtectedError

from core.files.models import Photo
from core.files.pipeline import MAX_BYTES, PhotoRefused, Renditions, render, turned
from core.files.registry import still_needed
from core.files.uploads import NO_ROOM_ERRORS, RefusedUpload
from core.kit import clock
from core.people.limits.actions import TooMany, count_try
from core.people.limits.rules import PHOTOS_OF_PERSON
from core.people.queries import Viewer

STRAY_AFTER = timedelta(days=1)
_FOLDER = "photos"
_ENDINGS = {"large": "l.jpg", "small": "s.jpg", "large_webp": "l.webp", "small_webp": "s.webp"}
_AT_ONCE = 500


def take_photo(*, upload: UploadedFile[Any], by: Viewer) -> Photo:
    """Make an uploaded file safe and keep it. Raises PhotoRefused, and then nothing is kept."""
    if isinstance(upload, RefusedUpload):
        raise PhotoRefused(upload.code)
    return store_photo(render(upload.read(MAX_BYTES + 1)), by=by)


def receive_photo(*, upload: UploadedFile[Any], by: Viewer) -> Photo:
    """`take_photo` from a page, where a person may send so many a day. Not inside a transaction. Raises PhotoRefused."""
    _count(by)
    return take_photo(upload=upload, by=by)


def turn_photo(*, photo: Photo, quarters: int, by: Viewer) -> Photo:
    """Keep a new photo: this one turned clockwise by so many quarters. The one before stays as it is; whoever shows it no
    longer calls `forget_photos`. It counts like one sent. Raises PhotoRefused."""
    _count(by)
    try:
        with photo.large.open("rb") as file:
            large = file.read()
    except FileNotFoundError as error:
        raise PhotoRefused("unreadable") from error
    return store_photo(turned(large, quarters), by=by)


def store_photo(renditions: Renditions, *, by: Viewer) -> Photo:
    """Store renditions made by `pipeline.render`. Identical pictures of one person are stored once. Raises PhotoRefused
    when the disk is full."""
    same = _same(renditions, by)
    if same is not None:
        return same
    photo = Photo(
        sha256=renditions.sha256,
        look=renditions.look,
        sharpness=renditions.sharpness,
        brightness=renditions.brightness,
        width=renditions.width,
        height=renditions.height,
        uploaded_by_id=by.user_id,
        uploaded_at=clock.now(),
    )
    try:
        # Files first and outside the transaction, then the row: a crash in between leaves a stray file that
        # `remove_stray_files` finds, never a row without a file, and nobody waits for the disk with the database locked.
        for name, ending in _ENDINGS.items():
            file = getattr(photo, name)
            file.save(f"{photo.id}-{ending}", ContentFile(getattr(renditions, name)), save=False)
        with transaction.atomic():
            photo.save(force_insert=True)
    except BaseException as error:
        _forget_files(photo)
        if isinstance(error, IntegrityError) and (same := _same(renditions, by)) is not None:
            return same  # the same picture sent twice at once
        if isinstance(error, OSError) and error.errno in NO_ROOM_ERRORS:
            raise PhotoRefused("no_room") from error
        raise
    return photo


@transaction.atomic
def forget_photos(photo_ids: Iterable[uuid.UUID]) -> int:
    """Delete those of these photos that nothing shows any more, rows now and files after the commit (what a crash leaves
    `remove_stray_files` finds); returns how many."""
    gone = []
    for photo in Photo.objects.filter(pk__in=set(photo_ids)):
        kept_id = photo.pk
        with contextlib.suppress(ProtectedError, IntegrityError), transaction.atomic():
            photo.delete()
            gone.append(Photo(pk=kept_id))

    def forget() -> None:
        for each in gone:
            _forget_files(each)

    transaction.on_commit(forget)
    return len(gone)


def remove_abandoned_photos() -> int:
    """Delete photos older than a day that nothing shows and nobody needs: sent for a form that was never saved, turned once
    more, brought beside a row that was refused. Returns how many; a periodic job."""
    before = clock.now() - STRAY_AFTER
    rows = Photo.objects.filter(uploaded_at__lt=before)
    for relation in Photo._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT:
            showing = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(showing))
    found = set(rows.values_list("pk", flat=True))
    unneeded = sorted(found - still_needed(found)) if found else []
    removed = 0
    for start in range(0, len(unneeded), _AT_ONCE):
        with transaction.atomic():
            # Sent again meanwhile, it is new.
            old = Photo.objects.select_for_update().filter(pk__in=unneeded[start : start + _AT_ONCE])
            removed += forget_photos(list(old.filter(uploaded_at__lt=before).values_list("pk", flat=True)))
    return removed


def remove_files_without_row(field: FileField) -> int:
    """Delete files older than a day where this column keeps its files (one flat folder of ours) that no row of it names: a
    process killed between the file and the row left them. Returns how many."""
    storage, folder = field.storage, str(field.upload_to).rstrip("/")
    known = set(field.model._default_manager.values_list(field.name, flat=True))
    removed = 0
    with contextlib.suppress(FileNotFoundError):
        for name in storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            if path not in known and storage.get_modified_time(path) < clock.now() - STRAY_AFTER:
                storage.delete(path)
                removed += 1
    return removed


def remove_stray_files() -> int:
    """Delete photo files older than a day that no row knows: what a process killed while storing left behind, and what
    a rolled back transaction had stored. Returns how many."""
    storage: Storage = Photo._meta.get_field("large").storage
    before = clock.now() - STRAY_AFTER
    removed = 0
    for names in _in_portions(storage):
        ids = {name: _id_of(name) for name in names}
        known = set(Photo.objects.filter(pk__in=[key for key in ids.values() if key]).values_list("pk", flat=True))
        for name, key in ids.items():
            path = f"{_FOLDER}/{name}"
            with contextlib.suppress(FileNotFoundError):  # another worker was quicker
                if key is not None and key not in known and storage.get_modified_time(path) < before:
                    storage.delete(path)
                    removed += 1
    return removed


def _same(renditions: Renditions, by: Viewer) -> Photo | None:
    """The same picture of this person; sent again, it is as new: whoever sends it has a use for it."""
    mine = Photo.objects.filter(sha256=renditions.sha256, uploaded_by_id=by.user_id)
    return mine.first() if mine.update(uploaded_at=clock.now()) else None


def _count(by: Viewer) -> None:
    try:
        count_try(PHOTOS_OF_PERSON, f"user:{by.user_id}")
    except TooMany as error:
        raise PhotoRefused("too_often") from error


def _forget_files(photo: Photo) -> None:
    """Half files too: they bear the name that was asked for."""
    storage: Storage = Photo._meta.get_field("large").storage
    for ending in _ENDINGS.values():
        with contextlib.suppress(OSError):
            storage.delete(f"{_FOLDER}/{photo.id}-{ending}")


def _in_portions(storage: Storage) -> Iterator[list[str]]:
    try:
        names = storage.listdir(_FOLDER)[1]
    except FileNotFoundError:
        return
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]


def _id_of(name: str) -> uuid.UUID | None:
    """The photo's id in a name we gave; None for any other file, which is not ours to delete."""
    try:
        return uuid.UUID(name[:36]) if name[36:37] == "-" and name[37:] in _ENDINGS.values() else None
    except ValueError:
        return None
