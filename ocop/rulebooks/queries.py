"""Reading rulebooks and their rubrics."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from ocop.register.models import TaxonomyNode
from ocop.register.queries import product_sets
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook
from ocop.rulebooks.rules import Choice, Question, gaps


@dataclass(frozen=True)
class SetLine:
    """A set and its newest rubric (None: «chưa nhập»), with what keeps that one from being used."""

    product_set: TaxonomyNode
    rubric: Rubric | None
    gaps: tuple[str, ...]


def rulebooks() -> list[Rulebook]:
    """All rulebooks, the newest first."""
    return list(Rulebook.objects.order_by("-valid_from"))


def set_lines(rulebook: Rulebook) -> list[SetLine]:
    """Every set of the list that the rulebook goes with; [] where that list has not been entered. Five queries."""
    entered = _whole().filter(rulebook=rulebook, is_sample=False).order_by("version")
    newest = {rubric.product_set_id: rubric for rubric in entered}
    return [_line(each, newest.get(each.pk)) for each in product_sets(rulebook.decision)]


def sample_rubrics() -> list[Rubric]:
    """The made-up ones, to try with."""
    return list(_whole().filter(is_sample=True).order_by("pk"))


def rubric_by_id(pk: int) -> Rubric | None:
    """One rubric with its criteria and options."""
    return _whole().filter(pk=pk).first()


def is_newest(rubric: Rubric) -> bool:
    """Whether no later version of it has been entered."""
    later = Rubric.objects.filter(
        rulebook=rubric.rulebook, product_set=rubric.product_set, is_sample=False, version__gt=rubric.version
    )
    return rubric.is_sample or not later.exists()


def questions_of(rubric: Rubric) -> list[Question]:
    """The rubric as the rules see it; the key is the criterion's id."""
    return [
        Question(
            str(criterion.pk),
            criterion.part,
            criterion.most,
            tuple(Choice(option.points, option.minimum_for) for option in criterion.options.all()),
        )
        for criterion in rubric.criteria.all()
    ]


def rubric_gaps(rubric: Rubric) -> list[str]:
    """What is missing before anybody can be assessed by it; names criteria by their printed number."""
    book = rubric.rulebook
    printed = [
        Question(
            criterion.number or str(criterion.position),
            criterion.part,
            criterion.most,
            tuple(Choice(option.points, option.minimum_for) for option in criterion.options.all()),
        )
        for criterion in rubric.criteria.all()
    ]
    return gaps(printed, {"A": book.part_a, "B": book.part_b, "C": book.part_c})


def _line(product_set: TaxonomyNode, rubric: Rubric | None) -> SetLine:
    return SetLine(product_set, rubric, tuple(rubric_gaps(rubric)) if rubric else ())


def _whole() -> QuerySet[Rubric]:
    options = Prefetch("options", Option.objects.order_by("position"))
    criteria = Prefetch("criteria", Criterion.objects.order_by("position").prefetch_related(options))
    return Rubric.objects.select_related("rulebook", "product_set", "entered_by").prefetch_related(criteria)
