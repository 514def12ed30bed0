"""The pages of certified products that our robot looks at: those that are linked by themselves. (Listings' pages it looks at anyway.)"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet

from market.platforms.pages.actions import note_seen
from market.platforms.pages.judging import Verdict
from market.platforms.pages.queries import due_for_a_look
from market.platforms.pages.registry import DuePage, PageSource
from ocop.presence.models import PresenceLink
from onboarding.accounts.models import OutsideLink


def linked_pages_due() -> QuerySet[Any]:
    """Open links to pages that are due for a look, on platforms that robots may visit."""
    rows = PresenceLink.objects.filter(ended_at__isnull=True, outside_link__platform__is_simulation=False)
    return due_for_a_look(rows, "outside_link").select_related("outside_link__account", "product")


def page_of(link: PresenceLink) -> DuePage:
    """What should stand on the page: the product's name. The register knows no price."""
    assert link.outside_link is not None
    return DuePage(link.outside_link, link.product.name, None, partial(_note, link.outside_link))


LINKED_PAGES = PageSource(linked_pages_due, "outside_link", page_of)


def _note(page: OutsideLink, verdict: Verdict) -> None:
    note_seen(page, verdict)
