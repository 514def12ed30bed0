"""What adapters that call a server answer in one and the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from core.kit import clock
from market.platforms.checks import refuse_bad_offer
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Capabilities,
    Health,
    HealthState,
    ItemOutcome,
    ItemResult,
    OfferDocument,
    OutcomeUnknown,
    PlatformFailure,
    RateLimited,
    RemoteIds,
    ShopSuspended,
    Submission,
    SubmissionState,
    ValidationFailed,
)

# Failures of the connection, not of one item: the rest of a batch would meet the same.
CONNECTION_FAILURES = (RateLimited, AuthExpired, AuthRevoked, ShopSuspended)


def accepted(remote: RemoteIds, operation_id: str, *, review_hours: int | None = None) -> Submission:
    """The platform took it just now; `review_hours` is how long its review may last."""
    now = clock.now()
    expected_by = None if review_hours is None else now + timedelta(hours=review_hours)
    return Submission(operation_id, operation_id, SubmissionState.ACCEPTED, now, remote, expected_by)


def offers_one_by_one(
    capabilities: Capabilities, offers: Sequence[OfferDocument], put: Callable[[OfferDocument], RemoteIds]
) -> list[ItemResult]:
    """One result per offer, in their order. When the connection itself is refused, the rest is not even tried."""
    results = list[ItemResult]()
    stopped: PlatformFailure | None = None
    for offer in offers:
        try:
            if stopped is not None:
                raise stopped
            refuse_bad_offer(capabilities, offer)
            results.append(ItemResult(offer.sku, ItemOutcome.DONE, put(offer)))
        except OutcomeUnknown as failure:
            results.append(ItemResult(offer.sku, ItemOutcome.UNKNOWN, offer.remote, failure=failure))
        except PlatformFailure as failure:
            issues = failure.issues if isinstance(failure, ValidationFailed) else ()
            results.append(ItemResult(offer.sku, ItemOutcome.FAILED, offer.remote, issues, failure))
            if isinstance(failure, CONNECTION_FAILURES):
                stopped = failure
    return results


def health_by(ask: Callable[[], str]) -> Health:
    """How a platform does, told by one read; `ask` returns a sentence where something is amiss although it answers, else ""."""
    now = clock.now()
    try:
        amiss = ask()
    except (AuthExpired, RateLimited) as failure:
        return Health(HealthState.DEGRADED, now, failure.message_vi)
    except (AuthRevoked, ShopSuspended) as failure:
        return Health(HealthState.WRONG_KEY, now, failure.message_vi)
    except PlatformFailure:
        return Health(HealthState.DOWN, now, "Sàn chưa trả lời. Hệ thống sẽ thử lại sau ít phút.")
    return Health(HealthState.DEGRADED if amiss else HealthState.OK, now, amiss)
