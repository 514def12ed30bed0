"""Static files in production: hashed names, compressed, and the field app's modules import each other by hashed names.

Django can rewrite imports in every script; ours does so under `field/` only, because scripts of other packages speak of
files that they do not bring.
"""

from __future__ import annotations

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
