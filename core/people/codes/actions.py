"""Sending and using codes: six digits, five minutes, five tries, one use.

The try is counted and the code used under a lock on its row, so that a hundred requests at once are five tries and one
use. Codes are kept as a hash keyed with the secret key: six digits would be guessed from any other.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.actions import CodeRefused, make_person
from core.people.codes.models import MAX_TRIES, PhoneCode, Purpose
from core.people.events import SignInCodeMade
from core.people.models import User
from core.people.queries import NOBODY

CODE_LIFE = timedelta(minutes=5)
DIGITS = 6
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Sent:
    """`key` goes into the session that asked; `code` is shown to nobody but, in the demo, on the page."""

    key: str
    code: str


class PhoneTaken(Exception):
    """Somebody else signs in with this phone."""


@transaction.atomic
def send_sign_in_code(*, phone: str) -> Sent:
    """A code to the person with this phone (E.164); for a phone of nobody, all the same but the message."""
    user = User.objects.filter(phone_index__of=phone, is_active=True).first()
    return _send(phone=phone, user=user, purpose=Purpose.SIGN_IN)


@transaction.atomic
def send_new_phone_code(*, user: User, phone: str) -> Sent:
    """A code to a phone that `user` wants to sign in with from now on."""
    return _send(phone=phone, user=user, purpose=Purpose.NEW_PHONE)


def use_sign_in_code(*, key: str, code: str) -> User:
    """The person whose code this is; it is used up. Raises CodeRefused, which never says why."""
    user = _use(key=key, code=code, purpose=Purpose.SIGN_IN).user
    if user is None or not user.is_active:
        raise CodeRefused
    return user


def use_new_phone_code(*, user: User, key: str, code: str) -> None:
    """Set the phone that the code was sent to. Raises CodeRefused, PhoneTaken."""
    row = _use(key=key, code=code, purpose=Purpose.NEW_PHONE)
    if row.user_id != user.pk:
        raise CodeRefused
    set_phone(user=user, phone=row.phone, by_id=user.pk)


@transaction.atomic
def send_joining_code(*, phone: str) -> Sent:
    """A code to this phone (E.164), whether it is somebody's already or nobody's; to a locked person's no message goes."""
    return _send(phone=phone, user=User.objects.filter(phone_index__of=phone).first(), purpose=Purpose.JOIN)


def use_joining_code(*, key: str, code: str, full_name: str) -> User:
    """Whoever answers the phone of this code: the person who signs in with it, else a new one of this name. It is used up.
    Raises CodeRefused, which never says why."""
    user = _use(key=key, code=code, purpose=Purpose.JOIN, full_name=full_name).user
    if user is None or not user.is_active:
        raise CodeRefused
    return user


def set_phone(*, user: User, phone: str, by_id: int | None) -> None:
    """The phone (E.164, or "" for none) that this person signs in with. Raises PhoneTaken."""
    # The constraint holds under one field key only; while keys are being changed this question is the guard.
    if phone and User.objects.filter(phone_index__of=phone).exclude(pk=user.pk).exists():
        raise PhoneTaken
    changes = {"số điện thoại": (user.phone, phone)}
    user.phone = phone
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_index"])
            record("phone.set", actor_id=by_id, object_label=f"user:{user.pk}", changes=changes)
    except IntegrityError as error:
        raise PhoneTaken from error


def tries_left(*, key: str) -> int:
    """How often a code may still be tried; 0 when it is used, out of time or unknown."""
    row = PhoneCode.objects.filter(key=key, used_at__isnull=True, expires_at__gt=clock.now()).first()
    return MAX_TRIES - row.tries if row else 0


def clear_old_codes() -> int:
    """Delete codes a day after they were made; a periodic job. Returns how many."""
    return PhoneCode.objects.filter(made_at__lt=clock.now() - KEPT).delete()[0]


def _send(*, phone: str, user: User | None, purpose: Purpose) -> Sent:
    now = clock.now()
    sent = Sent(secrets.token_urlsafe(32), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
    expires_at = now + CODE_LIFE
    PhoneCode.objects.create(
        key=sent.key,
        purpose=purpose,
        user=user,
        phone=phone,
        code_hash=_hash(sent.key, sent.code),
        made_at=now,
        expires_at=expires_at,
    )
    if user.is_active if user is not None else purpose == Purpose.JOIN:
        emit(SignInCodeMade(phone, sent.code, expires_at, is_new_phone=purpose == Purpose.NEW_PHONE))
    return sent


def _use(*, key: str, code: str, purpose: Purpose, full_name: str = "") -> PhoneCode:
    """The row of a right code, now used. A wrong try is counted. A code for joining makes a person of this name where the
    phone is still nobody's. Raises CodeRefused."""
    typed = "".join(sign for sign in code if sign.isdecimal())
    with transaction.atomic():
        rows = PhoneCode.objects.select_for_update().filter(key=key, purpose=purpose)
        row = rows.filter(used_at__isnull=True, expires_at__gt=clock.now(), tries__lt=MAX_TRIES).first()
        if row is None:
            raise CodeRefused
        row.tries += 1
        is_right = constant_time_compare(_hash(key, typed), row.code_hash)
        if is_right and row.user_id is None and purpose == Purpose.JOIN:
            row.user = _who_answers(row.phone, full_name)
        is_right = is_right and row.user_id is not None
        row.used_at = clock.now() if is_right else None
        row.save(update_fields=["tries", "used_at", "user"])
    if not is_right:
        raise CodeRefused  # after the transaction: the try stays counted
    return row


def _who_answers(phone: str, full_name: str) -> User | None:
    """The person with this phone, who may have come by it since the code was sent; else a new one. None when another
    request is just making them."""
    if found := User.objects.filter(phone_index__of=phone).first():
        return found
    try:
        with transaction.atomic():
            return make_person(full_name=full_name, phone=phone, by=NOBODY)
    except IntegrityError:
        return None


def _hash(key: str, code: str) -> str:
    return salted_hmac("core.people.codes", f"{key}:{code}", algorithm="sha256").hexdigest()
