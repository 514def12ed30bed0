"""Bringing a sheet, and saying which column is which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.files.forms import UploadField
from core.imports.contract import ImportKind, SaidAbove
from core.imports.queries import ReadTable, samples_of
from core.imports.registry import import_kind, kinds_for
from core.imports.rooms import Holder, Room
from core.imports.sheet.guard import BYTES_MAXIMUM, ROWS_MAXIMUM
from core.people.queries import Viewer
from core.places.models import Level, Unit

UNITS_OFFERED = 300
COLUMNS_SHOWN = 100
ROWS_SAMPLED = 200


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Places by their name in sentences, with the province behind."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{capfirst(str(obj))}, {obj.parent}" if obj.parent else capfirst(str(obj))


class SheetForm(forms.Form):
    """The table, as a file or pasted."""

    place_field: str | None = None
    file = UploadField(
        label=_("Tệp bảng"),
        required=False,
        help_text=_("Excel (.xlsx, .xls), OpenDocument (.ods) hoặc CSV, nhiều nhất 15 MB và 120.000 dòng."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"}),
        error_messages={"empty": _("Tệp này trống. Hãy chọn tệp khác.")},
    )
    pasted = forms.CharField(
        label=_("Hoặc dán bảng vào đây"),
        required=False,
        strip=False,
        max_length=2_000_000,
        help_text=_("Bôi đen bảng trong Word hoặc Excel, cả dòng tiêu đề, chép rồi dán vào ô này."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"max_length": _("Bảng dán dài quá. Hãy gửi bằng tệp.")},
    )

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > BYTES_MAXIMUM:
            raise forms.ValidationError(_("Tệp này nặng quá 15 MB. Hãy tách nhỏ rồi gửi từng phần."))
        return file

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if not self.errors.get("file") and not self.errors.get("pasted"):
            has_file, has_text = bool(data.get("file")), bool((data.get("pasted") or "").strip())
            if not has_file and not has_text:
                self.add_error("file", _("Hãy chọn một tệp, hoặc dán bảng vào ô bên dưới."))
            if has_file and has_text:
                self.add_error("pasted", _("Có cả tệp và bảng dán. Hãy bỏ một trong hai."))
        return data

    def asked(self) -> dict[str, Any]:
        """What `start_import` is to do: the table's bytes and its file name ("" when pasted)."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file:
            return {"content": file.read(), "file_name": file.name or ""}
        return {"content": self.cleaned_data["pasted"].encode(), "file_name": ""}


class StartForm(SheetForm):
    """Which list, for which place: for staff."""

    place_field = "unit"
    field_order = ("kind", "unit", "file", "pasted")
    kind = forms.ChoiceField(
        label=_("Bảng này là gì?"), widget=forms.RadioSelect, error_messages={"required": _("Hãy chọn loại bảng.")}
    )
    unit = UnitChoice(
        label=_("Nơi"),
        queryset=Unit.objects.none(),
        empty_label=_("Chọn một nơi"),
        error_messages={"required": _("Hãy chọn nơi."), "invalid_choice": _("Hãy chọn một nơi trong danh sách.")},
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(viewer)
        kind, unit = self.fields["kind"], self.fields["unit"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(unit, UnitChoice)
        kind.choices = [(each.code, each.label) for each in kinds]
        unit.queryset = units_offered(kinds, viewer)
        if len(kinds) == 1:
            self.initial.setdefault("kind", kinds[0].code)
        first = list(unit.queryset[:2])
        if len(first) == 1:
            self.initial.setdefault("unit", first[0].pk)

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "kind_code": self.cleaned_data["kind"], "unit": self.cleaned_data["unit"]}


class OwnSheetForm(SheetForm):
    """A list of one's own: kind and place are known, and there may be a file beside it."""

    attached = UploadField(
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={"empty": _("Tệp này trống. Hãy chọn tệp khác.")},
    )

    def __init__(self, *args: Any, kind: ImportKind[Any], holder: Holder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind, self._holder = kind, holder
        field = self.fields["attached"]
        field.label, field.help_text = kind.attachment_label, kind.attachment_hint
        if not kind.attachment_label:
            del self.fields["attached"]

    def asked(self) -> dict[str, Any]:
        attached: UploadedFile[Any] | None = self.cleaned_data.get("attached")
        return {
            **super().asked(),
            "kind_code": self._kind.code,
            "unit": self._holder.unit,
            "owner": self._holder.owner,
            "attached": attached.file if attached else None,
            "attached_name": (attached.name or "") if attached else "",
        }


def start_form(room: Room, viewer: Viewer, data: Any, files: Any, asked: Mapping[str, str]) -> SheetForm:
    """The form with which a sheet is brought in this room. Raises Http404 for somebody who holds nothing here."""
    if room.holder is None:
        return StartForm(data, files, viewer=viewer, initial={"kind": code} if (code := asked.get("loai")) else {})
    holder = room.holder(viewer)
    if holder is None:
        raise Http404
    return OwnSheetForm(data, files, kind=import_kind(room.kind), holder=holder)


def units_offered(kinds: list[ImportKind[Any]], viewer: Viewer) -> QuerySet[Unit]:
    """The places one may import for; only provinces where it would be too long a list."""
    found = Unit.objects.none()
    for kind in kinds:
        found = found | kind.units_for(viewer)
    if found.count() > UNITS_OFFERED:
        found = found.filter(level=Level.PROVINCE)
    return found.select_related("parent").order_by("-level", "name")  # provinces first


class MappingForm(forms.Form):
    """For every thing the kind wants to know: in which column of the sheet it stands."""

    def __init__(
        self,
        *args: Any,
        kind: ImportKind[Any],
        table: ReadTable,
        mapping: dict[str, int],
        guessed: set[str],
        above: Mapping[str, SaidAbove] | None = None,
        given: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._kind, self._above = kind, above or {}
        nothing, columns = ("", _("Không có trong bảng")), column_choices(table)
        given = given or {}
        for column in kind.columns:
            hints = [column.hint, f"Ví dụ: {column.example}." if column.example else ""]
            if column.name in guessed:
                hints.append("Máy đoán cột này, hãy xem lại.")
            said = self._above.get(column.name)
            offers = (
                [(_OVER + value, _("Mọi dòng: %s (ghi ở đầu bảng)") % value) for value in said.values] if said else []
            )
            if said:
                hints.append(_hint_above(said, is_in_table=column.name in mapping))
            written = _OVER + given[column.name] if column.name in given else ""
            self.fields[column.name] = forms.ChoiceField(
                label=column.label,
                required=column.required,
                choices=[nothing, *offers, *columns],
                initial=str(mapping.get(column.name, written)),
                help_text=" ".join(hint for hint in hints if hint),
                error_messages={
                    "required": _("Hãy chọn cột cho mục này; thiếu nó thì không nhập được dòng nào."),
                    "invalid_choice": _("Cột này không có trong bảng. Hãy chọn lại."),
                },
            )

    @property
    def found_fields(self) -> list[forms.BoundField]:
        """What has a column, or must have one, or is wrong: what is to be looked at."""
        return [field for field in self if self._is_found(field)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """What no column was found for and needs none."""
        return [field for field in self if not self._is_found(field)]

    def _is_found(self, field: forms.BoundField) -> bool:
        return bool(field.value() not in ("", None) or field.field.required or field.errors)

    def mapping(self) -> dict[str, int]:
        """{column of the kind: index in the sheet}."""
        return {name: int(chosen) for name, chosen in self._chosen().items() if not chosen.startswith(_OVER)}

    def given(self) -> dict[str, str]:
        """{column of the kind: what the lines over the heading say for all rows}."""
        chosen = self._chosen().items()
        return {name: each.removeprefix(_OVER) for name, each in chosen if each.startswith(_OVER)}

    def _chosen(self) -> dict[str, str]:
        return {column.name: chosen for column in self._kind.columns if (chosen := self.cleaned_data[column.name])}


# Begins a choice that is no column: what is said over the table.
_OVER = "over:"


def _hint_above(said: SaidAbove, *, is_in_table: bool) -> str:
    if is_in_table:
        return _("Đầu bảng cũng ghi: «%s». Đang dùng cột của bảng.") % said.quote
    if said.proposed:
        return _("Đầu bảng ghi: «%s». Hãy so lại với quyết định.") % said.quote
    return _("Đầu bảng ghi nhiều quyết định: «%s». Hãy chọn đúng cái của bảng này.") % said.quote


def column_choices(table: ReadTable) -> list[tuple[str, str]]:
    """The columns of the sheet: letter, heading and a few values."""
    found = []
    rows = table.first_rows(ROWS_SAMPLED)
    for heading in table.header.headings[:COLUMNS_SHOWN]:
        samples = [masked_numbers(each) for each in samples_of(rows, heading.index)]
        if heading.parts or samples:
            shown = f"Cột {column_letter(heading.index)}: {heading.text or 'không tên'}"
            found.append((str(heading.index), f"{shown} (như: {'; '.join(samples)})" if samples else shown))
    return found


# Phones, personal numbers, accounts: enough of them to recognise a column by. A day has eight digits.
_NUMBER = re.compile(r"[+\d](?:[ .-]?\d){8,}")


def masked_numbers(sample: str) -> str:
    """A cell for looking at: of numbers of nine digits and more only the end."""
    return _NUMBER.sub(lambda found: f"… …{found[0][-3:]}", sample)


def column_letter(index: int) -> str:
    """0 → "A", 26 → "AA", as Excel writes it."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class PlaceOfTableForm(forms.Form):
    """Where in the file the table is: sheet, heading row (from 1, as Excel counts) and how many rows it is high."""

    was = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the sheet on the page that was sent
    sheet = forms.TypedChoiceField(label=_("Trang tính"), coerce=int)
    row = forms.IntegerField(
        label=_("Dòng tiêu đề"),
        min_value=1,
        max_value=ROWS_MAXIMUM,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    depth = forms.TypedChoiceField(
        label=_("Tiêu đề cao mấy dòng"),
        coerce=int,
        choices=[("1", _("1 dòng")), ("2", _("2 dòng")), ("3", _("3 dòng"))],
    )

    def __init__(self, *args: Any, sheets: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheet = self.fields["sheet"]
        assert isinstance(sheet, forms.ChoiceField)
        sheet.choices = list(enumerate(sheets))
        if len(sheets) == 1:
            sheet.widget = forms.HiddenInput()
