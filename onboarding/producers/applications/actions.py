"""Asking to sell here, taking it back, and the commune's answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.urls import reverse

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.messages.actions import send_message
from core.people.models import User
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.producers.actions import add_member, register_producer
from onboarding.producers.applications.events import ApplicationConfirmed
from onboarding.producers.applications.kinds import APPLICATION_ANSWERED
from onboarding.producers.applications.queries import is_known
from onboarding.producers.applications.rules import (
    KINDS,
    MOST_WAITING,
    can_decide,
    can_withdraw,
    tax_code_fits,
)
from onboarding.producers.models import Application, Membership, Producer

State = Application.State


class ApplicationRefused(ValueError):
    """It makes no sense as asked; `field` is where, the message a Vietnamese sentence with what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


_KNOWN = "Mã số thuế này đã có trong sổ hoặc đang chờ xác nhận. Nếu đó là đơn vị của bạn, hãy hỏi Ủy ban nhân dân xã."

_TAKEN = "Mã số thuế này vừa có trong sổ của một chủ thể khác. Hãy kiểm tra lại."


@dataclass(frozen=True)
class ApplicationFacts:
    """What is asked of whoever wants to sell here; `tax_code` as `normalise_tax_code` writes it."""

    kind: str
    name: str
    tax_code: str
    commune: Unit
    address: str
    contact: str
    shows_phone: bool = False


@transaction.atomic
def apply(*, applicant: User, facts: ApplicationFacts) -> Application:
    """Ask to become a producer. The phone is the one the applicant signs in with, so it has been proved.

    Raises ApplicationRefused: no phone, a kind that is registered otherwise, a tax code that does not fit or is known,
    too many waiting. A code that is known says nothing about whose it is.
    """
    User.objects.select_for_update().get(pk=applicant.pk)  # two clicks come one after the other
    if not applicant.phone:
        raise ApplicationRefused("", "Hãy ghi số điện thoại vào tài khoản của bạn trước.")
    if facts.kind not in KINDS:
        raise ApplicationRefused("kind", "Loại này không tự đăng ký ở đây. Hãy chọn lại.")
    if not tax_code_fits(facts.kind, facts.tax_code):
        raise ApplicationRefused("tax_code", "Công ty, hợp tác xã có mã số thuế 10 hoặc 13 số. Hãy xem lại trên giấy.")
    if Application.objects.filter(applicant=applicant, state=State.WAITING).count() >= MOST_WAITING:
        raise ApplicationRefused("", "Bạn đã có ba đơn đang chờ. Hãy đợi xã trả lời, hoặc rút bớt đơn.")
    if is_known(facts.tax_code):
        raise ApplicationRefused("tax_code", _KNOWN)
    try:
        with transaction.atomic():
            row = Application.objects.create(
                number=_free_number(), applicant=applicant, phone=applicant.phone, made_at=clock.now(), **vars(facts)
            )
    except IntegrityError as error:
        raise ApplicationRefused("tax_code", _KNOWN) from error
    _note("application.made", row, applicant.pk)
    return row


@transaction.atomic
def withdraw(*, application: Application, by: Viewer) -> Application:
    """Take it back before the commune has answered. Raises PermissionError; one that no longer waits stays as it is."""
    row = _held(application)
    if not can_withdraw(by, row):
        raise PermissionError
    if row.state == State.WAITING:
        row.state, row.decided_at = State.WITHDRAWN, clock.now()
        row.save(update_fields=["state", "decided_at"])
        _note("application.withdrawn", row, by.user_id)
    return row


class NoLongerWaiting(Exception):
    """Somebody was quicker: it was answered or taken back."""


@transaction.atomic
def confirm(*, application: Application, by: Viewer) -> Producer:
    """The commune knows them: they become a producer with the applicant for its owner, who is told. Buyers see the phone
    only if the applicant has ticked that.

    Raises PermissionError, NoLongerWaiting, ApplicationRefused (somebody has got that tax code since).
    """
    row = _decidable(application, by)
    if Producer.objects.filter(tax_index__of=row.tax_code).exists():
        raise ApplicationRefused("tax_code", _TAKEN)
    try:
        with transaction.atomic():
            producer = register_producer(
                kind=row.kind, name=row.name, commune=row.commune, phone=row.phone, tax_code=row.tax_code, by=by
            )
    except IntegrityError as error:  # registered between our look and our writing
        raise ApplicationRefused("tax_code", _TAKEN) from error
    how = f"Đơn đăng ký {row.number}, xã xác nhận"
    add_member(user=row.applicant, producer=producer, right=Membership.Right.OWNER, by=by, how=how)
    row.producer = producer
    _answer(row, State.CONFIRMED, "", by)
    emit(ApplicationConfirmed(row.pk))
    return producer


@transaction.atomic
def refuse(*, application: Application, reason: str, by: Viewer) -> Application:
    """The commune does not take them, and says why. Raises PermissionError, NoLongerWaiting, ValueError without a reason."""
    if not reason:
        raise ValueError("a refusal has a reason")
    row = _decidable(application, by)
    _answer(row, State.REFUSED, reason, by)
    return row


def _decidable(application: Application, by: Viewer) -> Application:
    row = _held(application)
    if not can_decide(by, row):
        raise PermissionError
    if row.state != State.WAITING:
        raise NoLongerWaiting
    return row


def _answer(row: Application, state: str, reason: str, by: Viewer) -> None:
    row.state, row.reason, row.decided_by_id, row.decided_at = state, reason, by.user_id, clock.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at", "producer"])
    _note(f"application.{state}", row, by.user_id)
    send_message(
        APPLICATION_ANSWERED.code,
        user=row.applicant,
        context={"number": row.number, "name": row.name, "confirmed": int(state == State.CONFIRMED), "reason": reason},
        key=f"application:{row.pk}:{state}",
        link=reverse("seller_home") if state == State.CONFIRMED else reverse("application", args=[row.number]),
        by=by,
    )


def _held(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("commune__parent", "applicant")
    return rows.get(pk=application.pk)


def _free_number() -> str:
    """ "DK" and eight digits that nobody has: short enough to be said on the phone."""
    while Application.objects.filter(number=(number := f"DK{secrets.randbelow(10**8):08}")).exists():
        pass
    return number


def _note(word: str, row: Application, actor_id: int | None) -> None:
    record(word, actor_id=actor_id, object_label=f"application:{row.pk}", unit_code=row.commune.code)
