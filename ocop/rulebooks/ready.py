"""What rulebooks register once."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.imports.registry import register_import_kind
from ocop.rulebooks.sheet import RubricKind


def register() -> None:
    """Words of the trail, the kind of import."""
    register_objects({"rubric": "bộ tiêu chí OCOP"})
    register_vocabulary({"rubric.entered": "nhập bộ tiêu chí OCOP", "rubric.taken_back": "bỏ bản bộ tiêu chí đã nhập"})
    register_import_kind(RubricKind())
