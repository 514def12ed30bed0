"""The listing was saved elsewhere while its page was open: both wordings, and a form that goes on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _

from core.files.models import Photo
from market.listings.actions import ListingFacts, WrittenMeanwhile
from market.listings.forms import ListingForm, VariantForm, say
from market.listings.models import Listing

Raw = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One field in both wordings; `is_kept` when the form goes on with the writer's, `photos` those that are saved."""

    label: str
    now: str
    mine: str
    is_kept: bool
    photos: tuple[Photo, ...] = ()


def take_up(
    form: ListingForm | VariantForm,
    told: WrittenMeanwhile,
    facts: ListingFacts,
    *,
    now: Listing,
    initial: Raw,
    mine: Sequence[Photo] = (),
) -> list[Row]:
    """Both wordings of what differs. The form then holds what only others changed as it is saved now, everything else as
    it was written, and has seen what stands there (`initial`: the form of the listing `now`)."""
    rows = []
    for name in sorted(told.changed, key=lambda name: _place(form, name)):
        is_kept = told.changed[name]
        rows.append(_row(form, name, now, facts, mine, is_kept))
        if not is_kept and name != "photos" and name in form.fields:
            say(form, **{name: _sent(initial.get(name, ""))})
    say(form, stock=told.stock, move_seen=told.move, content_seen=initial["content_seen"])
    return rows


def _place(form: forms.Form, name: str) -> int:
    names = list(form.fields)
    return names.index(name) if name in names else len(names)


def _row(form: forms.Form, name: str, now: Listing, facts: ListingFacts, mine: Sequence[Photo], is_kept: bool) -> Row:
    field = form.fields.get(name)
    label = str(field.label) if field is not None and field.label else name
    if name == "photos":
        saved = tuple(row.photo for row in now.photos.select_related("photo").order_by("position"))
        return Row(label, _pictures(saved), _pictures(mine), is_kept, saved)
    if name == "papers":
        return Row(label, _lines(now.papers.all()), _lines(facts.papers or ()), is_kept)
    return Row(label, _words(field, name, getattr(now, name)), _words(field, name, getattr(facts, name)), is_kept)


def _pictures(photos: Sequence[Photo]) -> str:
    return _("%(count)d ảnh") % {"count": len(photos)}


def _lines(papers: Any) -> str:
    return "\n".join(f"{paper.get_kind_display()} số {paper.number}" for paper in papers)


def _words(field: forms.Field | None, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "price":
        return f"{value:,}".replace(",", ".")
    if name == "alcohol":
        return f"{value / 10:g}".replace(".", ",")
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)


def _sent(value: Any) -> Any:
    """An initial value as a browser would send it."""
    if isinstance(value, list):
        return [str(part.pk) for part in value]
    return value.pk if isinstance(value, Model) else value
