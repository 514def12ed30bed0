"""Which listing sells which certified product."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.people.models import User
from market.listings.models import Listing
from ocop.register.models import OcopProduct
from onboarding.accounts.models import OutsideLink


class PresenceLink(models.Model):
    """A person's statement that this listing, or this page on a platform, sells this product. It is about what they are, so while
    it is open it holds for every day; a mistake is ended and no longer counts for any."""

    product = models.ForeignKey(OcopProduct, on_delete=models.PROTECT, related_name="presence_links")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, related_name="presence_links")
    outside_link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, null=True, related_name="presence_links")
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One listing sells one product, so this also keeps a pair from being linked twice.
            models.UniqueConstraint(
                fields=["listing"], condition=Q(ended_at__isnull=True), name="listing_linked_once_while_open"
            ),
            models.UniqueConstraint(
                fields=["outside_link"], condition=Q(ended_at__isnull=True), name="page_linked_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(listing__isnull=True, outside_link__isnull=False)
                | Q(listing__isnull=False, outside_link__isnull=True),
                name="presence_link_names_one",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("linked_at")),
                name="presence_link_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} = {self.listing or self.outside_link}"
