"""Static files in production: hashed names, compressed, and the field app's modules import each other by hashed names.

Django can rewrite imports in every script; ours does so under `field/` only, because scripts of other packages speak of
files that they do not bring.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

FIELD_MODULES = "field/*.js"


class FieldModuleStorage(CompressedManifestStaticFilesStorage):
    """A module's hash covers the names of what it imports, so one changed module gives a new name to all that lead to it:
    an old page never loads a new module."""

    max_post_process_passes = 20  # each pass settles one more level of importers; the screens stand eight deep

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (FIELD_MODULES, CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The back offices' thousand files are compressed in production only: it takes minutes, and `make run` is for
        looking at our own pages."""
        theirs = () if settings.PRODUCTION else ("admin/", "wagtail")
        found: Iterator[tuple[str, str]] = super().compress_files(
            path for path in paths if not theirs or not path.startswith(theirs)
        )
        return found
