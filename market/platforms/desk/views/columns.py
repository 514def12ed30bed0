"""The columns of a platform's sheet: arrange them, see the first lines, save them as another version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.people.queries import viewer_of
from market.platforms.contract import SheetLine, SheetTask
from market.platforms.desk.actions import ColumnsRefused, choose_columns, save_columns
from market.platforms.desk.forms import ColumnFormSet, NoteForm, columns_in
from market.platforms.desk.queries import served_by_sheets, sheet_adapter, sheet_settings
from market.platforms.desk.room import operator_page
from market.platforms.engine.documents import documents_of
from market.platforms.models import Connection, SheetColumns
from market.platforms.navigation import desk_tabs
from market.platforms.sheets.adapter import SheetAdapter
from market.platforms.sheets.columns import BUILT_IN, arranged, column_problems, every_version
from market.platforms.sheets.export import photo_names
from market.platforms.sheets.layout import Column
from market.platforms.sheets.workbook import Row, value_of

SHOWN_LINES, SHOWN_CHARACTERS = 2, 200


def _connection(code: str) -> tuple[Connection, SheetAdapter]:
    connection = get_object_or_404(served_by_sheets(), platform__code=code)
    adapter = sheet_adapter(connection)
    assert adapter is not None  # served_by_sheets
    return connection, adapter


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def columns(request: HttpRequest, code: str) -> HttpResponse:
    """Arrange the columns; «Xem thử» shows them and saves nothing."""
    connection, adapter = _connection(code)
    settings = sheet_settings(connection)
    in_force = arranged(adapter.layout, settings.options).columns
    initial = [{"order": i, "field": each.field, "heading": each.heading} for i, each in enumerate(in_force, start=1)]
    posted = request.POST if request.method == "POST" else None
    forms, note = ColumnFormSet(posted, initial=initial, prefix="c"), NoteForm(posted)
    shown: Sequence[Column] = in_force
    problems: list[str] = []
    if posted is not None and forms.is_valid() and note.is_valid():
        shown = columns_in(forms)
        if "save" in posted:
            try:
                saved = save_columns(
                    connection=connection, columns=shown, note=note.cleaned_data["note"], by=viewer_of(request)
                )
            except ColumnsRefused as refused:
                problems = refused.problems
            else:
                words = _("Đã lưu mẫu mới. Tệp lấy từ bây giờ có các cột này.")
                messages.success(request, words if saved else _("Các cột vẫn như cũ nên không có mẫu mới."))
                return redirect("platform_columns", code=code)
        else:
            problems = column_problems(shown, every_version(adapter.layout, settings.options))
    elif posted is not None:
        problems = [_("Có cột chưa điền đủ. Hãy xem các dòng có chữ đỏ.")]
    context = {
        "connection": connection,
        "forms": forms,
        "note": note,
        "problems": problems,
        "is_tried": posted is not None and not problems,
        "preview": _preview(connection, shown),
        "versions": _versions(connection),
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk/columns.html", context, status=422 if problems else 200)


@require_POST
@operator_page
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Put an older version in force again."""
    connection, _adapter = _connection(code)
    number = request.POST.get("number", "")
    try:
        choose_columns(connection=connection, number=int(number) if number.isdecimal() else 0, by=viewer_of(request))
    except SheetColumns.DoesNotExist:
        messages.error(request, _("Không có mẫu nào mang số này. Hãy chọn trong danh sách."))
    else:
        messages.success(request, _("Tệp lấy từ bây giờ theo mẫu %(number)s.") % {"number": number})
    return redirect("platform_columns", code=code)


def _preview(connection: Connection, shown: Sequence[Column]) -> dict[str, Any]:
    """The columns with what real listings would have there; letters as spreadsheet programs show them."""
    rows = connection.listings.filter(wanted=True).select_related("listing").order_by("pk")[:SHOWN_LINES]
    documents = documents_of([row.listing_id for row in rows], connection.platform)
    line = SheetLine(SheetTask.PUT)
    lines = [Row(each, tuple(photo_names(each, line.task)), line) for each in documents.values()]
    return {
        "names": [each.document.title for each in lines],
        "columns": [
            {
                "letter": _letter(index),
                "heading": column.heading,
                "cells": [str(value_of(column, each) or "")[:SHOWN_CHARACTERS] for each in lines],
            }
            # The three columns that say what to do stand before ours.
            for index, column in enumerate(shown, start=3)
        ],
    }


def _letter(index: int) -> str:
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


def _versions(connection: Connection) -> list[dict[str, Any]]:
    """All versions, the newest first, the one that came with the program last."""
    kept = list(connection.sheet_columns.select_related("made_by").order_by("-number"))
    found = [
        {
            "number": each.number,
            "is_current": each.is_current,
            "headings": ", ".join(column["heading"] for column in each.columns),
            "note": each.note,
            "made_by": each.made_by,
            "made_at": each.made_at,
        }
        for each in kept
    ]
    adapter = sheet_adapter(connection)
    headings = ", ".join(column.heading for column in adapter.layout.columns) if adapter else ""
    is_current = not any(each.is_current for each in kept)
    return [*found, {"number": BUILT_IN, "is_current": is_current, "headings": headings}]
