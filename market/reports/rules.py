"""Who may judge a report or an appeal, and how long it may take."""

from __future__ import annotations

from datetime import timedelta

from core.people.limits.actions import Limit
from core.people.models import Role
from core.people.queries import Viewer
from market.listings.models import Listing
from market.reports.models import Appeal, Reason, Takedown
from market.shops.models import Shop
from onboarding.producers.models import Producer
from onboarding.producers.queries import may_act_for

HANDLERS = (Role.COMMUNE, Role.PROVINCE)
# From the report to an answer: the 24 hours that Decree 248/2026/NĐ-CP gives a platform.
ANSWER_WITHIN = timedelta(hours=24)
SOON = timedelta(hours=4)
# A person reports a few things a day; a machine that floods the desk is stopped.
REPORTS_FROM_ADDRESS = Limit("report.address", 10, 3600)
# What is about a page elsewhere; it takes no goods off our own.
ABOUT_LINKS = {Reason.DEAD_LINK}


def can_handle(viewer: Viewer, shop: Shop, listing: Listing | None, reporter_id: int | None) -> bool:
    """Staff whose area covers the shop's producer; never the people of the shop or of who made the goods, nor who reported
    them."""
    if viewer.user_id is None or viewer.user_id == reporter_id:
        return False
    maker_id = listing.maker_id if listing else None
    if may_act_for(viewer, shop.producer_id) or (maker_id is not None and may_act_for(viewer, maker_id)):
        return False
    area = viewer.area(*HANDLERS, unit_field="commune")
    return Producer.objects.filter(area, pk=shop.producer_id).exists()


def can_decide(viewer: Viewer, appeal: Appeal) -> bool:
    """Somebody who may handle, but did not take it down."""
    takedown = appeal.takedown
    reporter_id = takedown.report.reporter_id if takedown.report else None
    is_other = takedown.by_id != viewer.user_id
    return is_other and can_handle(viewer, takedown.listing.shop, takedown.listing, reporter_id)


def can_appeal(viewer: Viewer, takedown: Takedown) -> bool:
    """The shop's own people, while it is down."""
    return takedown.lifted_at is None and may_act_for(viewer, takedown.listing.shop.producer_id)
