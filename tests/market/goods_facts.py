"""A paper of An's with its scan and a promotion of his goods, for the sweep over all addresses."""

from __future__ import annotations

from datetime import date, timedelta

from core.kit import clock
from market.listings.models import Listing
from market.listings.promotions.actions import make_promotion
from onboarding.papers.actions import PaperFacts, record_paper
from onboarding.papers.scanning import PDF, Scan
from tests.people import People


def goods_facts(people: People, listing: Listing) -> dict[str, int]:
    """Their numbers, as the addresses name them."""
    an = people.viewer("an")
    facts = PaperFacts("vietgap", "VG-1", "Chi cục", date(2026, 1, 5))
    scan = Scan(b"%PDF-1.4 %%EOF", PDF)
    today = clock.today()
    promotion = make_promotion(
        listing=listing, price=listing.price - 1000, starts_on=today, ends_on=today + timedelta(3), by=an
    )
    return {
        "own_paper": record_paper(producer=people.producer, facts=facts, by=an, scan=scan).pk,
        "promotion": promotion.pk,
    }
