"""Reading certificates: the same rules as in `rules.py`, as conditions for the database, and the public check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from ocop.certificates.models import COUNTED_QUALITIES, Certificate, Quality, RenewalFile
from ocop.certificates.papers import COUNTED_STARS
from ocop.certificates.rules import SPEAKING_ORDER, State, extension_days
from ocop.register.models import OcopProduct


def holds_on(on: date) -> Q:
    """Certificates that are provably in force that day: valid, renewal due, renewal late or extended."""
    return _speaks(on) & Q(recognised_on__lte=on) & (Q(earliest_end__gte=on) | extended_on(on))


def extended_on(on: date) -> Q:
    """Certificates past their end that hold because a file handed in before it is under way (`rules.EXTENSIONS`)."""
    earliest = on - timedelta(days=extension_days(on))
    files = RenewalFile.objects.filter(
        Q(result_on__isnull=True) | Q(result_on__gt=on),
        certificate=OuterRef("pk"),
        submitted_on__lte=OuterRef("earliest_end"),
    )
    return _speaks(on) & Q(earliest_end__lt=on, earliest_end__gte=earliest) & Q(Exists(files))


def may_hold_on(on: date) -> Q:
    """Certificates of which nobody can say whether they are in force that day: the state `unknown`."""
    between = Q(recognised_on__lte=on, earliest_end__lt=on, latest_end__gte=on) & ~extended_on(on)
    return _speaks(on) & (Q(recognised_on__isnull=True) | between)


def with_certificate_marks(products: QuerySet[OcopProduct], on: date) -> QuerySet[OcopProduct]:
    """Products marked `is_certified` (3 stars or more, provably in force on the day, on a paper that somebody beside the producer
    vouches for), `is_extended` (that, but only by extension) and `is_unclear` (not certified, but a paper may be in force, or is
    in force and its stars are not stated or only the producer says so): these are counted beside, never inside. A proposal
    is no paper."""
    papers = Certificate.objects.filter(product=OuterRef("pk"))
    vouched, own = Q(quality__in=COUNTED_QUALITIES), Q(quality=Quality.OWN_CLAIM)
    enough = Q(stars__gte=COUNTED_STARS)
    unstated = Q(stars__isnull=True)
    certified = Exists(papers.filter(holds_on(on), enough, vouched))
    in_time = Exists(papers.filter(holds_on(on), enough, vouched, earliest_end__gte=on))
    claimed = (holds_on(on) | may_hold_on(on)) & (enough | unstated) & own
    open_question = ((holds_on(on) & unstated) | (may_hold_on(on) & (enough | unstated))) & vouched
    unclear = Exists(papers.filter(open_question | claimed))
    marked = products.annotate(is_certified=certified)
    return marked.annotate(is_unclear=unclear & ~certified, is_extended=certified & ~in_time)


def with_certificates(products: QuerySet[OcopProduct]) -> QuerySet[OcopProduct]:
    """Products with their certificates read along, the newest first."""
    papers = Certificate.objects.order_by("-recognised_on", "-pk").prefetch_related("renewal_files")
    return products.prefetch_related(Prefetch("certificates", papers))


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


def _speaks(on: date) -> Q:
    """Neither revoked nor superseded by that day."""
    stands = Q(revoked_on__isnull=True) | Q(revoked_on__gt=on)
    return stands & (Q(superseded_on__isnull=True) | Q(superseded_on__gt=on))
