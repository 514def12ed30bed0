"""What the calendar does to certificates. Their badges on goods turn by themselves: the market's own job of the day tells platforms."""

from __future__ import annotations

from core.kit import clock
from ocop.certificates.actions.telling import tell_of_ending
from ocop.certificates.queries import certificates_to_tell


def tell_makers() -> int:
    """The daily job: a word to the makers of each certificate that has reached a mark. Running twice says nothing twice; a run that
    was killed is finished by the next one. Returns how many certificates were spoken of."""
    today = clock.today()
    return sum(
        tell_of_ending(certificate=paper, today=today) for paper in certificates_to_tell(today).iterator(chunk_size=500)
    )
