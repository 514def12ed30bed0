"""Keeping photos: all or nothing, whatever the disk and the power do; what a crash leaves is cleared away."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from core.files.actions import remove_stray_files, store_photo, take_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused, look_of, render
from core.files.queries import ALIKE, bits_apart, similar_photos
from core.files.uploads import RefusedUpload
from core.jobs.registry import periodic_jobs
from core.people.queries import SYSTEM
from tests.core.files.nasty import encoded, picture
from tests.people import People, jpeg

ROOT = Path(__file__).resolve().parents[3]


def on_disk() -> list[str]:
    folder = Path(settings.MEDIA_ROOT) / "photos"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def age(name: str, days: float) -> None:
    then = time.time() - timedelta(days=days).total_seconds()
    os.utime(Path(settings.MEDIA_ROOT) / "photos" / name, (then, then))


def upload(name: str = "anh.jpg", content: bytes = b"", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or jpeg(), kind)


NAMES = {
    "way out": "../../../etc/passwd.jpg",
    "windows way out": "..\\..\\boot.ini",
    "wrong ending": "anh.svg",
    "two endings": "anh.jpg.php",
    "turned around": "anh\u202egpj.exe",
    "without composed letters": "a\u0309nh c\u1ee7a To\u0302i.jpg",
    "very long": "ả" * 5_000 + ".jpg",
    "program": "; rm -rf ~ `id` $(id).jpg",
    "device": "CON",
    "hidden": ".htaccess",
}


@pytest.mark.parametrize("what", NAMES)
@pytest.mark.parametrize("kind", ["image/jpeg", "text/html", "image/svg+xml; charset=\x00"])
def test_no_name_and_no_header_decides_anything(people: People, what: str, kind: str) -> None:
    photo = take_photo(upload=upload(NAMES[what], kind=kind), by=people.viewer("an"))
    assert on_disk() == sorted(f"{photo.pk}-{ending}" for ending in ("l.jpg", "l.webp", "s.jpg", "s.webp"))
    assert photo.large.name == f"photos/{photo.pk}-l.jpg"


def test_a_refused_file_leaves_nothing(people: People) -> None:
    with pytest.raises(PhotoRefused, match="không phải ảnh chụp"):
        take_photo(upload=upload(content=b"<svg/>"), by=people.viewer("an"))
    with pytest.raises(PhotoRefused, match="nặng quá 15 MB"):
        take_photo(upload=RefusedUpload("anh.jpg", 16_000_000, "too_heavy"), by=people.viewer("an"))
    with pytest.raises(PhotoRefused, match="quá 20 tệp"):
        take_photo(upload=RefusedUpload("anh.jpg", 100, "too_many"), by=people.viewer("an"))
    assert on_disk() == [] and not Photo.objects.exists()


@pytest.mark.parametrize("at_file", [1, 2, 3, 4])
def test_a_full_disk_leaves_no_half_photo(people: People, monkeypatch: pytest.MonkeyPatch, at_file: int) -> None:
    real, count = FileSystemStorage._save, 0

    def full(self: FileSystemStorage, name: str, content: Any) -> str:
        nonlocal count
        count += 1
        if count < at_file:
            return real(self, name, content)
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read()[:100])  # as the system leaves it: begun and not finished
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(PhotoRefused, match="hết chỗ") as refused:
        take_photo(upload=upload(), by=people.viewer("an"))
    assert refused.value.code == "no_room"
    assert count == at_file and on_disk() == [] and not Photo.objects.exists()


def test_a_row_that_cannot_be_written_leaves_no_file(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Photo, **_: Any) -> None:
        assert len(on_disk()) == 4
        raise RuntimeError("the database is away")

    monkeypatch.setattr(Photo, "save", broken)
    with pytest.raises(RuntimeError):
        take_photo(upload=upload(), by=people.viewer("an"))
    assert on_disk() == []


def test_the_same_picture_twice_at_once_is_one_photo(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looked before the first was there; the table itself knows better."""
    an, made = people.viewer("an"), render(jpeg())
    first = store_photo(made, by=an)
    looks = iter([None])
    monkeypatch.setattr("core.files.actions._same", lambda *_: next(looks, first))
    assert store_photo(made, by=an) == first
    assert list(Photo.objects.all()) == [first] and len(on_disk()) == 4
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.create(sha256=first.sha256, uploaded_by=first.uploaded_by, width=1, height=1, uploaded_at=first.uploaded_at)  # fmt: skip


KILLED = """
import os, signal, sys, django
django.setup()
from core.files.actions import store_photo
from core.files.models import Photo
from core.files.pipeline import render
from core.people.queries import SYSTEM
Photo.save = lambda self, **_: os.kill(os.getpid(), signal.SIGKILL)
store_photo(render(sys.stdin.buffer.read()), by=SYSTEM)
"""


def test_killed_between_file_and_row(committed_db: None, tmp_path: Path) -> None:
    kept = store_photo(render(encoded(picture(), "PNG")), by=SYSTEM)
    name = connection.settings_dict["NAME"]
    address = f"sqlite:///{name}" if connection.vendor == "sqlite" else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"  # fmt: skip
    environment = os.environ | {
        "MODE": "test", "DATABASE_URL": address, "STATE_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", KILLED], input=jpeg(), cwd=ROOT, env=environment, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    mine = {f"{kept.pk}-{ending}" for ending in ("l.jpg", "l.webp", "s.jpg", "s.webp")}
    strays = set(on_disk()) - mine
    assert len(strays) == 4 and Photo.objects.count() == 1

    for each in on_disk():
        age(each, 0.9)
    assert remove_stray_files() == 0, "it may still be on its way to its row"
    for each in on_disk():
        age(each, 1.1)
    assert remove_stray_files() == 4
    assert set(on_disk()) == mine
    assert remove_stray_files() == 0


def test_only_our_own_strays_are_cleared_away(people: People) -> None:
    photo = take_photo(upload=upload(), by=people.viewer("an"))
    folder = Path(settings.MEDIA_ROOT) / "photos"
    others = ["README.txt", "0a-l.jpg", f"{photo.pk}.jpg", "no-uuid-at-all-but-just-as-long-as-one--l.jpg"]
    for name in others:
        (folder / name).write_bytes(b"x")
    for name in on_disk():
        age(name, 400)
    assert remove_stray_files() == 0
    assert set(others) < set(on_disk()) and len(on_disk()) == 4 + len(others)


def test_clearing_away_runs_every_day() -> None:
    assert {job.name: job.every for job in periodic_jobs()}["files.strays"] == timedelta(days=1)


def test_nothing_to_clear_where_nothing_was_kept(db: None) -> None:
    assert remove_stray_files() == 0


def scene(shift: int = 0) -> Any:
    """Something with shapes, unlike others with another `shift`."""
    made = picture(size=(640, 480))
    for step in range(12):
        left, top = (step * 97 + shift * 131) % 560, (step * 61 + shift * 53) % 400
        made.paste((step * 20, (step * 45 + shift * 80) % 256, 255 - step * 20), (left, top, left + 90, top + 90))
    return made


def test_photos_that_look_alike(people: People) -> None:
    an, dung = people.viewer("an"), people.viewer("dung")
    original = store_photo(render(encoded(scene(), "JPEG", quality=95)), by=an)
    smaller = store_photo(render(encoded(scene().resize((320, 240)), "PNG")), by=dung)
    paler = store_photo(render(encoded(scene().point(lambda level: 20 + level * 0.9), "WEBP")), by=dung)
    other = store_photo(render(encoded(scene(5), "JPEG")), by=dung)
    before_there_was_a_look = store_photo(render(encoded(scene(), "JPEG", quality=50)), by=dung)
    Photo.objects.filter(pk=before_there_was_a_look.pk).update(look=None)
    before_there_was_a_look.refresh_from_db()
    assert {photo.pk for photo in similar_photos(original)} == {smaller.pk, paler.pk}
    assert similar_photos(other) == [] and similar_photos(before_there_was_a_look) == []
    assert len(similar_photos(original, limit=1)) == 1


def test_one_colour_is_like_nothing(people: People) -> None:
    first = take_photo(upload=upload(), by=people.viewer("an"))
    take_photo(upload=upload(content=jpeg(colour="#102030")), by=people.viewer("an"))
    assert first.look == 0 and similar_photos(first) == []


def test_the_look_fits_the_database_and_counts_bits() -> None:
    looks = [look_of(scene(shift)) for shift in range(6)]
    assert any(look < 0 for look in looks) and all(-(2**63) <= look < 2**63 for look in looks)
    assert bits_apart(-1, 0) == 64 and bits_apart(-1, -1) == 0 and bits_apart(-(2**63), 0) == 1
    assert min(bits_apart(one, other) for one in looks for other in looks if one != other) > ALIKE
