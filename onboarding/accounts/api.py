"""Platform accounts for programs, with what their state rests on. `request.auth` is the Viewer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Query, Router, Schema

from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.queries import accounts_visible_to, shop_pages, with_states
from onboarding.accounts.rules import State

router = Router(tags=["accounts"])
PER_PAGE = 100


class AccountOut(Schema):
    """An account on the day asked about. `household` is the household's record id (none for a company); times are UTC.

    `seen_at` and `link`: last seen live, and where (else its own page, as claimed); `reported_at`: last named as opened in a
    file of the platform's; `gone_at`: last found gone; `changed_at`: when anything of this was last added.
    """

    id: int
    platform: str
    state: State
    household: UUID | None
    producer: int
    commune: str
    seller_id: str
    link: str
    opened_on: date | None
    closed_on: date | None
    claimed_at: datetime
    seen_at: datetime | None
    reported_at: datetime | None
    gone_at: datetime | None
    changed_at: datetime


class AccountsOut(Schema):
    """One page of accounts; `count` is that of all pages."""

    on: date
    count: int
    page: int
    pages: int
    accounts: list[AccountOut]


@router.get("/accounts", response=AccountsOut, summary="Accounts of producers on platforms")
def list_accounts(
    request: HttpRequest,
    commune: str = "",
    platform: str = "",
    state: State | None = None,
    on: Annotated[date | None, Query(ge=date(2018, 1, 1), le=date(2100, 1, 1))] = None,
    changed_since: datetime | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """Of the person's area, in the order of their numbers, 100 a page; as of `on` (today in Vietnam by default).
    `commune` and `platform` are codes."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    day = on or clock.today()
    rows = with_states(accounts_visible_to(viewer, day), day)
    if commune:
        rows = rows.filter(producer__commune__code=commune)
    if platform:
        rows = rows.filter(platform__code=platform)
    if state:
        rows = rows.filter(state=state)
    if changed_since:
        rows = rows.filter(changed_at__gte=changed_since)
    shown = Paginator(rows.order_by("pk"), PER_PAGE).get_page(page)
    found = list(shown.object_list)
    pages = shop_pages([row.pk for row in found])
    return {
        "on": day,
        "count": shown.paginator.count,
        "page": shown.number,
        "pages": shown.paginator.num_pages,
        "accounts": [_account(row, pages.get(row.pk, "")) for row in found],
    }


def _account(row: Any, page: str) -> dict[str, Any]:
    household = row.producer.household
    return {
        "id": row.pk,
        "platform": row.platform.code,
        "state": row.state,
        "household": household.record_id if household else None,
        "producer": row.producer_id,
        "commune": row.producer.commune.code,
        "seller_id": row.seller_id,
        "link": row.seen_url or page,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "claimed_at": row.claimed_at,
        "seen_at": row.seen_at,
        "reported_at": row.reported_at,
        "gone_at": row.gone_at,
        "changed_at": row.changed_at,
    }
