"""Demo papers and a promotion of the first shop: one paper checked, one that ends soon and waits for its check."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from core.people.queries import Viewer
from market.listings.models import Listing
from market.listings.promotions.actions import make_promotion
from onboarding.papers.actions import PaperFacts, check_paper, record_paper
from onboarding.papers.models import PaperKind
from onboarding.producers.models import Producer

ISSUER = "Chi cục Quản lý chất lượng (bản mẫu)"


def keep_papers(producer: Producer, seller: Viewer, officer: Viewer) -> None:
    """Two papers of the seller and a week of a lower price for the goods published first."""
    today = clock.today()
    checked = PaperFacts(
        PaperKind.COMMITMENT, "CK-01 (bản mẫu)", ISSUER, clock.add_months(today, -6), clock.add_months(today, 30),
        "hạt điều rang",
    )  # fmt: skip
    ending = PaperFacts(
        PaperKind.VIETGAP,
        "VG-07 (bản mẫu)",
        ISSUER,
        clock.add_months(today, -23),
        today + timedelta(days=20),
        "vườn điều",
    )
    paper = record_paper(producer=producer, facts=checked, by=seller, is_demo=True)
    check_paper(paper=paper, by=officer)
    record_paper(producer=producer, facts=ending, by=seller, is_demo=True)
    listing = Listing.objects.filter(shop__producer=producer, state=Listing.State.PUBLISHED).order_by("pk")[0]
    make_promotion(
        listing=listing, price=listing.price * 9 // 10, starts_on=today, ends_on=today + timedelta(days=6), by=seller
    )
