"""Two households side by side, decided by an officer; phones that too many households share."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.matching.actions.merging import (
    MergeRefused,
    NotAllowed,
    decide_distinct,
    merge_households,
    seen_versions,
)
from onboarding.matching.actions.phones import ClearRefused, clear_phone
from onboarding.matching.actions.phones import NotAllowed as ClearNotAllowed
from onboarding.matching.actions.unmerging import unmerge
from onboarding.matching.forms import LEVELS, ClearForm, DistinctForm, MergeForm
from onboarding.matching.models import DuplicatePair
from onboarding.matching.queries.pairs import (
    histories,
    merges_visible_to,
    moved_words,
    pairs_in_state,
    pairs_visible_to,
)
from onboarding.matching.queries.phones import phone_to_look_at, phones_to_look_at
from onboarding.matching.rules.choosing import compared, group_words
from onboarding.matching.rules.likeness import reason_words
from onboarding.matching.rules.rights import DECIDERS

PER_PAGE = 25
State = DuplicatePair.State
form_page = require_http_methods(["GET", "HEAD", "POST"])


def _tabs(current: str) -> list[dict[str, object]]:
    names = (
        ("duplicates", _("Cặp hộ")),
        ("household_merges", _("Đã gộp")),
        ("shared_phones", _("Điện thoại dùng chung")),
    )
    return [{"label": label, "url": reverse(name), "current": name == current} for name, label in names]


@require_safe
@never_cache
@for_roles(*DECIDERS)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of my area, the likeliest first."""
    asked = request.GET
    state = asked.get("state") if asked.get("state") in {State.DISTINCT, State.GONE} else State.OPEN
    level = next((level for level, _words in LEVELS if str(level) == asked.get("muc")), 0)
    words = asked.get("q", "")[:100]
    found = pairs_in_state(viewer_of(request), state=str(state), at_least=level, words=words)
    page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
    context = {
        "tabs": _tabs("duplicates"),
        "page_obj": page,
        "rows": [{"pair": pair, "reasons": reason_words(pair.reasons)} for pair in page.object_list],
        "q": words,
        "groups": _filters(str(state), level),
        "state": state,
        "is_narrowed": bool(words or level or state != State.OPEN),
    }
    return render(request, "onboarding/matching/list.html", context)


def _filters(state: str, level: int) -> list[dict[str, object]]:
    states = (State.OPEN, State.DISTINCT, State.GONE)
    options = [{"value": each.value, "label": capfirst(str(each.label)), "checked": each == state} for each in states]
    levels = [{"value": each, "label": words, "checked": each == level} for each, words in LEVELS]
    return [
        {"label": _("Tình trạng"), "name": "state", "options": options, "single": True},
        {"label": _("Giống đến đâu"), "name": "muc", "options": levels, "single": True},
    ]


@require_safe
@never_cache
@for_roles(*DECIDERS)
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """The two side by side: what is the same, what differs, what happened with each; and what may be decided."""
    return _pair_page(request, _pair(request, pk), DistinctForm())


@never_cache
@require_POST
@for_roles(*DECIDERS)
def distinct(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two."""
    found, form = _pair(request, pk), DistinctForm(request.POST)
    if form.is_valid():
        try:
            decide_distinct(pair=found, note=form.cleaned_data["note"], by=viewer_of(request))
        except NotAllowed as error:
            raise Http404 from error
        except MergeRefused as refusal:
            messages.warning(request, str(refusal))
            return redirect("duplicate_pair", pk)
        messages.success(request, _("Đã ghi: đây là hai hộ khác nhau. Chúng tôi chỉ hỏi lại khi có điểm giống mới."))
        return redirect("duplicates")
    return _pair_page(request, found, form)


@never_cache
@form_page
@for_roles(*DECIDERS)
def merge(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Choose whose word is kept, read what will happen, then do it. `side` says which of the two stays."""
    found = _pair(request, pk)
    if side not in {"thu-nhat", "thu-hai"}:
        raise Http404
    if found.state != State.OPEN:
        return redirect("duplicate_pair", pk)
    first_is_kept = side == "thu-nhat"
    keep, other = (found.first, found.second) if first_is_kept else (found.second, found.first)
    rows = compared(found.first, found.second)
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        keep=keep,
        other=other,
        rows=rows,
        first_is_kept=first_is_kept,
    )
    seen = request.POST.get("seen") or seen_versions(keep, other)
    context: dict[str, Any] = {"pair": found, "keep": keep, "other": other, "form": form, "side": side, "seen": seen}
    if not form.is_valid():
        return render(request, "onboarding/matching/choose.html", context)
    if request.POST.get("sure") != "1":
        context["result"] = [
            {
                "label": row.label,
                "value": group_words(other if form.choices.get(row.group) == "other" else keep, row.group),
            }
            for row in rows
        ]
        context["goes_along"] = histories([other]).get(other.pk, [])
        return render(request, "onboarding/matching/confirm.html", context)
    try:
        merge_households(pair=found, keep_id=keep.pk, choices=form.choices, by=viewer_of(request), seen=seen)
    except NotAllowed as error:
        raise Http404 from error
    except MergeRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("duplicate_pair", pk)
    messages.success(request, _("Đã gộp thành một hộ. Nếu nhầm, bạn tách lại được ở trang này."))
    return redirect("household_merges")


@require_safe
@never_cache
@for_roles(*DECIDERS)
def merges(request: HttpRequest) -> HttpResponse:
    """Households of my area that were merged, with the way back."""
    page = Paginator(merges_visible_to(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "onboarding/matching/merges.html", {"tabs": _tabs("household_merges"), "page_obj": page})


@never_cache
@form_page
@for_roles(*DECIDERS)
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge; the page says what goes back and what stays."""
    viewer = viewer_of(request)
    found = get_object_or_404(merges_visible_to(viewer), pk=pk)
    if request.method == "POST":
        try:
            unmerge(merge=found, by=viewer)
        except NotAllowed as error:
            raise Http404 from error
        except MergeRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Đã tách lại thành hai hộ như trước khi gộp."))
        return redirect("household_merges")
    return render(request, "onboarding/matching/split.html", {"merge": found, "moved": moved_words(found)})


@require_safe
@never_cache
@for_roles(*DECIDERS)
def shared_phones(request: HttpRequest) -> HttpResponse:
    """Phones that more than three households gave: those that wait, and those somebody has looked at."""
    viewer, cleared = viewer_of(request), request.GET.get("xem") == "roi"
    page = Paginator(phones_to_look_at(viewer, cleared=cleared), PER_PAGE).get_page(request.GET.get("page"))
    context = {"tabs": _tabs("shared_phones"), "page_obj": page, "cleared": cleared}
    return render(request, "onboarding/matching/phones.html", context)


@never_cache
@form_page
@for_roles(*DECIDERS)
def shared_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The households of one phone; letting them share it."""
    viewer = viewer_of(request)
    row = phone_to_look_at(viewer, pk)
    if row is None:
        raise Http404
    form = ClearForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            clear_phone(pk=pk, reason=form.cleaned_data["reason"], by=viewer)
        except ClearNotAllowed as error:
            raise Http404 from error
        except ClearRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(
                request, _("Đã ghi. Các hộ này lại được tính; nếu thêm một hộ dùng số này, chúng tôi hỏi lại.")
            )
        return redirect("shared_phones")
    return render(request, "onboarding/matching/phone.html", {"row": row, "form": form})


def _pair(request: HttpRequest, pk: int) -> DuplicatePair:
    return get_object_or_404(pairs_visible_to(viewer_of(request)), pk=pk)


def _pair_page(request: HttpRequest, found: DuplicatePair, form: DistinctForm) -> HttpResponse:
    rows = compared(found.first, found.second)
    told = histories([found.first, found.second])
    context = {
        "pair": found,
        "sides": [
            {"household": each, "history": told.get(each.pk, []), "word": word, "side": side}
            for each, word, side in (
                (found.first, _("Hộ thứ nhất"), "thu-nhat"),
                (found.second, _("Hộ thứ hai"), "thu-hai"),
            )
        ],
        "differing": [row for row in rows if not row.is_same],
        "same": [row for row in rows if row.is_same],
        "reasons": reason_words(found.reasons),
        "form": form,
        "is_open": found.state == State.OPEN,
    }
    return render(request, "onboarding/matching/pair.html", context)
