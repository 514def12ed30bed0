"""What happened to an account, on the trail."""

from __future__ import annotations

from collections.abc import Mapping

from core.audit.actions import record
from core.events.registry import emit
from core.people.queries import Viewer
from onboarding.accounts.events import AccountChanged
from onboarding.accounts.models import PlatformAccount
from onboarding.producers.queries import on_behalf_of


def note(word: str, account: PlatformAccount, by: Viewer, changes: Mapping[str, tuple[str, str]]) -> None:
    """Something (`word`) was done to the account; `changes` are {what: (before, after)}. Whoever listens is told."""
    record(
        word,
        actor_id=by.user_id,
        object_label=f"platform_account:{account.pk}",
        unit_code=account.producer.commune.code,
        changes=changes,
        **on_behalf_of(by, account.producer_id),
    )
    emit(AccountChanged(account.pk))
