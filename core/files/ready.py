"""What the slice adds to the registries below it, called once at start."""

from __future__ import annotations

from datetime import timedelta

from core.files.actions import remove_abandoned_photos, remove_stray_files
from core.jobs.registry import register_periodic


def get_files_ready() -> None:
    """Photos that a crash left half stored, and those that nobody needs, are cleared away every day."""
    register_periodic("files.strays", timedelta(days=1), remove_stray_files, label="dọn tệp ảnh bỏ dở")
    register_periodic(
        "files.abandoned", timedelta(days=1), remove_abandoned_photos, label="dọn ảnh gửi lên mà không dùng"
    )
