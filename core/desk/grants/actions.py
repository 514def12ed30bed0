"""Appointing somebody, who may be new here, in one step; handing out a new slip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from core.kit import phones
from core.kit.text import fold_words
from core.people.actions import give_grant, issue_entry_code, make_person
from core.people.grants.actions import GrantRefused, NotAllowed
from core.people.helping.queries import people_for_slips
from core.people.models import Grant, User
from core.people.queries import Viewer, person_named
from core.places.models import Hamlet, Unit


@dataclass(frozen=True)
class Appointed:
    """The outcome. `entry_code` is shown once; "" when the person has a log-in already."""

    grant: Grant
    entry_code: str


@transaction.atomic
def appoint(
    *,
    login: str,
    full_name: str,
    role: str,
    unit: Unit | None,
    hamlet: Hamlet | None,
    valid_from: date,
    valid_to: date,
    by: Viewer,
) -> Appointed:
    """Give a role to the person with this phone or log-in name; who is not known yet gets a log-in and an entry code.

    The name must fit the log-in: a wrong digit must not make a stranger an officer, and nobody learns from the answer
    whose number it is. `valid_to` is the first day without. Raises NotAllowed, GrantRefused.
    """
    person, code = person_or_new(login=login, full_name=full_name, by=by)
    grant = give_grant(
        user=person,
        role=role,
        unit=unit,
        hamlet=hamlet,
        valid_from=valid_from,
        valid_to=valid_to,
        given_by=by,
        opens_account=bool(code),
    )
    return Appointed(grant, code)


@transaction.atomic
def person_or_new(*, login: str, full_name: str, by: Viewer) -> tuple[User, str]:
    """The person with this phone or log-in name, or a new one with an entry code ("" for who was there). For actions
    that give this person a role in the same transaction. Raises GrantRefused when the name is another's."""
    person = person_named(login)
    if person is not None:
        if fold_words(person.full_name) != fold_words(full_name):
            raise GrantRefused(
                "Số điện thoại hoặc tên đăng nhập này đã có người khác dùng. Hãy kiểm tra lại số và họ tên."
            )
        return person, ""
    try:
        with transaction.atomic():
            person = _make_new(login, full_name, by)
    except IntegrityError as error:
        raise GrantRefused("Số này vừa được người khác ghi. Hãy mở lại trang.") from error
    return person, issue_entry_code(user=person, by=by)


@transaction.atomic
def hand_out_slip(*, person: User, by: Viewer) -> str:
    """A new entry code for a person whose log-in was opened with a grant in this viewer's area: whoever holds the code
    becomes the person. Who had a log-in before signs in as they did. Raises NotAllowed."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    found = people_for_slips(by).filter(pk=person.pk, is_active=True).first()
    if found is None:
        raise NotAllowed
    return issue_entry_code(user=found, by=by)


def _make_new(login: str, full_name: str, by: Viewer) -> User:
    """Somebody new is known by their phone, or by the name as it was written."""
    try:
        return make_person(phone=phones.normalise(login), full_name=full_name, by=by)
    except phones.NotAPhone:
        return make_person(username=login, full_name=full_name, by=by)
