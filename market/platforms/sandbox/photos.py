"""The marketplace's photos: files named by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

_TYPE_ENDING = ".type"


class PhotoShelf:
    """Photos in one folder, each beside a note of its content type. Threads may share the object."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, photo: bytes, content_type: str) -> str:
        """Store a photo once by its content; the id says so."""
        digest = hashlib.sha256(photo).hexdigest()
        (self.folder / digest).write_bytes(photo)
        (self.folder / (digest + _TYPE_ENDING)).write_text(content_type, encoding="utf-8")
        return photo_id(digest)

    def find(self, media_id: str) -> tuple[Path, str] | None:
        """The file and the content type of a photo."""
        digest = media_id.removeprefix("m-")
        if not (len(digest) == 64 and digest.isascii() and digest.isalnum()):
            return None
        note = self.folder / (digest + _TYPE_ENDING)
        return (self.folder / digest, note.read_text(encoding="utf-8")) if note.exists() else None

    def clear(self) -> None:
        """Forget everything."""
        for file in self.folder.iterdir():
            file.unlink()


def photo_id(digest: str) -> str:
    """The marketplace's name for the photo with this SHA-256."""
    return f"m-{digest}"
