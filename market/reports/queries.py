"""Reading reports: the desk's queue, the reporter's page, the seller's takedowns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.limits.views import waiting_words
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from market.listings.models import Listing
from market.platforms.models import PlatformListing
from market.reports.models import Appeal, Report, Takedown
from market.reports.rules import HANDLERS, SOON
from market.shops.models import Shop
from onboarding.accounts.models import OutsideLink
from onboarding.producers.queries import producers_at_work, producers_of

FEW = 5


def reports_visible_to(viewer: Viewer) -> QuerySet[Report]:
    """The reports about shops of this person's area that they may judge (see `rules.can_handle`), the most urgent first."""
    mine = producers_of(viewer)
    area = viewer.area(*HANDLERS, unit_field="shop__producer__commune")
    return (
        Report.objects.filter(area)
        .exclude(shop__producer__in=mine)
        .exclude(listing__maker__in=mine)
        .exclude(reporter__isnull=False, reporter=viewer.user_id)
        .select_related("listing", "shop__producer__commune", "link", "handled_by", "reporter")
        .order_by("due_at", "pk")
    )


def report_by_key(key: str) -> Report | None:
    """The report behind an unguessable address."""
    return Report.objects.filter(key=key).select_related("listing", "shop", "link").first()


def takedowns_visible_to(viewer: Viewer) -> QuerySet[Takedown]:
    """The takedowns in this person's area that are not of their own goods, newest first."""
    mine = producers_of(viewer)
    area = viewer.area(*HANDLERS, unit_field="listing__shop__producer__commune")
    return (
        Takedown.objects.filter(area)
        .exclude(listing__shop__producer__in=mine)
        .exclude(listing__maker__in=mine)
        .select_related("listing__shop__producer__commune", "report", "by", "lifted_by")
        .order_by("-at", "-pk")
    )


def waiting_appeals(viewer: Viewer) -> QuerySet[Appeal]:
    """Appeals that this person may decide, the oldest first."""
    mine = takedowns_visible_to(viewer).exclude(by_id=viewer.user_id).order_by()
    mine = mine.exclude(report__reporter__isnull=False, report__reporter=viewer.user_id)
    return (
        Appeal.objects.filter(outcome=Appeal.Outcome.WAITING, takedown__in=mine)
        .select_related("takedown__listing__shop")
        .order_by("at", "pk")
    )


def takedowns_of(viewer: Viewer) -> QuerySet[Takedown]:
    """Takedowns of the goods of the producers this person works for now, those in force first."""
    return (
        Takedown.objects.filter(listing__shop__producer__in=producers_at_work(viewer))
        .select_related("listing__shop")
        .order_by("lifted_at", "-at", "-pk")
    )


def links_of(listing: Listing) -> list[OutsideLink]:
    """The pages elsewhere that the public sees for a listing."""
    rows = PlatformListing.objects.filter(
        listing=listing, observed=PlatformListing.Observed.LIVE, wanted=True, link__isnull=False
    )
    return [row.link for row in rows.select_related("link__account__platform").order_by("pk") if row.link]


@dataclass(frozen=True)
class Clock:
    """How the 24 hours of a report stand: a status kind and a sentence."""

    kind: str
    words: str


def clock_of(report: Report) -> Clock:
    """How long is left, or how late it is."""
    if report.closed_at is not None:
        late = report.closed_at > report.due_at
        return Clock("warn", "Trả lời sau hạn 24 giờ.") if late else Clock("good", "Trả lời trong 24 giờ.")
    left = int((report.due_at - clock.now()).total_seconds())
    if left <= 0:
        return Clock("bad", f"Quá hạn {waiting_words(-left or 1)}.")
    return Clock("warn" if left <= SOON.total_seconds() else "wait", f"Còn {waiting_words(left)} để trả lời.")


def report_todos(viewer: Viewer) -> Iterable[Todo]:
    """For the desk: reports and appeals that wait. For sellers: what was taken down."""
    if viewer.has_role(*HANDLERS):
        now = clock.now()
        waits = (
            reports_visible_to(viewer)
            .filter(state=Report.State.OPEN)
            .aggregate(count=Count("pk"), late=Count("pk", filter=Q(due_at__lte=now)), first=Min("due_at"))
        )
        if waits["count"]:
            late = f", {waits['late']} quá hạn" if waits["late"] else ""
            urgent = bool(waits["late"]) or waits["first"] - now <= SOON
            yield Todo(
                f"Có {waits['count']} phản ánh chờ trả lời{late}.",
                reverse("report_desk"),
                "Xem phản ánh",
                1 if urgent else 2,
                "bad" if waits["late"] else "warn",
            )
        if appeals := waiting_appeals(viewer).count():
            yield Todo(f"Có {appeals} đề nghị bán lại chờ xét.", reverse("takedown_desk"), "Xem đề nghị", 2, "warn")
    for takedown in takedowns_of(viewer).filter(lifted_at__isnull=True)[:FEW]:
        yield Todo(
            f"{takedown.listing.name} bị gỡ xuống: {str(takedown.get_reason_display()).lower()}.",
            reverse("seller_takedown", args=[takedown.pk]),
            "Xem lý do và cách bán lại",
            1,
            "bad",
        )


def contact_of_report(viewer: Viewer, number: int) -> Revealed | None:
    """How to reach the reporter, for an audited look by who may handle the report."""
    report = reports_visible_to(viewer).filter(pk=number).first()
    if report is None or not report.contact:
        return None
    unit = report.shop.producer.commune.code
    return Revealed(report.contact, f"Người gửi phản ánh {report.number}", f"report:{report.pk}", unit)


def shop_to_report(slug: str) -> Shop | None:
    """A shop that the public sees."""
    shown = [Shop.State.OPEN, Shop.State.PAUSED]
    return Shop.objects.filter(slug=slug, state__in=shown).select_related("producer__commune").first()
