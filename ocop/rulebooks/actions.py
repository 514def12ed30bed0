"""Writing rubrics: every sheet that changes one makes a new version of it, and taking the sheet back takes the version back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from ocop.register.models import TaxonomyNode
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook


class NewerVersion(Exception):
    """The version cannot be taken back: a later one has been made from it; the message is for people."""


@dataclass(frozen=True)
class RubricLine:
    """One line of a sheet: a criterion, and one of its options unless `points` is None. `minimum_for` 0: no minimum."""

    part: str
    number: str
    name: str
    most: int
    points: int | None
    text: str
    minimum_for: int


@transaction.atomic
def open_version(*, rulebook: Rulebook, product_set: TaxonomyNode, sha256: str, by: Viewer) -> Rubric:
    """The version that the file with this hash writes to: the newest if it comes from that file, else a new one that begins as a
    copy of the newest. So a sheet that completes a rubric keeps what it does not speak of."""
    Rulebook.objects.select_for_update().get(pk=rulebook.pk)
    known = Rubric.objects.filter(rulebook=rulebook, product_set=product_set, is_sample=False).order_by("-version")
    newest = known.first()
    if newest is not None and newest.source_sha256 == sha256:
        return newest
    made = Rubric.objects.create(
        rulebook=rulebook,
        product_set=product_set,
        version=newest.version + 1 if newest else 1,
        name=product_set.name,
        knock_outs=newest.knock_outs if newest else [],
        source_sha256=sha256,
        entered_by_id=by.user_id,
        entered_at=clock.now(),
    )
    if newest is not None:
        _copy(newest, made)
    _note("rubric.entered", made, by)
    return made


@transaction.atomic
def write_line(*, rubric: Rubric, line: RubricLine) -> None:
    """Add or change one criterion (known by its number) and one option of it (known by its points)."""
    criterion = Criterion.objects.filter(rubric=rubric, number=line.number).first()
    if criterion is None:
        last = Criterion.objects.filter(rubric=rubric).order_by("-position").first()
        criterion = Criterion(rubric=rubric, number=line.number, position=last.position + 1 if last else 1)
    criterion.part, criterion.name, criterion.most = line.part, line.name, line.most
    criterion.save()
    if line.points is not None:
        # Options stand in the order of their points, so the points are their place.
        Option.objects.update_or_create(
            criterion=criterion,
            position=line.points,
            defaults={"points": line.points, "text": line.text, "minimum_for": line.minimum_for},
        )


def obstacle_to_taking_back(rubric_id: int) -> str:
    """Why a version can no longer be taken back; "" when it can, or is gone already."""
    rubric = Rubric.objects.filter(pk=rubric_id).first()
    if rubric is None:
        return ""
    later = Rubric.objects.filter(
        rulebook=rubric.rulebook_id, product_set=rubric.product_set_id, is_sample=False, version__gt=rubric.version
    )
    return "đã có bản mới hơn làm từ bản này." if later.exists() else ""


@transaction.atomic
def take_version_back(*, rubric_id: int, by: Viewer) -> None:
    """Remove a version; the one before is the newest again. Harmless when it is gone. Raises NewerVersion."""
    rubric = Rubric.objects.select_for_update(of=("self",)).filter(pk=rubric_id, is_sample=False).first()
    if rubric is None:
        return
    if obstacle := obstacle_to_taking_back(rubric_id):
        raise NewerVersion(obstacle)
    _note("rubric.taken_back", rubric, by)
    rubric.delete()


def _copy(old: Rubric, new: Rubric) -> None:
    for criterion in old.criteria.prefetch_related("options"):
        options = list(criterion.options.all())
        criterion.pk, criterion.rubric = None, new
        criterion._state.adding = True
        criterion.save()
        Option.objects.bulk_create(
            Option(
                criterion=criterion,
                position=option.position,
                points=option.points,
                text=option.text,
                minimum_for=option.minimum_for,
            )
            for option in options
        )


def _note(word: str, rubric: Rubric, by: Viewer) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"rubric:{rubric.pk}",
        changes={"bộ tiêu chí": ("", f"{rubric.name}, bản {rubric.version}")},
    )
