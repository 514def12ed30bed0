"""What follows from the day of recognition."""

from __future__ import annotations

from collections.abc import Sequence

from ocop.certificates.models import Certificate
from ocop.certificates.papers import paper_key, superseded_days
from ocop.certificates.rules import period
from ocop.register.cells import WrittenDate


def set_date(paper: Certificate, recognised: WrittenDate | None) -> None:
    """Set day, precision, both ends and the key; the caller saves."""
    known = period(recognised)
    paper.recognised_on = recognised.first_day if recognised else None
    paper.precision = recognised.precision if recognised else Certificate.DatePrecision.NONE
    paper.earliest_end = known.earliest_end if known else None
    paper.latest_end = known.latest_end if known else None
    paper.paper_key = paper_key(paper.decision_number, recognised)


def write_superseded(papers: Sequence[Certificate]) -> None:
    """Write down from which day each paper of one product is superseded by another of them (`papers.superseded_days`)."""
    for paper, day in zip(papers, superseded_days(papers), strict=True):
        if paper.superseded_on != day:
            paper.superseded_on = day
            paper.save(update_fields=["superseded_on"])
