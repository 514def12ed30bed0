"""Giving, ending, renewing and looking through grants; making and ending operators.

Every action locks the people it concerns, in the order of their keys, and reads the giver's rights again behind the
lock: an officer whose grant ends this moment gives nothing any more, and two officers who give the same thing at once
give it once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.events import GrantEnded, GrantGiven
from core.people.grants.queries import in_period, overlapping
from core.people.grants.rules import Place, can_end, can_give, period_problem, place_problem
from core.people.grants.wording import place_words, role_words, until_words
from core.people.models import Grant, User
from core.people.queries import HeldGrant, Viewer
from core.places.models import Hamlet, Unit, in_force


class NotAllowed(PermissionError):
    """This person may not give or end that. Outsiders are answered as if it were not there."""


class GrantRefused(ValueError):
    """The grant makes no sense as asked; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def give_grant(
    *,
    user: User,
    role: str,
    unit: Unit | None,
    given_by: Viewer,
    valid_from: date | None = None,
    valid_to: date | None = None,
    hamlet: Hamlet | None = None,
    opens_account: bool = False,
) -> Grant:
    """Give a person a role in a unit (None: the whole country) or one of its hamlets for a period.

    `valid_from` is today by default; `valid_to` is the first day without it and may be missing only for SYSTEM.
    `opens_account`: the log-in was made just now, for this grant.
    Raises NotAllowed, GrantRefused.
    """
    first = valid_from or clock.today()
    user, by = _locked(user, given_by)
    if not can_give(by, role=role, unit=unit, to_user_id=user.pk):
        raise NotAllowed
    _check_sense(user, role, Place(unit, hamlet), first, valid_to, by)
    _refuse_double(user.pk, role, unit, hamlet, first, valid_to)
    grant = _create(
        user=user,
        role=role,
        unit=unit,
        hamlet=hamlet,
        valid_from=first,
        valid_to=valid_to,
        given_by_id=by.user_id,
        given_at=clock.now(),
        opened_account=opens_account,
    )
    _note("grant.given", grant, by)
    emit(GrantGiven(grant.pk, user.pk))
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, by: Viewer, reason: str, on: date | None = None) -> Grant:
    """Take a grant back from the day `on` (today: at once). What its holder gave to others stays.

    Raises NotAllowed; GrantRefused when it has ended already.
    """
    _, by = _locked(grant.user, by)
    grant = _locked_grant(grant)
    if not can_end(by, grant):
        raise NotAllowed
    last, before = max(on or clock.today(), grant.valid_from), until_words(grant)
    if grant.valid_to is not None and grant.valid_to <= last:
        raise GrantRefused("Quyền này đã kết thúc rồi. Không cần làm gì thêm.")
    grant.valid_to, grant.end_reason, grant.to_decide = last, reason, ""
    grant.ended_by_id = by.user_id
    grant.save(update_fields=["valid_to", "end_reason", "to_decide", "ended_by"])
    _note("grant.ended", grant, by, before)
    emit(GrantEnded(grant.pk, grant.user_id))
    return grant


@transaction.atomic
def renew_grant(*, grant: Grant, by: Viewer, valid_to: date) -> Grant:
    """Let a grant that is still open last until `valid_to` (the first day without it); that is a review, too.

    Raises NotAllowed (also for one's own), GrantRefused.
    """
    user, by = _locked(grant.user, by)
    grant = _locked_grant(grant)
    if not can_give(by, role=grant.role, unit=grant.unit, to_user_id=grant.user_id):
        raise NotAllowed
    today = clock.today()
    if grant.valid_to is not None and grant.valid_to <= today:
        raise GrantRefused("Quyền này đã hết hạn. Hãy cấp một quyền mới.")
    first, before = max(grant.valid_from, today), until_words(grant)
    _check_sense(user, grant.role, Place(grant.unit, grant.hamlet), first, valid_to, by)
    if grant.valid_to is not None and valid_to <= grant.valid_to:
        raise GrantRefused("Ngày mới phải sau ngày kết thúc hiện nay. Muốn rút ngắn, hãy kết thúc quyền.")
    _refuse_double(user.pk, grant.role, grant.unit, grant.hamlet, grant.valid_from, valid_to, besides=grant.pk)
    grant.valid_to, grant.reviewed_on, grant.reviewed_by_id, grant.to_decide = valid_to, today, by.user_id, ""
    grant.end_reason, grant.ended_by_id = "", None
    grant.save()
    _note("grant.renewed", grant, by, before)
    return grant


@transaction.atomic
def review_grant(*, grant: Grant, by: Viewer) -> Grant:
    """Note that somebody who could give this grant has looked and found it still right. Raises NotAllowed."""
    _, by = _locked(grant.user, by)
    grant = _locked_grant(grant)
    if not can_give(by, role=grant.role, unit=grant.unit, to_user_id=grant.user_id):
        raise NotAllowed
    grant.reviewed_on, grant.reviewed_by_id, grant.to_decide = clock.today(), by.user_id, ""
    grant.save(update_fields=["reviewed_on", "reviewed_by", "to_decide"])
    _note("grant.reviewed", grant, by)
    return grant


@transaction.atomic
def make_operator(*, user: User, by: Viewer) -> User:
    """Make a person an operator, who may do everything everywhere. Raises NotAllowed unless an operator asks."""
    user, by = _locked(user, by)
    if not (by.is_operator or by.is_system):
        raise NotAllowed
    user.is_superuser = user.is_staff = True
    user.save(update_fields=["is_superuser", "is_staff"])
    record("operator.made", actor_id=by.user_id, object_label=f"user:{user.pk}")
    return user


@transaction.atomic
def end_operator(*, user: User, by: Viewer) -> User:
    """Make an operator an ordinary person again. Raises NotAllowed; GrantRefused for the last one."""
    # All of them, in order: two operators who end each other at once would leave nobody.
    operators = list(User.objects.select_for_update(no_key=True).filter(is_superuser=True).order_by("pk"))
    if not by.is_system and not any(operator.pk == by.user_id and operator.is_active for operator in operators):
        raise NotAllowed
    found = next((operator for operator in operators if operator.pk == user.pk), None)
    if found is None:
        raise GrantRefused("Người này không phải người quản trị.")
    if not any(operator.is_active and operator.pk != user.pk for operator in operators):
        raise GrantRefused("Đây là người quản trị cuối cùng. Hãy cử người khác trước rồi mới thôi.")
    found.is_superuser = found.is_staff = False
    found.save(update_fields=["is_superuser", "is_staff"])
    record("operator.ended", actor_id=by.user_id, object_label=f"user:{found.pk}")
    return found


def _locked(user: User, by: Viewer) -> tuple[User, Viewer]:
    """The person, fresh, and the rights of the one who acts as they still are; both rows stay locked."""
    people = _lock_people({user.pk, by.user_id or user.pk})
    return people[user.pk], _still_held(by, people.get(by.user_id or 0))


def _lock_people(ids: set[int]) -> dict[int, User]:
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {person.pk: person for person in rows}


def _still_held(by: Viewer, person: User | None) -> Viewer:
    """The viewer without what ended since the request began. Never more than the request held: a session without
    its second factor does not get its grants back here."""
    if by.is_system:
        return by
    if person is None or not person.is_active:
        return replace(by, grants=(), is_operator=False)
    rows = Grant.objects.filter(in_force(clock.today()), user=person).values_list("role", "unit_id", "hamlet_id")
    now = {HeldGrant(*row) for row in rows}
    held = tuple(grant for grant in by.grants if grant in now)
    return replace(by, grants=held, is_operator=by.is_operator and person.is_superuser)


def _locked_grant(grant: Grant) -> Grant:
    rows = Grant.objects.select_for_update(no_key=True, of=("self",)).select_related("unit", "hamlet")
    return rows.get(pk=grant.pk)


def _check_sense(user: User, role: str, place: Place, first: date, valid_to: date | None, by: Viewer) -> None:
    problem = place_problem(role, place)
    if not problem and not by.is_system:
        problem = period_problem(first, valid_to, clock.today())
    if not problem and not user.is_active:
        problem = "Tài khoản này đang bị khóa. Hãy mở khóa trước khi cấp quyền."
    if not problem and place.unit and not Unit.objects.filter(in_force(first), pk=place.unit.pk).exists():
        problem = "Nơi này không còn hiệu lực vào ngày bắt đầu. Hãy chọn đơn vị hiện nay."
    if not problem and place.hamlet and not Hamlet.objects.filter(in_force(first), pk=place.hamlet.pk).exists():
        problem = "Ấp này không còn hiệu lực vào ngày bắt đầu. Hãy chọn lại."
    if problem:
        raise GrantRefused(problem)


def _refuse_double(
    user_id: int, role: str, unit: Unit | None, hamlet: Hamlet | None, first: date, end: date | None, besides: int = 0
) -> None:
    equal = overlapping(
        user_id=user_id, role=role, unit_id=unit.pk if unit else None, hamlet_id=hamlet.pk if hamlet else None
    )
    other = equal.filter(in_period(first, end)).exclude(pk=besides).order_by("-valid_to").first()
    if other is not None:
        until = f" {until_words(other)}" if other.valid_to else ""
        raise GrantRefused(f"Người này đã có quyền đó{until}. Hãy gia hạn thay vì cấp thêm.")


def _create(**values: object) -> Grant:
    try:
        with transaction.atomic():
            return Grant.objects.create(**values)
    except IntegrityError as error:
        # The database has the last word; with the lock above it is not asked.
        if "grant_once_at_a_time" not in str(error):
            raise
        raise GrantRefused("Người này vừa được cấp quyền đó. Hãy mở lại danh sách.") from error


def _note(word: str, grant: Grant, by: Viewer, before: str = "") -> None:
    after = "; ".join(filter(None, [role_words(grant), place_words(grant), until_words(grant), grant.end_reason]))
    record(
        word,
        actor_id=by.user_id,
        object_label=f"grant:{grant.pk}",
        unit_code=grant.unit.code if grant.unit else "",
        changes={"quyền": (before, after)},
    )
