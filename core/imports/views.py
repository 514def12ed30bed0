"""The import pages: list, bring a sheet, choose columns, look, apply, result, undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.files.uploads import AttachmentUploadHandler
from core.imports import pages
from core.imports.actions.applying import apply_import
from core.imports.actions.ending import cancel_import, give_refused_back, go_on
from core.imports.actions.locking import StepRefused
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import
from core.imports.contract import AttachmentRefused, ImportKind
from core.imports.forms import MappingForm, PlaceOfTableForm, start_form
from core.imports.models import ImportBatch
from core.imports.queries import (
    ReadTable,
    earlier_import,
    likely_mapping,
    progress_of,
    rows_shown,
    sheets_of,
    undo_obstacles,
)
from core.imports.registry import import_kind
from core.imports.rooms import Room
from core.imports.rules import State, can_apply, can_cancel, can_map, can_undo, is_running
from core.imports.sheet.cells import SheetRefused
from core.imports.sheet.headings import lines_above
from core.kit.sheets import XLSX
from core.people.limits.actions import TooMany, count_try
from core.people.limits.rules import SHEETS_OF_PERSON
from core.people.limits.views import waiting_words
from core.people.queries import Viewer, viewer_of

PER_PAGE = 25


def in_room(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Behind the door of the room whose page it is."""

    @wraps(view)
    def guarded(request: HttpRequest, *, room: Room, **arguments: Any) -> HttpResponseBase:
        return room.door(view)(request, room=room, **arguments)

    return guarded


@require_safe
@in_room
def batch_list(request: HttpRequest, room: Room) -> HttpResponse:
    """The imports of one's area."""
    page = Paginator(room.batches(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"batch": batch, "name": pages.name_of(batch), "kind": _label(batch), "status": pages.state_kind(batch)}
        for batch in page.object_list
    ]
    return render(request, "core/imports/list.html", {**_shown(room), "page_obj": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@in_room
def start(request: HttpRequest, room: Room) -> HttpResponse:
    """Bring a sheet: a file or a pasted table, and the file beside it where the kind takes one."""
    if room.kind and (bytes_maximum := import_kind(room.kind).attachment_bytes):
        handlers = [MemoryFileUploadHandler(request), AttachmentUploadHandler(request, bytes_maximum)]
        request.upload_handlers = handlers
    return _start(request, room)


@csrf_protect
def _start(request: HttpRequest, room: Room) -> HttpResponse:
    viewer = viewer_of(request)
    posted = request.method == "POST"
    form = start_form(room, viewer, request.POST if posted else None, request.FILES if posted else None, request.GET)
    if posted and form.is_valid():
        try:
            count_try(SHEETS_OF_PERSON, f"user:{viewer.user_id}")
            batch = start_import(**form.asked(), by=viewer)
        except TooMany as error:
            wait = waiting_words(error.seconds)
            form.add_error(None, _("Hôm nay bạn đã gửi quá nhiều bảng. Hãy gửi tiếp sau %(wait)s.") % {"wait": wait})
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        except SheetRefused as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "pasted", str(refusal))
        except AttachmentRefused as refusal:
            form.add_error("attached", str(refusal))
        except PermissionError:
            form.add_error(form.place_field, _("Bạn chưa có quyền nhập loại bảng này ở đây. Hãy chọn nơi khác."))
        else:
            return redirect(room.url("batch" if _is_read_at_once(batch, viewer) else "mapping", batch.pk))
    kind = import_kind(room.kind) if room.kind else None
    context = {**_shown(room), "form": form, "kind": kind, "oldest": pages.oldest_in_the_way(room, viewer)}
    return render(request, "core/imports/start.html", context)


def _is_read_at_once(batch: ImportBatch, viewer: Viewer) -> bool:
    """A sheet of ours needs nobody to say which column is which: its preview begins."""
    kind = _kind(batch)
    try:
        sheets = sheets_of(batch)
        index, header, _is_new = pages.place_of_table(batch, kind, sheets, PlaceOfTableForm(None, sheets=[]))
        own = pages.own_mapping(kind, header)
        if own:
            choose_mapping(
                batch=batch, sheet_index=index, header_row=header.row, header_depth=header.depth, mapping=own, by=viewer
            )
    except (StepRefused, SheetRefused):
        return False  # the page of columns says why
    return bool(own)


@require_http_methods(["GET", "HEAD", "POST"])
@in_room
def mapping(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Where the table is in the file, and which column is which."""
    batch = _batch(request, room, pk)
    if not can_map(batch):
        messages.info(request, _("Bảng này không chọn lại cột được nữa."))
        return redirect(room.url("batch", pk))
    kind = _kind(batch)
    try:
        sheets = sheets_of(batch)
    except SheetRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(room.url("batch", pk))
    asked = request.POST if request.method == "POST" else request.GET
    place = PlaceOfTableForm(asked or None, sheets=[pages.sheet_label(sheet) for sheet in sheets])
    index, header, is_new = pages.place_of_table(batch, kind, sheets, place)
    chosen, guessed, remembered = likely_mapping(kind, batch.unit, header, batch.owner)
    above = kind.read_above(lines_above(sheets[index], header))
    given = {name: said.proposed for name, said in above.items() if said.proposed and name not in chosen}
    if not is_new and batch.revision:
        chosen, guessed, remembered, given = batch.mapping, set(), False, batch.given
    table = ReadTable(sheets[index], header, tuple(chosen.values()))
    posted = request.POST if request.method == "POST" else None
    form = MappingForm(posted, kind=kind, table=table, mapping=chosen, guessed=guessed, above=above, given=given)
    if posted is not None and form.is_valid():
        try:
            choose_mapping(
                batch=batch,
                sheet_index=index,
                header_row=header.row,
                header_depth=header.depth,
                mapping=form.mapping(),
                given=form.given(),
                by=viewer_of(request),
            )
        except (StepRefused, SheetRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(room.url("batch", pk))
    place = PlaceOfTableForm(
        initial={"was": index, "sheet": index, "row": header.row + 1, "depth": header.depth},
        sheets=[pages.sheet_label(sheet) for sheet in sheets],
    )
    context = {
        **_common(batch, room),
        "form": form,
        "place": place,
        "index": index,
        "header": header,
        "remembered": remembered,
        "sample": pages.sample(table),
        "row_count": pages.count_of_rows(table),
        "formulas": sheets[index].formulas,
        "hidden": len(sheets[index].hidden_rows),
    }
    return render(request, "core/imports/mapping.html", context)


@require_safe
@in_room
def batch_page(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Where an import stands: what it would do, how far it is, what it did."""
    batch = _batch(request, room, pk)
    if batch.state == State.DRAFT:
        return redirect(room.url("mapping", pk))
    view = request.GET.get("xem", "")
    page = Paginator(rows_shown(batch, view), PER_PAGE).get_page(request.GET.get("page"))
    address = room.url("batch", pk)
    context = {
        **_common(batch, room),
        "is_running": is_running(batch),
        "progress": progress_of(batch) if is_running(batch) else None,
        "figures": pages.figures_of(batch),
        "tabs": pages.views_of(batch, view, address),
        "page_obj": page,
        "rows": [pages.shown_row(row) for row in page.object_list] if not is_running(batch) else [],
        "given": pages.given_of(batch, _kind(batch)),
        "skipped": pages.skipped_of(batch),
        "earlier": earlier_import(batch) if batch.state == State.PREVIEWED else None,
        "may": {"apply": can_apply(batch), "map": can_map(batch), "cancel": can_cancel(batch), "undo": can_undo(batch)},
        "obstacles": undo_obstacles(batch, _kind(batch)) if can_undo(batch) else [],
        "kept_until": pages.kept_until(batch),
        "address": address,
    }
    return render(request, "core/imports/batch.html", context)


@require_POST
@in_room
def apply(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Write what the preview showed."""
    return _step(request, room, pk, apply_import, "")


@require_POST
@in_room
def undo(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Take the whole import back."""
    return _step(request, room, pk, undo_import, "")


@require_POST
@in_room
def resume(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Ask the worker again."""
    return _step(request, room, pk, go_on, _("Đã nhắc máy làm tiếp."))


@require_POST
@in_room
def cancel(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Give the import up."""
    return _step(request, room, pk, cancel_import, _("Đã huỷ. Tệp và các dòng đã được xóa."))


@require_POST
@in_room
def refused_sheet(request: HttpRequest, room: Room, pk: int) -> HttpResponse:
    """Download the refused rows with their reasons; a POST, because taking them out is noted."""
    batch = _batch(request, room, pk)
    try:
        content = give_refused_back(batch=batch, by=viewer_of(request))
    except StepRefused as refusal:
        messages.info(request, str(refusal))
        return redirect(room.url("batch", pk))
    except PermissionError as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="chua-nhan-{pk}.xlsx"'
    return answer


def _step(request: HttpRequest, room: Room, pk: int, action: Any, done: str) -> HttpResponse:
    batch = _batch(request, room, pk)
    try:
        action(batch=batch, by=viewer_of(request))
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        if done:
            messages.success(request, done)
    return redirect(room.url("batch", pk))


def _batch(request: HttpRequest, room: Room, pk: int) -> ImportBatch:
    return get_object_or_404(room.batches(viewer_of(request)), pk=pk)


def _kind(batch: ImportBatch) -> ImportKind[Any]:
    try:
        return import_kind(batch.kind)
    except LookupError as error:
        raise Http404 from error


def _label(batch: ImportBatch) -> str:
    try:
        return import_kind(batch.kind).label
    except LookupError:
        return batch.kind


def _common(batch: ImportBatch, room: Room) -> dict[str, Any]:
    return {
        **_shown(room),
        "batch": batch,
        "name": pages.name_of(batch),
        "kind": _kind(batch),
        "status": pages.state_kind(batch),
        "steps": pages.steps_of(batch),
    }


def _shown(room: Room) -> dict[str, Any]:
    """What every page of a room needs: the room, its layout, what stands around it."""
    return {"room": room, "layout": room.layout, "names": room.names, **room.shown()}
