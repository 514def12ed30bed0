"""Who may enter, compare and renew papers."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.certificates.models import CertificateEntry
from ocop.register.models import OcopProduct
from ocop.register.queries import is_in_area
from ocop.register.rules import maker_key
from onboarding.producers.queries import producers_of


def can_enter(viewer: Viewer, unit: Unit | None) -> bool:
    """Whether the viewer may enter papers of this commune or province: its officers, staff of its province, operators."""
    return viewer.covers(unit, Role.PROVINCE, Role.COMMUNE)


def can_enter_for(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may enter another paper of a product, or put one right."""
    return is_in_area(viewer, product, Role.PROVINCE, Role.COMMUNE)


def can_confirm(viewer: Viewer, entry: CertificateEntry) -> bool:
    """Whether the viewer may be the second person: staff of the province (or an operator), not the one who entered it, and nobody
    who acts for its maker. Reads the entry's unit."""
    if viewer.user_id is None or viewer.user_id == entry.entered_by_id or not viewer.covers(entry.unit, Role.PROVINCE):
        return False
    makers = producers_of(viewer)
    if entry.product is not None and entry.product.producer_id is not None and makers.filter(pk=entry.product.producer_id).exists():  # fmt: skip
        return False
    named = maker_key(entry.facts.get("producer", ""))
    return all(maker_key(name) != named for name in makers.values_list("name", flat=True))


def can_file(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may record that a file was handed in: files are handed in at the commune."""
    return is_in_area(viewer, product, Role.PROVINCE, Role.COMMUNE)


def can_decide_file(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may record what came of a file: staff of the province, and operators."""
    return is_in_area(viewer, product, Role.PROVINCE)
