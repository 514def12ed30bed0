"""What people of the province write into the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.people.queries import viewer_of
from core.people.views import for_roles
from ocop.catalogue.actions import (
    CatalogueRefused,
    add_indicator,
    correct_figure,
    enter_figure,
    write_target,
    write_terms,
)
from ocop.catalogue.decimals import written_decimal
from ocop.catalogue.forms import CorrectionForm, FigureForm, NewIndicatorForm, TargetForm, TermsForm
from ocop.catalogue.models import HandIndicator
from ocop.catalogue.queries import area_label, figures_visible_to, terms_of
from ocop.catalogue.rules import WRITERS, can_write, can_write_for_country
from ocop.catalogue.views.asked import Asked, asked_of, indicator_asked
from ocop.catalogue.wording import measure_of

FORM = ["GET", "HEAD", "POST"]
COUNTRY = "VN"


@require_http_methods(FORM)
@never_cache
@for_roles(*WRITERS)
def new(request: HttpRequest) -> HttpResponse:
    """A line that the province has for itself."""
    asked = asked_of(request, to_write=True)
    form = NewIndicatorForm(request.POST if request.method == "POST" else None)

    def write(said: dict[str, Any]) -> HandIndicator:
        return add_indicator(unit=asked.unit, by=viewer_of(request), **said)

    heading = _("Thêm một chỉ số nhập tay")
    return _answer(request, asked, form, write, heading, _("Thêm chỉ số"), _("Đã thêm chỉ số. Giờ ghi được số liệu."))


@require_http_methods(FORM)
@never_cache
@for_roles(*WRITERS)
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """What a source says as of a day."""
    asked = asked_of(request, to_write=True)
    found = indicator_asked(asked, pk)
    form = FigureForm(request.POST if request.method == "POST" else None)
    form.fields["value"].label = _told(_("Số liệu"), found)

    def write(said: dict[str, Any]) -> HandIndicator:
        return enter_figure(
            indicator=found, unit=asked.unit, as_of=said["as_of"], found=form.found, by=viewer_of(request)
        ).indicator

    return _answer(request, asked, form, write, found.name, _("Ghi số liệu này"), _("Đã ghi số liệu nhập tay."), found)


@require_http_methods(FORM)
@never_cache
@for_roles(*WRITERS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Another figure in the place of one, or none, and why."""
    viewer = viewer_of(request)
    old = get_object_or_404(figures_visible_to(viewer), pk=pk)
    if not can_write(viewer, old.unit):
        raise Http404
    asked = Asked(old.unit, [(old.unit, area_label(old.unit))], True)
    now = {
        "value": written_decimal(old.value) if old.value is not None else "",
        "numerator": old.numerator,
        "denominator": old.denominator,
        "source": old.source,
        "link": old.link,
    }
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=now)
    form.fields["value"].label = _told(_("Số liệu"), old.indicator)

    def write(said: dict[str, Any]) -> HandIndicator:
        found = None if said["is_withdrawn"] else form.found
        return correct_figure(figure=old, found=found, reason=said["reason"], by=viewer).indicator

    heading = _("Sửa số liệu ngày %(day)s") % {"day": f"{old.as_of:%d/%m/%Y}"}
    done = _("Đã sửa. Số cũ vẫn ở trong lịch sử.")
    return _answer(request, asked, form, write, heading, _("Ghi số mới"), done, old.indicator)


@require_http_methods(FORM)
@never_cache
@for_roles(*WRITERS)
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers for it and how it is worked out."""
    asked = asked_of(request, to_write=True)
    found = indicator_asked(asked, pk)
    versions = terms_of(found, asked.unit)
    now = {"owner": versions[0].owner, "formula": versions[0].formula} if versions else {}
    form = TermsForm(request.POST if request.method == "POST" else None, initial=now)

    def write(said: dict[str, Any]) -> HandIndicator:
        write_terms(indicator=found, unit=asked.unit, by=viewer_of(request), **said)
        return found

    done = _("Đã ghi cơ quan phụ trách và cách tính.")
    return _answer(request, asked, form, write, found.name, _("Ghi phiên bản này"), done, found)


@require_http_methods(FORM)
@never_cache
@for_roles(*WRITERS)
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be reached. The country's targets are written by who works for the whole country."""
    asked, viewer = asked_of(request, to_write=True), viewer_of(request)
    found = indicator_asked(asked, pk)
    places = [(str(asked.unit.pk), area_label(asked.unit))]
    if can_write_for_country(viewer):
        places.append((COUNTRY, _("Cả nước")))
    form = TargetForm(request.POST if request.method == "POST" else None, places=places)
    form.fields["value"].label = _told(_("Mục tiêu"), found)

    def write(said: dict[str, Any]) -> HandIndicator:
        unit = None if said.pop("place") == COUNTRY else asked.unit
        return write_target(indicator=found, unit=unit, by=viewer, **said).indicator

    done = _("Đã ghi mục tiêu.")
    return _answer(request, asked, form, write, found.name, _("Ghi mục tiêu này"), done, found)


def _answer(
    request: HttpRequest,
    asked: Asked,
    form: forms.Form,
    write: Callable[[dict[str, Any]], HandIndicator],
    heading: str,
    verb: str,
    done: str,
    about: HandIndicator | None = None,
) -> HttpResponse:
    """The page of a form, or on to the indicator once it is written."""
    if request.method == "POST" and form.is_valid():
        try:
            written = write(dict(form.cleaned_data))
        except CatalogueRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, done)
            return redirect(asked.address("catalogue_indicator", written.pk))
    context = asked.shown(request) | {
        "form": form,
        "heading": heading,
        "verb": verb,
        "back_url": asked.address("catalogue_indicator", about.pk) if about else asked.address("catalogue"),
        "back_label": about.name if about else _("Danh mục nhập tay"),
    }
    return render(request, "ocop/catalogue/form.html", context)


def _told(label: str, indicator: HandIndicator) -> str:
    words = measure_of(indicator)
    return f"{label} ({words})" if words else label
