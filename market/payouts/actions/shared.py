"""What the actions of payouts share: who may, locks, the trail."""

from __future__ import annotations

from core.audit.actions import record
from core.people.models import User
from core.people.queries import Viewer
from market.payments.rules import may_handle_money
from market.payouts.models import PayoutBatch, PayoutRow
from market.shops.models import Shop

MOVED_ON = "Bảng chi này vừa đổi. Hãy mở lại trang."


class PayoutRefused(Exception):
    """The sentence says why in Vietnamese."""


class NotApprover(PermissionError):
    """This person may not approve this batch: they made it."""


def person(by: Viewer) -> int:
    """The id of the person who handles money. Raises PermissionError for everybody else, and for the product itself."""
    if by.user_id is None or not may_handle_money(by):
        raise PermissionError("only who handles money may pay out")
    return by.user_id


def hold_person(user_id: int) -> None:
    """One person decides about one batch at a time: what they have sent alone today is a sum over all."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)


def held_batch(batch: PayoutBatch) -> PayoutBatch:
    """The batch, locked."""
    return PayoutBatch.objects.select_for_update().get(pk=batch.pk)


def hold_producers(producer_ids: list[int]) -> list[Shop]:
    """The shops of these producers, locked in the order of their keys: making a batch and saying that a row is paid both take
    them, so that nobody reads what is owed while it is being paid."""
    rows = Shop.objects.select_for_update(of=("self",)).filter(producer__in=producer_ids).select_related("producer")
    return list(rows.order_by("pk"))


def held_rows(batch: PayoutBatch, state: PayoutRow.State) -> list[PayoutRow]:
    """The rows of a locked batch in this state, with their producers locked."""
    hold_producers(list(batch.rows.filter(state=state).values_list("producer_id", flat=True)))
    return list(batch.rows.filter(state=state).order_by("number"))


def note(action: str, batch: PayoutBatch, by: Viewer, changes: dict[str, tuple[str, str]] | None = None) -> None:
    """An entry of the trail about a batch; of bank accounts it never says more than that they were in a file."""
    record(action, actor_id=by.user_id, object_label=f"payout:{batch.pk}", changes=changes or {})
