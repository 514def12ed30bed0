"""Ending promotions of a listing that is held locked: by the seller, or because the goods may not be promoted any more."""

from __future__ import annotations

from datetime import date, timedelta

from core.kit import clock
from core.kit.money import dong
from core.people.queries import Viewer
from market.goods.queries import rules_in_force
from market.listings.actions.shared import bump, done
from market.listings.models import Listing, Promotion
from market.listings.rules import may_be_advertised


def close_promotion(listing: Listing, promotion: Promotion, by: Viewer) -> None:
    """The usual price counts from now on: a promotion that runs ends with yesterday, one that has not begun before today
    never was. One that is over stays as it is."""
    today = clock.today()
    if promotion.cancelled_at is not None or promotion.ends_on < today:
        return
    before, now = promotion_told(promotion), ""
    if promotion.starts_on >= today:
        promotion.cancelled_at = clock.now()
    else:
        promotion.ends_on = today - timedelta(days=1)
        now = promotion_told(promotion)
    promotion.save(update_fields=["cancelled_at", "ends_on"])
    bump(listing)
    done("promotion.ended", listing, by, {"khuyến mại": (before, now)})


def close_forbidden_promotions(listing: Listing, by: Viewer) -> None:
    """What the listing has become may not be sold at a reduced price: its promotions of today and later end."""
    ahead = listing.promotions.filter(cancelled_at__isnull=True, ends_on__gte=clock.today())
    for promotion in ahead.select_for_update().order_by("pk"):
        if not may_be_promoted(listing, promotion.starts_on, promotion.ends_on):
            close_promotion(listing, promotion, by)


def may_be_promoted(listing: Listing, starts_on: date, ends_on: date) -> bool:
    """Whether the law known for the first and the last of these days, but for none that is over, lets us promote this."""
    days = {max(starts_on, clock.today()), ends_on}
    return all(may_be_advertised(listing, rules=rules_in_force(day)) for day in days)


def promotion_told(promotion: Promotion) -> str:
    """A promotion as the trail writes it."""
    return f"{dong(promotion.price)}, {promotion.starts_on:%d/%m/%Y} đến {promotion.ends_on:%d/%m/%Y}"
