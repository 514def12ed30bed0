"""Linking listings to certified products, and what follows from it for their badges."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.listings.actions import BadgeFacts, set_badges
from market.listings.models import Listing
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import COUNTED_QUALITIES, Certificate
from ocop.certificates.papers import COUNTED_STARS
from ocop.presence.events import PresenceChanged
from ocop.presence.models import PresenceLink
from ocop.presence.queries import open_links
from ocop.presence.rules import can_link, makers_differ, names_match
from ocop.register.models import OcopProduct


class LinkRefused(Exception):
    """The listing cannot be linked so; the message is for people."""


@transaction.atomic
def link_listing(
    *, product: OcopProduct, listing: Listing, by: Viewer, same_maker_confirmed: bool = False
) -> PresenceLink:  # fmt: skip
    """State that the listing sells the product; its badges follow. Repeating it changes nothing.

    `same_maker_confirmed` is needed when register and shop do not name the same maker. Raises PermissionError
    for people who may not, LinkRefused with what to do.
    """
    listing = _locked(listing.pk)
    product = OcopProduct.objects.select_related("unit").get(pk=product.pk)
    if not can_link(by, product, listing):
        raise PermissionError
    existing = PresenceLink.objects.filter(listing=listing, ended_at__isnull=True).select_related("product").first()
    if existing is not None:
        if existing.product_id == product.pk:
            return existing
        raise LinkRefused(f"Tin này đang gắn với «{existing.product.name}». Hãy gỡ ra trước khi gắn lại.")
    if not listing.is_on_sale:
        raise LinkRefused("Tin này chưa được đăng bán hoặc không còn bán. Hãy chọn tin khác, hoặc chờ người bán đăng.")
    if not names_match(product.name, listing.name):
        raise LinkRefused(
            f"Tên tin «{listing.name}» không giống tên sản phẩm trong sổ «{product.name}». Hãy nhờ người bán sửa tên tin cho đúng tên"
            " đã được công nhận, rồi gắn lại."
        )
    if makers_differ(product, listing) and not same_maker_confirmed:
        raise LinkRefused("Chủ thể trong sổ và người bán khác tên. Hãy xem kỹ rồi xác nhận đây là cùng một chủ thể.")
    link = PresenceLink.objects.create(product=product, listing=listing, linked_by_id=by.user_id, linked_at=clock.now())
    _after(product, listing, "presence.linked", link, by)
    return link


@transaction.atomic
def unlink_listing(*, link: PresenceLink, by: Viewer) -> None:
    """Take a link back: the badges leave the listing, and the link counts for no day. Raises PermissionError."""
    assert link.listing_id is not None
    listing = _locked(link.listing_id)
    product = OcopProduct.objects.select_related("unit").get(pk=link.product_id)
    if not can_link(by, product, listing):
        raise PermissionError
    ended = PresenceLink.objects.filter(pk=link.pk, ended_at__isnull=True).update(
        ended_at=clock.now(), ended_by_id=by.user_id
    )  # fmt: skip
    if ended:
        _after(product, listing, "presence.unlinked", link, by)


def refresh_badges(event: CertificatesChanged) -> None:
    """Write the badges of every listing linked to the product anew."""
    listings = Listing.objects.filter(
        presence_links__product=event.product_id, presence_links__ended_at__isnull=True
    ).order_by("pk")
    badges = badges_of(event.product_id) if listings else []
    for listing in listings:
        set_badges(listing=listing, badges=badges, by=SYSTEM)


def badges_of(product_id: int) -> list[BadgeFacts]:
    """What may be shown of a product's certificates: 3 stars or more with a known period, for as long as it
    is provably in force. A year-only date shows until 36 months after 1 January and is no day of issue; an extended paper shows to
    the end of its extension, a superseded one until the new one speaks."""
    papers = Certificate.objects.filter(
        product=product_id,
        quality__in=COUNTED_QUALITIES,
        stars__gte=COUNTED_STARS,
        recognised_on__isnull=False,
        earliest_end__isnull=False,
    ).prefetch_related("renewal_files")
    return [
        BadgeFacts(
            check_code=paper.check_code,
            label=f"OCOP {paper.stars} sao",
            stars=paper.stars,
            decision_number=paper.decision_number,
            issued_on=paper.recognised_on if paper.precision == Certificate.DatePrecision.DAY else None,
            valid_from=known.earliest_start,
            valid_until=paper.last_shown_day(),
            check_path=reverse("ocop_check", args=[paper.check_code]),
            revoked_on=paper.revoked_on,
        )
        for paper in papers.order_by("pk")
        if (known := paper.period()) is not None and paper.last_shown_day() >= known.earliest_start
    ]


def _after(product: OcopProduct, listing: Listing, word: str, link: PresenceLink, by: Viewer) -> None:
    """Badges and the product's producer follow from its open links."""
    linked = PresenceLink.objects.filter(listing=listing, ended_at__isnull=True).exists()
    set_badges(listing=listing, badges=badges_of(product.pk) if linked else [], by=by)
    makers = {each.listing.shop.producer_id for each in open_links(product) if each.listing is not None}
    product.producer_id = makers.pop() if len(makers) == 1 else None
    product.save(update_fields=["producer"])
    unit_code = product.unit.code if product.unit else ""
    name = f"{product.name} = {listing.name}"
    record(
        word,
        actor_id=by.user_id,
        object_label=f"presence_link:{link.pk}",
        unit_code=unit_code,
        changes={"mối gắn": ("", name) if word == "presence.linked" else (name, "")},
    )
    # A page counts for one product only: those that are linked to a page of the listing gain or lose it.
    pages = PresenceLink.objects.filter(outside_link__platform_listings__listing=listing, ended_at__isnull=True)
    for product_id in sorted({product.pk, *pages.values_list("product_id", flat=True)}):
        emit(PresenceChanged(product_id))


def _locked(listing_id: int) -> Listing:
    rows = Listing.objects.select_for_update(of=("self",)).select_related(
        "shop", "shop__producer", "shop__producer__commune"
    )
    return rows.get(pk=listing_id)
