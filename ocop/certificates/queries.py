"""Reading certificates: the same rules as in `rules.py`, as conditions for the database, and the public check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from ocop.certificates.models import Certificate
from ocop.certificates.rules import SPEAKING_ORDER, State
from ocop.register.models import OcopProduct

COUNTED_STARS = 3


def holds_on(on: date) -> Q:
    """Certificates that are provably in force that day: valid, renewal due or renewal late."""
    return _not_revoked(on) & Q(recognised_on__lte=on, earliest_end__gte=on)


def may_hold_on(on: date) -> Q:
    """Certificates of which nobody can say whether they are in force that day: the state `unknown`."""
    between = Q(recognised_on__lte=on, earliest_end__lt=on, latest_end__gte=on)
    return _not_revoked(on) & (Q(recognised_on__isnull=True) | between)


def with_certificate_marks(products: QuerySet[OcopProduct], on: date) -> QuerySet[OcopProduct]:
    """Products marked `is_certified` (3 stars or more, provably in force on the day) and `is_unclear` (not
    that, but a paper may be in force, or is in force and its stars are not stated): these are counted beside,
    never inside."""
    papers = Certificate.objects.filter(product=OuterRef("pk"))
    enough = Q(stars__gte=COUNTED_STARS)
    unstated = Q(stars__isnull=True)
    certified = Exists(papers.filter(holds_on(on), enough))
    unclear = Exists(papers.filter((holds_on(on) & unstated) | (may_hold_on(on) & (enough | unstated))))
    return products.annotate(is_certified=certified).annotate(is_unclear=unclear & ~certified)


def with_certificates(products: QuerySet[OcopProduct]) -> QuerySet[OcopProduct]:
    """Products with their certificates read along, the newest first."""
    return products.prefetch_related(Prefetch("certificates", Certificate.objects.order_by("-recognised_on", "-pk")))


def speaking_certificate(papers: Iterable[Certificate], on: date) -> tuple[Certificate | None, State]:
    """The certificate that speaks for a product on a day, and its state; (None, unknown) without any."""
    best = min(
        (
            (SPEAKING_ORDER.index(paper.state_on(on)), -(paper.stars or 0), index, paper)
            for index, paper in enumerate(papers)
        ),
        default=None,
    )
    return (best[3], SPEAKING_ORDER[best[0]]) if best else (None, State.UNKNOWN)


def certificate_by_code(typed: str) -> Certificate | None:
    """The certificate with this check code, typed in any case, with or without spaces and hyphens. For everybody."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return (
        Certificate.objects.filter(check_code=code)
        .select_related("product", "product__unit", "product__unit__parent")
        .first()
    )


def _not_revoked(on: date) -> Q:
    return Q(revoked_on__isnull=True) | Q(revoked_on__gt=on)
