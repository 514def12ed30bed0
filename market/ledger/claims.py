"""What of an account is spoken for above the book: money that stands there still, and is on its way to somebody."""

from __future__ import annotations

from collections.abc import Callable

# đồng that this account is about to lose.
Claim = Callable[[str], int]
_claims: list[Claim] = []


def register_claim(claim: Claim) -> None:
    """Called from `ready()`."""
    if claim not in _claims:
        _claims.append(claim)


def spoken_for(account: str) -> int:
    """Of everybody who registered, in đồng."""
    return sum(claim(account) for claim in _claims)
