"""Who is looking, and what their grants cover."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from core.kit import clock, phones
from core.people.models import ApiToken, Grant, Role, User
from core.people.second_factor.queries import passed_second_factor
from core.people.second_factor.rules import OPERATOR, needs_second_factor
from core.places.models import Level, Unit, in_force

WORKS_FOR = "works_for"  # in the session
STAFF_ROLES = (Role.NATIONAL, Role.PROVINCE, Role.COMMUNE, Role.AUDITOR)


@dataclass(frozen=True)
class HeldGrant:
    """A grant in force today. `unit_id` None means the whole country."""

    role: str
    unit_id: int | None
    hamlet_id: int | None
    # Of that unit; "" is "not known". It follows from the unit and makes no other grant.
    unit_level: str = field(default="", compare=False)


@dataclass(frozen=True)
class Viewer:
    """The person (or SYSTEM) on whose rights a query or an action runs."""

    user_id: int | None
    name: str = ""
    grants: tuple[HeldGrant, ...] = ()
    is_operator: bool = False
    is_system: bool = False
    # Roles (or "operator") that this person has, but not in a session without their second factor.
    withheld: frozenset[str] = frozenset()
    # The producer this person has chosen to work for in this session: a wish, no right.
    works_for: int | None = None
    # Of a key: what this person was given later does not come with it.
    given_until: datetime | None = field(default=None, compare=False)

    @property
    def is_signed_in(self) -> bool:
        """Whether a person is signed in; SYSTEM is no person."""
        return self.user_id is not None

    def has_role(self, *roles: str) -> bool:
        """Whether a grant of one of these roles is in force anywhere."""
        return self.is_operator or any(grant.role in roles for grant in self.grants)

    def would_have_role(self, *roles: str) -> bool:
        """Whether giving the second factor would bring one of these roles."""
        return OPERATOR in self.withheld or not self.withheld.isdisjoint(roles)

    def sees_everything(self, *roles: str) -> bool:
        """Whether one of these roles is held for the whole country (operators and SYSTEM: always)."""
        nationwide = any(grant.role in roles and grant.unit_id is None for grant in self.grants)
        return self.is_system or self.is_operator or nationwide

    def area(self, *roles: str, unit_field: str = "unit", hamlet_field: str = "") -> Q:
        """The filter "in the area of my grants of these roles" for rows whose commune is `unit_field`.

        This is the one place where an area becomes a filter. A province grant covers its communes. A grant of a hamlet
        covers rows of that `hamlet_field` only, and nothing of a table without hamlets. Without a grant the filter
        matches nothing.
        """
        if self.sees_everything(*roles):
            return ~Q(pk__in=[])  # everything; an empty Q would vanish when it is or-ed with another
        held = [grant for grant in self.grants if grant.role in roles]
        units = [grant.unit_id for grant in held if grant.hamlet_id is None]
        hamlets = [grant.hamlet_id for grant in held if grant.hamlet_id is not None]
        found = Q(pk__in=[])
        inside_nothing = all(grant.unit_level == Level.COMMUNE for grant in held if grant.hamlet_id is None)
        if len(set(units)) == 1 and inside_nothing:
            # Nothing is inside a commune. Equal to one unit, rows are read in the order of an index that begins with it.
            found |= Q(**{unit_field: units[0]})
        elif units:
            # Asked of the few units there are and not of each row's: so an index by unit is used however many rows there are.
            within = Unit.objects.filter(Q(pk__in=units) | Q(parent__in=units)).order_by()
            found |= Q(**{f"{unit_field}__in": within.values("pk")})
        if hamlets and hamlet_field:
            found |= Q(**{f"{hamlet_field}__in": hamlets})
        return found

    def units(self, *roles: str) -> Q:
        """The filter "the units of my grants of these roles, and the communes in them" for `Unit` rows themselves."""
        if self.sees_everything(*roles):
            return ~Q(pk__in=[])
        units = [grant.unit_id for grant in self.grants if grant.role in roles and grant.hamlet_id is None]
        return Q(pk__in=units) | Q(parent__in=units) if units else Q(pk__in=[])

    def covers(self, unit: Unit | None, *roles: str) -> bool:
        """Whether one of these roles is held for this unit or its province; for None only by the whole country's."""
        if self.sees_everything(*roles):
            return True
        if unit is None:
            return False
        around = {unit.pk, unit.parent_id}
        return any(grant.role in roles and grant.hamlet_id is None and grant.unit_id in around for grant in self.grants)


NOBODY = Viewer(None)
SYSTEM = Viewer(None, "hệ thống", is_system=True)


def may_enter(user: User) -> bool:
    """Whether this person may sign in or use a key: not locked, and nobody of the demo world outside the demo."""
    return user.is_active and not (user.is_demo and settings.PRODUCTION)


def person_named(written: str) -> User | None:
    """Who has this user name, or this phone in any spelling; somebody locked out too. Always one query."""
    name = written.strip()
    wanted = Q(username=name)
    with suppress(phones.NotAPhone):
        wanted |= Q(phone_index__of=phones.normalise(name))
    found = list(User.objects.filter(wanted))
    return next((user for user in found if user.username == name), found[0] if found else None)


def viewer_for(user: Any, *, given_until: datetime | None = None) -> Viewer:
    """The viewer behind `request.user`, with the grants in force today; NOBODY for an anonymous one.

    With `given_until` only the grants given by then, and never the operator's rights.
    """
    if not getattr(user, "is_authenticated", False) or not may_enter(user):
        return NOBODY
    known = Q() if given_until is None else Q(given_at__isnull=True) | Q(given_at__lte=given_until)
    grants = Grant.objects.filter(in_force(clock.today()), known, user=user)
    rows = grants.values_list("role", "unit_id", "hamlet_id", "unit__level")
    held = tuple(HeldGrant(role, unit, hamlet, level or "") for role, unit, hamlet, level in rows)
    is_operator = user.is_superuser and given_until is None
    return Viewer(user.pk, str(user), held, is_operator=is_operator, given_until=given_until)


def key_hash(key: str) -> str:
    """The stored form of an API key (it is long and random, so a plain hash is enough)."""
    return hashlib.sha256(key.encode()).hexdigest()


def open_keys() -> QuerySet[ApiToken]:
    """API keys that open something now: not ended, not run out, of people who may enter."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now())
    return ApiToken.objects.filter(lasting, ended_at__isnull=True, user__is_active=True)


def token_by_key(key: str) -> ApiToken | None:
    """The open API key with this text, with its person."""
    return open_keys().filter(key_hash=key_hash(key)).select_related("user").first()


def viewer_by_token(key: str) -> Viewer | None:
    """The viewer whose open API key this is, or None."""
    token = token_by_key(key)
    return viewer_of_key(token) if token else None


def viewer_of_key(token: ApiToken) -> Viewer | None:
    """The person of a key with what is left today of the grants they had when it was made; never an operator. None for
    somebody who may not enter."""
    viewer = viewer_for(token.user, given_until=token.made_at)
    return viewer if viewer.is_signed_in else None


def users_named(user_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for trails and histories."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "full_name"))


def viewer_of(request: Any) -> Viewer:
    """The viewer of an HTTP request, looked up once.

    Roles that need a second factor count only in a session that has passed it; without a session they never do.
    """
    if not hasattr(request, "_viewer"):
        viewer = viewer_for(getattr(request, "user", None))
        viewer = viewer if passed_second_factor(request) else _without_second_factor(viewer)
        session = getattr(request, "session", None)
        chosen = session.get(WORKS_FOR) if session is not None and viewer.is_signed_in else None
        request._viewer = replace(viewer, works_for=chosen) if chosen is not None else viewer
    found: Viewer = request._viewer
    return found


def _without_second_factor(viewer: Viewer) -> Viewer:
    kept = tuple(grant for grant in viewer.grants if not needs_second_factor({grant.role}))
    withheld = {grant.role for grant in viewer.grants} - {grant.role for grant in kept}
    if viewer.is_operator:
        withheld.add(OPERATOR)
    return replace(viewer, grants=kept, is_operator=False, withheld=frozenset(withheld))
