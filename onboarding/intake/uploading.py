"""A sealed file holds photos, so it may be heavier than other uploads."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from onboarding.intake.actions.sealed import MOST_FILE_BYTES


class SealedFileHandler(TemporaryFileUploadHandler):
    """To a temporary file, counted; beyond the limit the rest is not read and the form gets no file."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > MOST_FILE_BYTES:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)

    def upload_interrupted(self) -> Any:
        """Nothing of it stays."""
        if hasattr(self, "file"):
            self.file.close()
