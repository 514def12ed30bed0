"""What the calendar does to papers."""

from __future__ import annotations

from core.kit import clock
from onboarding.papers.actions import tell_of_ending
from onboarding.papers.queries import papers_ending


def tell_of_ending_papers() -> int:
    """The daily job: a word about each paper that ends soon; running twice says nothing twice. Returns how many papers
    were spoken of."""
    today = clock.today()
    return sum(tell_of_ending(paper=paper, today=today) for paper in papers_ending(today).iterator(chunk_size=500))
