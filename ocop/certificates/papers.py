"""Which recorded certificate a row speaks of, when files repeat, correct and complete each other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from core.kit.text import fold_words
from ocop.certificates.models import COUNTED_QUALITIES, Certificate
from ocop.register.cells import WrittenDate
from ocop.register.reading import Row


def paper_key(decision: str, recognised: WrittenDate | None) -> str:
    """Decision and date as one text: the same for the same paper in every file."""
    day = f"{recognised.first_day}|{recognised.precision}" if recognised else "|"
    return f"{fold_words(decision)[:80]}|{day}"


def finer(one: WrittenDate | None, other: WrittenDate | None) -> WrittenDate | None:
    """The more exact of two dates that fit each other."""
    if one is None or other is None:
        return one or other
    return one if one.last_day - one.first_day <= other.last_day - other.first_day else other


def paper_of_row(row: Row, papers: Sequence[Certificate]) -> Certificate | None:
    """The recorded certificate this row is about, or None for one not recorded yet.

    First the one with exactly this decision and date. Otherwise the one the row completes or repeats less
    exactly: nothing in it contradicts the row.
    """
    key = paper_key(row.decision, row.recognised)
    exact = next((paper for paper in papers if paper.paper_key == key), None)
    if exact is not None:
        return exact
    taken = {paper.paper_key for paper in papers}
    fitting = [paper for paper in papers if _fits(row, paper)]
    fitting = [paper for paper in fitting if merged_key(row, paper) not in taken - {paper.paper_key}]
    return max(fitting, key=lambda paper: _agreements(row, paper), default=None)


COUNTED_STARS = 3


def vouched(papers: Iterable[Certificate]) -> list[Certificate]:
    """Those that somebody beside the producer vouches for: only these speak in public."""
    return [paper for paper in papers if paper.quality in COUNTED_QUALITIES]


def superseded_days(papers: Sequence[Certificate]) -> list[date | None]:
    """For each paper of one product the day from which a later one speaks instead: the last day on which that one can have been
    given, if it was given after this one and before this one had certainly ended. A revoked paper does not bring back the one before."""
    return [min(_later_days(paper, papers), default=None) for paper in papers]


def _later_days(paper: Certificate, papers: Sequence[Certificate]) -> list[date]:
    mine = paper.recognised()
    if mine is None or paper.latest_end is None:
        return []
    found = []
    for other in papers:
        written = other.recognised()
        if (
            other is paper
            or written is None
            or other.quality not in COUNTED_QUALITIES
            or (other.stars or 0) < COUNTED_STARS
        ):
            continue
        if mine.last_day < written.first_day <= paper.latest_end:
            found.append(written.last_day)
    return found


def merged_key(row: Row, paper: Certificate) -> str:
    """The key of the certificate once the row has completed it."""
    return paper_key(row.decision or paper.decision_number, finer(paper.recognised(), row.recognised))


def _fits(row: Row, paper: Certificate) -> bool:
    same_decision = not row.decision or not paper.decision_number
    same_decision = same_decision or fold_words(row.decision) == fold_words(paper.decision_number)
    same_stars = row.stars is None or paper.stars is None or row.stars == paper.stars
    return same_decision and same_stars and _overlap(row.recognised, paper.recognised())


def _overlap(one: WrittenDate | None, other: WrittenDate | None) -> bool:
    if one is None or other is None:
        return True
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def _agreements(row: Row, paper: Certificate) -> int:
    decision = bool(row.decision) and fold_words(row.decision) == fold_words(paper.decision_number)
    return int(decision) + int(row.recognised == paper.recognised())
