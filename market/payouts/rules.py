"""From which sum on a payout takes two people, and who is left out of a batch. Pure."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings

from market.payouts.models import PayoutBatch, PayoutRow

# As long as nothing of it has been paid.
WITHDRAWN_FROM = frozenset({PayoutBatch.State.DRAFT, PayoutBatch.State.APPROVED, PayoutBatch.State.EXPORTED})
OPEN = WITHDRAWN_FROM


class LeftOut(StrEnum):
    """Why somebody who is owed something gets nothing in a batch."""

    NO_ACCOUNT = "no_account"
    WAITS = "waits"  # stands in another batch already
    SMALL = "small"
    OWES = "owes"


def takes_two(amount: int) -> bool:
    """Whether sending so many đồng needs a second person."""
    return amount > int(settings.PAYOUT_ALONE_UP_TO)


def smallest_payout() -> int:
    """What a producer must be owed to get a row, in đồng."""
    return int(settings.PAYOUT_MINIMUM)


def words_for(code: str, number: int) -> str:
    """What stands in the transfer: letters and digits that every bank takes."""
    return f"LEN SAN CHI {code} {number:03d}"


def can_be_withdrawn(batch: PayoutBatch) -> bool:
    """Whether nothing of it has gone and nothing come back: reads its rows."""
    untouched = all(row.state == PayoutRow.State.WAITING for row in batch.rows.all())
    return batch.state in WITHDRAWN_FROM and untouched
