"""Reading certificates: the same rules as in `rules.py`, as conditions for the database, and the public check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, TextChoices, Value, When

from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from ocop.certificates.models import (
    COUNTED_QUALITIES,
    Certificate,
    CertificateCopy,
    CertificateEntry,
    Quality,
    RenewalFile,
)
from ocop.certificates.papers import COUNTED_STARS
from ocop.certificates.renewals import LAPSED_DAYS, MARKS
from ocop.certificates.rules import (
    HOLDING,
    RENEWAL_CLOSES_DAYS,
    RENEWAL_OPENS_DAYS,
    SPEAKING_ORDER,
    State,
    extension_days,
)
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


def in_state(state: State, on: date) -> Q:
    """Certificates in a state on a day: `rules.state_on` as a condition (a test walks both over every edge)."""
    revoked = Q(revoked_on__isnull=False, revoked_on__lte=on)
    if state == State.REVOKED:
        return revoked
    if state == State.SUPERSEDED:
        return ~revoked & Q(superseded_on__isnull=False, superseded_on__lte=on)
    if state == State.UNKNOWN:
        return may_hold_on(on)
    if state == State.NOT_YET:
        return _speaks(on) & Q(recognised_on__gt=on)
    if state == State.EXTENDED:
        return extended_on(on) & Q(recognised_on__lte=on)
    if state == State.EXPIRED:
        return _speaks(on) & Q(latest_end__lt=on) & ~extended_on(on)
    files = RenewalFile.objects.filter(
        Q(result_on__isnull=True) | Q(result_on__gt=on), certificate=OuterRef("pk"), submitted_on__lte=on
    )
    filed = Q(Exists(files))
    running = _speaks(on) & Q(recognised_on__lte=on, earliest_end__gte=on)
    opens, closes = on + timedelta(days=RENEWAL_OPENS_DAYS), on + timedelta(days=RENEWAL_CLOSES_DAYS)
    if state == State.RENEWAL_LATE:
        return running & Q(earliest_end__lt=closes) & ~filed
    if state == State.RENEWAL_DUE:
        return running & Q(earliest_end__gte=closes, earliest_end__lte=opens) & ~filed
    return running & (Q(earliest_end__gt=opens) | filed)


def with_certificate_marks(products: QuerySet[OcopProduct], on: date) -> QuerySet[OcopProduct]:
    """Products marked `is_certified` (3 stars or more, provably in force on the day, on a paper that somebody beside the producer
    vouches for), `is_extended` (that, but only by extension) and `is_unclear` (not certified, but a paper may be in force, or is
    in force and its stars are not stated or only the producer says so): these are counted beside, never inside. A proposal
    is no paper."""
    in_time = Exists(_papers().filter(holds_on(on), _ENOUGH, _VOUCHED, earliest_end__gte=on))
    certified = has_counted_paper(on)
    marked = products.annotate(is_certified=certified)
    return marked.annotate(is_unclear=has_open_paper(on) & ~certified, is_extended=certified & ~in_time)


_ENOUGH, _UNSTATED = Q(stars__gte=COUNTED_STARS), Q(stars__isnull=True)
_VOUCHED, _OWN = Q(quality__in=COUNTED_QUALITIES), Q(quality=Quality.OWN_CLAIM)


def _papers() -> QuerySet[Certificate]:
    return Certificate.objects.filter(product=OuterRef("pk"))


def has_counted_paper(on: date) -> Exists:
    """Of a product: `is_certified` of `with_certificate_marks`."""
    return Exists(_papers().filter(holds_on(on), _ENOUGH, _VOUCHED))


def has_open_paper(on: date) -> Exists:
    """Of a product: what makes it `is_unclear` in `with_certificate_marks` where it is not certified."""
    claimed = (holds_on(on) | may_hold_on(on)) & (_ENOUGH | _UNSTATED) & _OWN
    open_question = ((holds_on(on) & _UNSTATED) | (may_hold_on(on) & (_ENOUGH | _UNSTATED))) & _VOUCHED
    return Exists(_papers().filter(open_question | claimed))


def with_certificates(products: QuerySet[OcopProduct]) -> QuerySet[OcopProduct]:
    """Products with their certificates read along, the newest first."""
    papers = Certificate.objects.order_by("-recognised_on", "-pk").prefetch_related("renewal_files")
    return products.prefetch_related(Prefetch("certificates", papers))


def speaking_certificate(papers: Iterable[Certificate], on: date) -> tuple[Certificate | None, State]:
    """The certificate that speaks for a product on a day, and its state; (None, unknown) without any. One that is counted comes
    first, a mere proposal last."""
    states = [(paper, paper.state_on(on)) for paper in papers]
    return min(
        states, key=lambda each: (_rank(*each), SPEAKING_ORDER.index(each[1]), -(each[0].stars or 0)),
        default=(None, State.UNKNOWN),
    )  # fmt: skip


def _rank(paper: Certificate, state: State) -> int:
    if paper.quality == Quality.PROPOSAL:
        return 2
    is_counted = paper.quality in COUNTED_QUALITIES and (paper.stars or 0) >= COUNTED_STARS and state in HOLDING
    return 0 if is_counted else 1


@dataclass(frozen=True)
class Checked:
    """A certificate as the public check shows it: with its frozen copies, the first one first (none for a paper of before there
    were copies)."""

    certificate: Certificate
    copies: tuple[CertificateCopy, ...]


def certificate_by_code(typed: str) -> Certificate | None:
    """The certificate with this check code, typed in any case, with or without spaces and hyphens. For everybody."""
    checked = checked_certificate(typed)
    return checked.certificate if checked else None


def checked_certificate(typed: str) -> Checked | None:
    """`certificate_by_code` with its frozen copies; one query."""
    code = re.sub(r"[\s-]", "", typed).upper()
    rows: list[Any] = list(
        Certificate.objects.filter(check_code=code)
        .select_related("product", "product__unit", "product__unit__parent")
        .annotate(**{f"copy_{name}": F(f"copies__{name}") for name in _COPIED})
        .order_by("copies__number")
    )
    if not rows:
        return None
    copies = [
        CertificateCopy(certificate=rows[0], **{name: getattr(row, f"copy_{name}") for name in _COPIED})
        for row in rows
        if row.copy_number is not None
    ]
    return Checked(rows[0], tuple(copies))


_COPIED = ("number", "facts", "sha256", "made_at", "reason")


def _speaks(on: date) -> Q:
    """Neither revoked nor superseded by that day."""
    stands = Q(revoked_on__isnull=True) | Q(revoked_on__gt=on)
    return stands & (Q(superseded_on__isnull=True) | Q(superseded_on__gt=on))


class Group(TextChoices):
    """Why a certificate is on the list of what has to be renewed. The first that fits."""

    EXTENDED = "keo-dai", "Đang được kéo dài"
    LAPSED = "het-han", "Hết hạn trong 90 ngày qua"
    FILED = "da-nop", "Đã nộp hồ sơ, đang xét"
    SOON = "30", "Còn 30 ngày trở xuống"
    LATE = "120", "Còn dưới 120 ngày"
    OPEN = "180", "Trong kỳ nộp hồ sơ"


def certificates_to_renew(viewer: Viewer, today: date) -> QuerySet[Certificate, Any]:
    """The certificates of the viewer's area that end within 180 days, are extended, or lapsed at most 90 days ago, each marked with
    its `group`, those that end first before the others. One that another paper has replaced is not among them."""
    under_way = RenewalFile.objects.filter(
        Q(result_on__isnull=True) | Q(result_on__gt=today), certificate=OuterRef("pk"), submitted_on__lte=today
    )
    ends = Q(earliest_end__range=(today - timedelta(days=extension_days(today)), today + timedelta(days=MARKS[0])))
    recent = Q(earliest_end__gte=today - timedelta(days=LAPSED_DAYS))
    others = Certificate.objects.filter(holds_on(today), product=OuterRef("product"), earliest_end__gte=today)
    rows = Certificate.objects.filter(
        _speaks(today), ends, viewer.area(*STAFF_ROLES, unit_field="product__unit"),
        quality__in=COUNTED_QUALITIES, stars__gte=COUNTED_STARS, recognised_on__lte=today,
    )  # fmt: skip
    has_other = Exists(others.filter(stars__gte=COUNTED_STARS).exclude(pk=OuterRef("pk")))
    rows = rows.filter(recent | extended_on(today)).exclude(Q(earliest_end__lt=today) & Q(has_other))
    group = Case(
        When(extended_on(today), then=Value(Group.EXTENDED)),
        When(earliest_end__lt=today, then=Value(Group.LAPSED)),
        When(Exists(under_way), then=Value(Group.FILED)),
        When(earliest_end__lte=today + timedelta(days=MARKS[2]), then=Value(Group.SOON)),
        When(earliest_end__lt=today + timedelta(days=MARKS[1]), then=Value(Group.LATE)),
        default=Value(Group.OPEN),
    )
    found = rows.annotate(group=group).select_related("product__unit__parent").prefetch_related("renewal_files")
    return found.order_by("earliest_end", "pk")


def in_groups(rows: QuerySet[Certificate, Any], *groups: Group) -> QuerySet[Certificate, Any]:
    """Those of `certificates_to_renew` that are on the list for one of these reasons."""
    wanted: Any = {"group__in": groups}
    return rows.filter(**wanted)


def groups_counted(rows: QuerySet[Certificate, Any]) -> dict[str, int]:
    """How many of `certificates_to_renew` there are in each group; one query."""
    counted: Any = rows.order_by()
    return dict(counted.values_list("group").annotate(count=Count("pk")))


def certificates_to_tell(today: date) -> QuerySet[Certificate]:
    """Certificates in force that end within 180 days and that no later paper replaces, with their products."""
    ending = Q(earliest_end__range=(today, today + timedelta(days=MARKS[0])))
    vouched = Q(quality__in=COUNTED_QUALITIES, stars__gte=COUNTED_STARS)
    return Certificate.objects.filter(holds_on(today), ending, vouched).select_related("product").order_by("pk")


def without_open_file(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Those of which no file is under way."""
    return rows.exclude(Exists(RenewalFile.objects.filter(certificate=OuterRef("pk"), result_on__isnull=True)))


def entries_visible_to(viewer: Viewer) -> QuerySet[CertificateEntry]:
    """Entered papers of the viewer's area as staff, and the viewer's own, the newest first."""
    mine = Q(entered_by=viewer.user_id) if viewer.user_id is not None else Q(pk__in=[])
    rows = CertificateEntry.objects.filter(viewer.area(*STAFF_ROLES) | mine)
    return rows.select_related("unit__parent", "product", "certificate", "entered_by", "decided_by").order_by("-pk")


def entries_for_second_person(viewer: Viewer) -> QuerySet[CertificateEntry]:
    """Papers that wait and that this person might compare: of their province, entered by somebody else."""
    rows = CertificateEntry.objects.filter(viewer.area(Role.PROVINCE), state=CertificateEntry.State.WAITING)
    return rows.exclude(entered_by=viewer.user_id)
