"""Fields of the listing's form: several photos, whole đồng, a category with the other words people use for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from core.kit import clock
from core.kit.text import fold_words
from market.goods.models import Category
from market.goods.tree import branch_of
from onboarding.papers.models import Paper
from onboarding.papers.rules import public_number

ALCOHOLIC = "nhom-co-con"


def say(form: forms.Form, **values: object) -> None:
    """Let a form that was sent say this instead when it is shown again; a list for a field of several."""
    assert isinstance(form.data, QueryDict)
    told = form.data.copy()
    for name, value in values.items():
        told.setlist(name, value if isinstance(value, list) else [str(value)])
    form.data = told


class SeveralPhotos(forms.ClearableFileInput):
    """A file input for several pictures."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Zero or more uploaded files: a draft may wait for its photos, publishing asks for one. Whether they are pictures is
    found out by the photo pipeline."""

    widget = SeveralPhotos

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


def is_alcoholic(category: Category) -> bool:
    """Whether goods of this category have a degree of alcohol to tell."""
    return ALCOHOLIC in branch_of(category.code)


class CategorySelect(forms.Select):
    """A plain list; each line carries the folded words that the search box over it compares."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        category = getattr(value, "instance", None)
        if isinstance(category, Category):
            words = " | ".join(fold_words(word) for word in (category.name, category.sector, *category.words))
            option["attrs"]["data-words"] = words
            if is_alcoholic(category):
                option["attrs"]["data-alcohol"] = True
        return option


class DegreeField(forms.DecimalField):
    """A degree of alcohol as on the label ("29,5"), kept in tenths."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace("°", "").replace("%", "").replace(",", ".").strip()
        return super().to_python(text)

    def clean(self, value: Any) -> Any:
        degree = super().clean(value)
        return None if degree is None else int(degree * 10)


class PapersField(forms.ModelMultipleChoiceField[Paper]):
    """Papers by kind, number (where it cannot be a personal one), issuer and the last day they hold."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        paper: Paper = obj
        until = f", đến {paper.valid_until:%d/%m/%Y}" if paper.valid_until else ""
        over = " (đã hết hạn)" if paper.valid_until and paper.valid_until < clock.today() else ""
        number = public_number(paper)
        return f"{paper.get_kind_display()}{' số ' + number if number else ''}, {paper.issuer} cấp{until}{over}"
