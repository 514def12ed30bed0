"""The form field for one uploaded file."""

from __future__ import annotations

from typing import Any

from django import forms

from core.files.uploads import SENTENCES, RefusedUpload


class UploadField(forms.FileField):
    """A file field that says why a file was thrown away while it arrived. What the file is, its reader finds out."""

    def to_python(self, data: Any) -> Any:
        if isinstance(data, RefusedUpload):
            raise forms.ValidationError(SENTENCES[data.code], code=data.code)
        return super().to_python(data)
