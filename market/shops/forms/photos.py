"""Photos of a shop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from market.shops.actions.photos import Placed


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class _PhotosField(forms.FileField):
    widget = _Several

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, (list, tuple)) and data else [data]
        # What is too heavy the photo pipeline refuses by name, and the others stay.
        return [super(_PhotosField, self).clean(file, initial) for file in files]


class AddPhotosForm(forms.Form):
    """One or more photos; whether they are pictures the photo pipeline finds out."""

    photos = _PhotosField(
        label=_("Thêm ảnh"),
        allow_empty_file=True,
        widget=_Several(attrs={"accept": "image/*"}),
        help_text=_("Vườn, nhà xưởng, người làm. Tối đa 12 ảnh."),
        error_messages={"required": _("Hãy chọn ít nhất một ảnh.")},
    )


def placed_in(posted: QueryDict) -> tuple[list[Placed], int | None]:
    """The order, the words and the cover of a gallery as its page sends them: `photo` once per photo in the order shown,
    `alt-<id>`, `place-<id>` (a number; equal ones keep their order), `remove_photo`, `cover`."""
    removed = set(posted.getlist("remove_photo"))
    rows = []
    for number, key in enumerate(posted.getlist("photo")):
        if not key.isdecimal() or key in removed:
            continue
        typed = posted.get(f"place-{key}", "")
        place = int(typed) if typed.isdecimal() and len(typed) < 5 else number
        rows.append((place, number, Placed(int(key[:18]), squeeze(posted.get(f"alt-{key}", ""))[:160])))
    cover = posted.get("cover", "")
    return [placed for _place, _number, placed in sorted(rows, key=lambda row: row[:2])], (
        int(cover[:18]) if cover.isdecimal() else None
    )
