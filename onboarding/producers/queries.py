"""Reading producers."""

from __future__ import annotations

from typing import TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.kit import clock
from core.kit.text import fold_words
from core.people.grants.queries import still_open
from core.people.helping.registry import WIDE
from core.people.models import Role, User
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from core.places.models import in_force
from onboarding.producers.models import Membership, Producer


def producers_of(viewer: Viewer) -> QuerySet[Producer]:
    """The producers for whom this person may act today. All of them: rules that keep
    people from judging their own goods rest on it."""
    if viewer.user_id is None:
        return Producer.objects.none()
    return (
        Producer.objects.filter(Q(pk__in=_memberships(viewer).values("producer_id")))
        .select_related("commune", "commune__parent")
        .order_by("pk")
    )


def producers_with_key(viewer: Viewer) -> QuerySet[Producer]:
    """Those of `producers_of` that this person's key brings along: for whom they could act when it was made. The same
    without a key."""
    held = _memberships(viewer)
    if viewer.given_until is not None:
        day = clock.day_of(viewer.given_until)
        of_old = Q(recorded_at__isnull=True, valid_from__lte=day)
        held = held.filter(of_old | Q(recorded_at__lte=viewer.given_until))
    return producers_of(viewer).filter(pk__in=held.values("producer_id"))


def people_of(producer_id: int) -> QuerySet[User]:
    """The people who may act for a producer today: who is told when something happens to it."""
    memberships = Membership.objects.filter(in_force(clock.today()), producer_id=producer_id)
    return User.objects.filter(pk__in=memberships.values("user_id"), is_active=True).order_by("pk")


def producers_at_work(viewer: Viewer) -> QuerySet[Producer]:
    """Those of `producers_of` that this person works for now: the one chosen in the session; else their own; else, of
    several they help, the first, so that nothing is done for two at once by mistake."""
    return producers_of(viewer).filter(pk__in=_at_work(viewer)[0])


def _at_work(viewer: Viewer) -> tuple[list[int], bool]:
    """The producers somebody works for now, and whether as their owner; one query."""
    held = list(_memberships(viewer).order_by("producer_id", "pk").values_list("producer_id", "right"))
    mine = [producer_id for producer_id, _ in held]
    owned = [producer_id for producer_id, right in held if right == Membership.Right.OWNER]
    chosen = [producer_id for producer_id in mine if producer_id == viewer.works_for]
    now = chosen[:1] or owned or mine[:1]
    return now, bool(now) and now[0] in owned


def may_act_for(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may act for that producer today; SYSTEM may."""
    return viewer.is_system or producers_of(viewer).filter(pk=producer_id).exists()


def is_owner(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person owns that producer today."""
    return _memberships(viewer).filter(producer_id=producer_id, right=Membership.Right.OWNER).exists()


def has_owner(producer_id: int) -> bool:
    """Whether somebody owns that producer today."""
    held = Membership.objects.filter(in_force(clock.today()), producer_id=producer_id)
    return held.filter(right=Membership.Right.OWNER).exists()


def owned(*, by: Viewer | None = None, of: str = "pk") -> Exists:
    """`has_owner` (with `by`: `is_owner`) as a condition on producers, or on rows whose producer is their field `of`."""
    held = Membership.objects.filter(in_force(clock.today()), producer=OuterRef(of), right=Membership.Right.OWNER)
    return Exists(held if by is None else held.filter(user_id=by.user_id or 0))


def acts_in_everything(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person is recorded today as acting for that producer in everything, not as a helper only."""
    return _memberships(viewer).filter(producer_id=producer_id, right=Membership.Right.ACTING).exists()


def besides_at_work(viewer: Viewer) -> list[Producer]:
    """The producers this person may act for and does not work for now, three at most."""
    return list(producers_of(viewer).exclude(pk__in=_at_work(viewer)[0])[:3])


def helps_somebody(viewer: Viewer) -> bool:
    """Whether this person may act today for a producer they do not own."""
    return _memberships(viewer).exclude(right=Membership.Right.OWNER).exists()


class Behalf(TypedDict, total=False):
    """The two values of an audit entry that say for whom somebody acted."""

    on_behalf_of_id: int | None
    on_behalf_of_label: str


def on_behalf_of(viewer: Viewer, producer_id: int) -> Behalf:
    """For whom this person acts when they do something for that producer: empty for an owner, for SYSTEM and for staff
    who act in their own office; else the (longest) owner's person, if there is one, and the producer."""
    rights = set(_memberships(viewer).filter(producer_id=producer_id).values_list("right", flat=True))
    if not rights or Membership.Right.OWNER in rights:
        return {}
    owners = Membership.objects.filter(in_force(clock.today()), producer_id=producer_id, right=Membership.Right.OWNER)
    owner_id = owners.order_by("valid_from", "pk").values_list("user_id", flat=True).first()
    return {"on_behalf_of_id": owner_id, "on_behalf_of_label": f"producer:{producer_id}"}


def acted_for(viewer: Viewer) -> Producer | None:
    """The producer this person works for without owning it, for the line on top of the seller's pages."""
    now, as_owner = _at_work(viewer)
    return Producer.objects.get(pk=now[0]) if now and not as_owner else None


def producers_named(viewer: Viewer, words: str, *roles: str) -> QuerySet[Producer]:
    """The producers in the area of these roles whose name holds every word, without regard to marks; by name."""
    area = viewer.area(*roles, unit_field="commune")
    found = Producer.objects.filter(area).select_related("commune", "commune__parent").order_by("name", "pk")
    wanted = fold_words(words).split()
    if not wanted:
        return found
    # Compared here: SQLite folds no Vietnamese.
    names = found.values_list("pk", "name")
    return found.filter(pk__in=[pk for pk, name in names if all(word in fold_words(name) for word in wanted)])


def members_of(producer: Producer) -> QuerySet[Membership]:
    """Who may act for a producer, or could, newest first."""
    return producer.memberships.select_related("user", "recorded_by").order_by("-valid_from", "-pk")


def _memberships(viewer: Viewer) -> QuerySet[Membership]:
    return Membership.objects.filter(in_force(clock.today()), user_id=viewer.user_id or 0)


def labels_of_member(user_id: int) -> list[str]:
    """The audit labels of the producers a person may act for today, and of the households behind their own ones."""
    held = Membership.objects.filter(in_force(clock.today()), user_id=user_id).values_list(
        "producer_id", "producer__household_id", "right"
    )
    labels = [f"producer:{producer}" for producer, _, _ in held]
    own = [household for _, household, right in held if household and right == Membership.Right.OWNER]
    return labels + [f"household:{household}" for household in own]


def phone_of_producer(viewer: Viewer, number: int) -> Revealed | None:
    """The phone of a producer in the area of a commune or province officer, or of an own one, for an audited look."""
    area = viewer.area(Role.COMMUNE, Role.PROVINCE, unit_field="commune") | Q(pk__in=producers_of(viewer))
    found = Producer.objects.filter(area, pk=number).select_related("commune").first()
    if found is None:
        return None
    return Revealed(found.phone, found.name, f"producer:{found.pk}", found.commune.code)


def acts_beyond(viewer: Viewer) -> Exists:
    """The condition on people "acts, today or later, for a producer outside this viewer's province"."""
    held = Membership.objects.filter(still_open(), user=OuterRef("pk"))
    return Exists(held.exclude(viewer.area(*WIDE, unit_field="producer__commune")))
