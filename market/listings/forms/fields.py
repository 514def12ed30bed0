"""Fields of the listing's form: several photos, whole đồng, a category with the other words people use for it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import fold_words, plain_text, squeeze
from market.goods.models import Category
from market.goods.tree import branch_of
from onboarding.papers.models import Paper
from onboarding.papers.rules import public_number

_WHOLE = re.compile(r"\d{1,12}|\d{1,3}(?:[\s.]\d{3}){1,3}")
ALCOHOLIC = "nhom-co-con"


def say(form: forms.Form, **values: object) -> None:
    """Let a form that was sent say this instead when it is shown again; a list for a field of several."""
    assert isinstance(form.data, QueryDict)
    told = form.data.copy()
    for name, value in values.items():
        told.setlist(name, value if isinstance(value, list) else [str(value)])
    form.data = told


class NumberField(forms.CharField):
    """A whole number from `least` to `most` as people write it ("1000", "1.000", "1 000"); `say` is the one sentence for
    everything else. A text input: a number input throws away what it cannot read."""

    def __init__(self, *, least: int, most: int, say: Any, **options: Any) -> None:
        self.least, self.most = least, most
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        told = {"required": say, "number": say}
        given: dict[str, Any] = {"widget": forms.TextInput(attrs=attrs), "error_messages": told}
        super().__init__(**given | options)

    def to_python(self, value: Any) -> Any:
        text = str("" if value is None else value).strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise forms.ValidationError(self.error_messages["number"])
        return int(re.sub(r"\D", "", text))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not self.least <= value <= self.most:
            raise forms.ValidationError(self.error_messages["number"])

    def run_validators(self, value: Any) -> None:
        """The bounds above are all there is to check; text validators do not fit a number."""


class WordsField(forms.CharField):
    """Words of at most `limit` characters as they are kept. Nothing is cut, by the browser neither: what is too long comes
    back whole, with how many characters are too many. `lines` keeps line breaks."""

    def __init__(self, *, limit: int, lines: bool = False, rows: int = 2, **options: Any) -> None:
        self.limit, self.lines = limit, lines
        # The script counts beside the field.
        attrs = {"data-characters": str(limit)} | ({"rows": rows} if lines else {})
        widget = forms.Textarea(attrs=attrs) if lines else forms.TextInput(attrs=attrs)
        given: dict[str, Any] = {"widget": widget, "error_messages": {"required": _("Hãy ghi mục này.")}}
        super().__init__(**given | options)

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "")
        return plain_text(text, len(text)) if self.lines else squeeze(text)

    def validate(self, value: Any) -> None:
        super().validate(value)
        over = len(value) - self.limit
        if over > 0:
            words = _("Mục này dài quá %(over)s ký tự: tối đa %(limit)s. Hãy rút ngắn rồi lưu lại.")
            raise forms.ValidationError(words % {"over": _dots(over), "limit": _dots(self.limit)})


def _dots(number: int) -> str:
    return f"{number:,}".replace(",", ".")


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

    _TOLD = _("Độ cồn là số từ 0 đến 96, thêm một số lẻ được, ví dụ 29,5.")

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=96, **options)

    def run_validators(self, value: Any) -> None:
        """One sentence for whatever is wrong."""
        try:
            super().run_validators(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self._TOLD) from error

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace("°", "").replace("%", "").replace(",", ".").strip()
        try:
            return super().to_python(text)
        except forms.ValidationError as error:
            raise forms.ValidationError(self._TOLD) from error

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
