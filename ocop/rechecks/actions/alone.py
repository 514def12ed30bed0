"""One piece of work that fails does not keep the others from being done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

Piece = TypeVar("Piece")
log = logging.getLogger(__name__)


def each_alone(do: Callable[[Piece], int], pieces: Iterable[Piece]) -> int:
    """Do all the pieces and return the sum; the first error is raised at the end, so that the job is seen to have failed."""
    done, first = 0, None
    for piece in pieces:
        try:
            done += do(piece)
        except Exception as error:
            log.exception("recheck of %s failed", piece)
            first = first or error
    if first is not None:
        raise first
    return done
