"""Draws, what was drawn, and the list to take along."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import money
from core.kit.text import sort_key
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.frames.tabs import board_tabs
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckPage
from ocop.rechecks.queries import (
    State,
    draws_visible_to,
    items_visible_to,
    survivals,
    things_of,
    waiting_pages,
)
from ocop.rechecks.rules import OFFICERS, can_look, refusal_to_look, waits_for_another
from ocop.rechecks.survival import Survival
from ocop.rechecks.wording import STATES, facts_of, indicator_name, page_facts, progress, title_of

PER_PAGE, ON_PAPER = 50, 300
_FILTERS = {
    "": None,
    "cho": State.WAITING,
    "con": State.THERE,
    "mat": State.GONE,
    "khong-ro": State.UNCLEAR,
    "qua-han": State.LATE,
}
_FOR_ME = "nguoi"
reader_page = for_roles(*STAFF_ROLES)
officer_page = for_roles(*OFFICERS)


@require_safe
@never_cache
@reader_page
def draws(request: HttpRequest) -> HttpResponse:
    """What was drawn of the area, with what was found."""
    page = Paginator(draws_visible_to(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    found = survivals(page.object_list)
    context = {
        "space_items": board_tabs(request),
        "page_obj": page,
        "lines": [_line(each, found[each.pk]) for each in page.object_list],
    }
    return render(request, "ocop/rechecks/draws.html", context)


@require_safe
@never_cache
@reader_page
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw: what was found, each row, and how it was drawn."""
    viewer = viewer_of(request)
    found = get_object_or_404(draws_visible_to(viewer), pk=pk)
    chosen = request.GET.get("xem", "")
    # A draw is small: its rows are read once, for the list and for the numbers on the tabs.
    mine: list[Any] = list(items_visible_to(viewer).filter(draw=found))
    wanted, rows = _FILTERS.get(chosen), mine
    if chosen == _FOR_ME:
        for_me = {page.item_id for page in waiting_pages(viewer)}
        rows = [each for each in mine if each.pk in for_me]
    elif wanted is not None:
        rows = [each for each in mine if each.state == wanted]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    survival = survivals([found])[pk]
    context = {
        "space_items": board_tabs(request),
        "draw": found,
        "title": title_of(found),
        "name": indicator_name(found),
        "survival": survival,
        "share": money.rate(survival.there, survival.checked) if survival.checked else "",
        "note": _note(survival),
        "progress": progress(survival),
        "choices": _choices(chosen, Counter(each.state for each in mine)),
        "facts": facts_of(found),
        "page_obj": page,
        "may_print": viewer.has_role(*OFFICERS),
        "rows": _rows(list(page.object_list)),
    }
    return render(request, "ocop/rechecks/draw.html", context)


@require_safe
@never_cache
@officer_page
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for this officer, by commune, to take along on paper."""
    viewer = viewer_of(request)
    found = get_object_or_404(draws_visible_to(viewer), pk=pk)
    waiting = items_visible_to(viewer).filter(draw=found, state=State.WAITING)
    rows = sorted(
        _rows(list(waiting[:ON_PAPER]), pages=True),
        key=lambda row: (sort_key(row["item"].unit.name), row["thing"].place, row["item"].position),
    )
    groups = [
        {"place": capfirst(place), "rows": list(of_place)}
        for place, of_place in groupby(rows, key=lambda row: str(row["item"].unit))
    ]
    context = {
        "space_items": board_tabs(request),
        "draw": found,
        "title": title_of(found),
        "name": indicator_name(found),
        "progress": progress(survivals([found])[pk]),
        "groups": groups,
    }
    return render(request, "ocop/rechecks/print.html", context)


@require_safe
@never_cache
@reader_page
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One drawn row: by what it was counted, and what became of each page."""
    viewer = viewer_of(request)
    found: Any = get_object_or_404(items_visible_to(viewer), pk=pk)
    kind, words = STATES[State(found.state)]
    lines = []
    for page in _pages_of([found]).get(found.pk, []):
        page.item = found
        look = getattr(page, "look", None)
        may = found.state in (State.WAITING, State.UNCLEAR) and can_look(viewer, page)
        may = may and (look is None or waits_for_another(look))
        refusal = refusal_to_look(viewer, page) if may else ""
        open_url = reverse("recheck_look", args=[page.pk]) if may and not refusal else ""
        lines.append(page_facts(page) | {"open_url": open_url, "refusal": refusal})
    context = {
        "space_items": board_tabs(request),
        "item": found,
        "draw": found.draw,
        "name": indicator_name(found.draw),
        "title": title_of(found.draw),
        "thing": things_of([found])[found.pk],
        "kind": kind,
        "words": capfirst(words),
        "pages": lines,
    }
    return render(request, "ocop/rechecks/item.html", context)


def _note(found: Survival) -> str:
    """What stands under the share: how sure it is, and what is counted apart."""
    sure = _("Khoảng tin cậy 95 %%: %(interval)s.") % {"interval": found.interval} if found.checked else ""
    floor = f"{capfirst(found.floor)}." if found.checked and found.floor else ""
    return " ".join(each for each in (sure, floor, found.rest) if each)


def _line(found: RecheckDraw, survival: Survival) -> dict[str, Any]:
    return {
        "draw": found,
        "title": f"{title_of(found)}: {indicator_name(found)}",
        "words": survival.words or _("Chưa xem dòng nào."),
        "rest": survival.rest,
        "progress": progress(survival),
    }


def _choices(chosen: str, found: Counter[str]) -> list[dict[str, Any]]:
    labels = [
        ("", _("Tất cả"), None),
        (_FOR_ME, _("Chờ tôi xem"), None),
        ("cho", _("Đang chờ"), found[State.WAITING]),
        ("con", _("Còn thấy"), found[State.THERE]),
        ("mat", _("Không còn"), found[State.GONE]),
        ("khong-ro", _("Không kết luận được"), found[State.UNCLEAR]),
        ("qua-han", _("Không kiểm tra được trong hạn"), found[State.LATE]),
    ]
    return [
        {"label": label, "url": f"?xem={value}" if value else "?", "current": value == chosen, "count": count}
        for value, label, count in labels
        if count != 0 or value == chosen
    ]


def _rows(items: list[Any], *, pages: bool = False) -> list[dict[str, Any]]:
    things, of_items = things_of(items), _pages_of(items) if pages else {}
    return [
        {
            "item": each,
            "thing": things[each.pk],
            "kind": STATES[State(each.state)][0],
            "words": capfirst(STATES[State(each.state)][1]),
            "pages": [page_facts(page) for page in of_items.get(each.pk, [])],
        }
        for each in items
    ]


def _pages_of(items: list[RecheckItem]) -> dict[int, list[RecheckPage]]:
    rows = RecheckPage.objects.filter(item__in=[each.pk for each in items]).order_by("pk")
    more = (
        "account__platform",
        "link",
        "look__observation",
        "look__report",
        "look__looked_by",
        "look__conclusion__looked_by",
        "look__conclusion__observation",
        "look__conclusion__report",
    )
    found: dict[int, list[RecheckPage]] = {}
    for page in rows.select_related(*more):
        found.setdefault(page.item_id, []).append(page)
    return found
