"""Reading visits and sessions, and whom to visit next."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from onboarding.accounts.models import PlatformAccount


def households_without_account(household_ids: Collection[int]) -> Mapping[int, str]:
    """Which of these have no open shop account on any platform that counts, through none of their producers."""
    open_accounts = PlatformAccount.objects.filter(
        closed_on__isnull=True, platform__is_simulation=False, producer__household__in=household_ids
    )
    served = set(open_accounts.values_list("producer__household_id", flat=True))
    return {pk: "Chưa có gian hàng trên sàn nào." for pk in household_ids if pk not in served}
