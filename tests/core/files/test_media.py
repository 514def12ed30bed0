"""Photos go out as what they are, for ever, and nothing else goes out by their address."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.queries import SYSTEM
from tests.people import jpeg


@pytest.mark.parametrize(
    ("name", "kind"), [("large", "image/jpeg"), ("small", "image/jpeg"), ("large_webp", "image/webp")]
)
def test_a_photo(client: Client, db: None, name: str, kind: str) -> None:
    photo = store_photo(render(jpeg()), by=SYSTEM)
    file = getattr(photo, name)
    answer = client.get(file.url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == file.read()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "photos/", "photos", "", "photos/../secret.jpg", "photos/..%2fsecret.jpg", "photos/%2e%2e/secret.jpg", "photos//secret.jpg",
        "../lensan.sqlite3", "photos/a.html", "photos/a.jpg", "photos/sub/a.jpg", "images/a.svg", "images/a.html", "images/../secret.jpg",
        "images/sub/a.jpg", "documents/a.pdf", "original_images/a.jpg", "images/a.jpg%00.png", "images/a%0a.jpg", "images/.jpg/x.jpg",
        "photos/00000000-0000-0000-0000-000000000000-l.jpg", "//etc/passwd", "images/a.jpg.php",
    ],
)  # fmt: skip
def test_nothing_else(client: Client, db: None, path: str) -> None:
    root = Path(settings.MEDIA_ROOT)
    for name in ("secret.jpg", "photos/a.html", "photos/a.jpg", "photos/sub/a.jpg", "images/a.svg", "images/a.html",
                 "images/sub/a.jpg", "documents/a.pdf", "original_images/a.jpg", "images/a.jpg.php"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"secret")
    answer = client.get(f"/media/{path}")
    assert answer.status_code == 404 and b"secret" not in answer.content


def test_a_rendition_of_wagtail(client: Client, db: None) -> None:
    file = Path(settings.MEDIA_ROOT) / "images" / "vuon-dieu.2e16d0ba.fill-800x600.webp"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF")
    answer = client.get(f"/media/images/{file.name}")
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/webp",
        "nosniff",
    )
