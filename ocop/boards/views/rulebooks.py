"""The rulebooks, their rubrics, and trying a rubric on oneself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from ocop.boards.views.asked import board_tabs
from ocop.rulebooks.forms import TrialForm
from ocop.rulebooks.models import Rubric
from ocop.rulebooks.queries import (
    is_newest,
    questions_of,
    rubric_by_id,
    rubric_gaps,
    rulebooks,
    sample_rubrics,
    set_lines,
)
from ocop.rulebooks.reference import other_documents
from ocop.rulebooks.rules import assess


@require_safe
@for_roles(*STAFF_ROLES)
def rulebook_list(request: HttpRequest) -> HttpResponse:
    """Every rulebook with what has been entered of it, and what has not."""
    books = [{"book": book, "lines": set_lines(book)} for book in rulebooks()]
    context = {
        "space_items": board_tabs(request),
        "books": books,
        "documents": other_documents(),
        "samples": sample_rubrics(),
    }
    return render(request, "ocop/rulebooks/list.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def rubric(request: HttpRequest, pk: int) -> HttpResponse:
    """The criteria and options of one version."""
    found = _rubric(pk)
    context = {
        "space_items": board_tabs(request),
        "rubric": found,
        "gaps": rubric_gaps(found),
        "is_newest": is_newest(found),
    }
    return render(request, "ocop/rulebooks/rubric.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """«Tự chấm thử»: answers in, stars out; nothing is kept."""
    found = _rubric(pk)
    if rubric_gaps(found):
        raise Http404
    form = TrialForm(found, request.GET if request.GET else None)
    verdict = None
    if form.is_bound and form.is_valid():
        verdict = assess(questions_of(found), form.answers(), knocked_out=form.is_out())
    unmet = verdict.unmet if verdict else {}
    context = {
        "space_items": board_tabs(request),
        "rubric": found,
        "form": form,
        "verdict": verdict,
        "unmet": [(stars, [form.name_of(key) for key in keys]) for stars, keys in unmet.items()],
    }
    return render(request, "ocop/rulebooks/trial.html", context)


def _rubric(pk: int) -> Rubric:
    found = rubric_by_id(pk)
    if found is None:
        raise Http404
    return found
