"""Which frame is in force on a day, which households it holds, and how far the communes of an area are with theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from core.kit import clock
from core.kit.clock import VIETNAM, window
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, UnitLink, in_force
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.rules import ALARM_PERCENT, digest
from onboarding.households.models import Household

LEFT_SHOWN = 20


def signed_on(on: date, prefix: str = "") -> Q:
    """The condition "a frame of that day's year, signed by then and not yet replaced". A frame signed later, or another
    year's, is no denominator of the day."""
    end = window(on).end
    lasting = Q(**{f"{prefix}ended_at__isnull": True}) | Q(**{f"{prefix}ended_at__gte": end})
    return lasting & Q(**{f"{prefix}year": on.year, f"{prefix}signed_at__lt": end})


def frame_in_force(unit: Unit, year: int, on: date | None = None) -> Frame | None:
    """The commune's own signed frame of a year, as of the end of a day (now by default)."""
    frames = Frame.objects.filter(unit=unit, year=year, signed_at__isnull=False)
    if on is None:
        return frames.filter(ended_at__isnull=True).first()
    end = window(on).end
    return frames.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=end), signed_at__lt=end).first()


def framed_households(on: date) -> QuerySet[FrameHousehold]:
    """The households of all frames in force that day, for subqueries by `household`. They are frozen: whoever ended, moved
    or was merged since is still among them."""
    return FrameHousehold.objects.filter(signed_on(on, "frame__"))


def framed_communes(on: date) -> QuerySet[Unit]:
    """The communes that are measured against a signed frame that day.

    A commune made in the course of the year goes on with the frames of the communes it came from, if each of them has one;
    while one has none, the households outside the frames are of unknown standing, unless the new commune has signed a frame
    of its own since.
    """
    frames = Frame.objects.filter(signed_on(on)).annotate(signed_day=TruncDate("signed_at", tzinfo=VIETNAM))
    joined = UnitLink.objects.filter(new=OuterRef("pk"), on__gt=date(on.year, 1, 1), on__lte=on)
    joined = joined.filter(old__level=Level.COMMUNE)
    brings = Exists(frames.filter(unit=OuterRef("old")))
    renewed = Exists(frames.filter(unit=OuterRef("new"), signed_day__gte=OuterRef("on")))
    own = Exists(frames.filter(unit=OuterRef("pk")))
    communes = Unit.objects.filter(Q(own) | Exists(joined.filter(brings)), level=Level.COMMUNE)
    return communes.exclude(Exists(joined.filter(~brings, ~renewed)))


def frames_visible_to(viewer: Viewer) -> QuerySet[Frame]:
    """Every frame of the area of a staff member, the latest first."""
    frames = Frame.objects.filter(viewer.area(*STAFF_ROLES, unit_field="unit"))
    return frames.select_related("unit", "unit__parent", "made_by", "signed_by", "replaces").order_by("-made_at", "-pk")


def is_untouched(frame: Frame) -> bool:
    """Whether the list that is stored still gives the digest and the count that were written when it was made."""
    ids = list(frame.households.values_list("household_id", flat=True))
    return len(ids) == frame.count and digest(ids) == frame.sha256


def living_in(unit: Unit) -> QuerySet[Household]:
    """The registered households of a commune that live today."""
    return Household.objects.filter(commune=unit, ended_on__isnull=True)


def living_outside(frame: Frame) -> int:
    """How many households of the commune that live today are not in the frame: the rate says nothing of them, so who signs and who reads
    it is told."""
    return living_in(frame.unit).exclude(frames__frame=frame).count()


def households_of(frame: Frame) -> QuerySet[Household]:
    """The households of a frame by hamlet and number; for lists that carry no names."""
    rows = Household.objects.filter(frames__frame=frame)
    return rows.select_related("hamlet").only("pk", "hamlet__name", "ended_on").order_by("hamlet__name", "pk")


@dataclass(frozen=True)
class Leaving:
    """Households of a frame that ended since it was made: how many of how many, and the latest of them."""

    count: int
    of: int
    latest: list[Household]

    @property
    def is_many(self) -> bool:
        """Whether so many left that somebody should ask why (`rules.ALARM_PERCENT`)."""
        return self.count > 0 and 100 * self.count >= ALARM_PERCENT * self.of


def left_since(frame: Frame) -> Leaving:
    """Who left the register since the frame was made. The denominator stays; a rate that is helped by households that «moved away» shows
    here. Two queries."""
    rows = households_of(frame).filter(ended_on__isnull=False, ended_on__gte=clock.day_of(frame.made_at))
    latest = rows.only("pk", "hamlet__name", "ended_on", "end_reason").order_by("-ended_on", "-pk")
    return Leaving(rows.count(), frame.count, list(latest[:LEFT_SHOWN]))


def communes_of(viewer: Viewer) -> QuerySet[Unit]:
    """Today's communes of the area of a staff member: first those with a frame of this year, then those that lack one, then those
    without any household, which need none; each by province and name."""
    today = clock.today()
    communes = Unit.objects.filter(in_force(today), viewer.units(*STAFF_ROLES), level=Level.COMMUNE)
    frames = Frame.objects.filter(
        unit=OuterRef("pk"), year=today.year, ended_at__isnull=True, cancelled_at__isnull=True
    )
    held = Household.objects.filter(commune=OuterRef("pk"))
    ordered = (Exists(frames).desc(), Exists(held).desc(), "parent__code", "folded_name", "pk")
    return communes.select_related("parent").order_by(*ordered)


def open_frames(units: Collection[Unit], year: int) -> dict[int, list[Frame]]:
    """The frames of a year in force or waiting for a signature, by unit id, the one in force first; one query."""
    rows = Frame.objects.filter(unit__in=units, year=year, ended_at__isnull=True, cancelled_at__isnull=True)
    found: defaultdict[int, list[Frame]] = defaultdict(list)
    for frame in rows.select_related("made_by", "signed_by").order_by(F("signed_at").asc(nulls_last=True), "pk"):
        found[frame.unit_id].append(frame)
    return dict(found)


def waiting_for(viewer: Viewer, roles: tuple[str, ...]) -> QuerySet[Frame]:
    """Frames that wait for somebody with one of these roles who did not make them."""
    waiting = Frame.objects.filter(signed_at__isnull=True, cancelled_at__isnull=True)
    mine = viewer.area(*roles, unit_field="unit")
    return waiting.filter(mine).exclude(made_by_id=viewer.user_id).order_by("made_at")


@dataclass(frozen=True)
class Coverage:
    """Of so many communes that have households, so many are measured against a signed frame."""

    framed: int
    communes: int

    @property
    def is_whole(self) -> bool:
        """Whether no commune is left out of the rate."""
        return self.framed == self.communes


def coverage_of(communes: QuerySet[Unit], on: date) -> Coverage:
    """Coverage on a day among these communes; one query. A commune without any household has nothing to measure."""
    held = Household.objects.filter(commune=OuterRef("pk"), registered_at__lt=window(on).end)
    framed = Q(pk__in=framed_communes(on).values("pk"))
    found = communes.filter(Exists(held), level=Level.COMMUNE).aggregate(
        framed=Count("pk", filter=framed), communes=Count("pk")
    )
    return Coverage(found["framed"], found["communes"])
