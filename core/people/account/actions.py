"""Changing the password, ending sessions, locking and opening an account."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from core.audit.actions import record
from core.kit import clock
from core.people.devices.actions import remove_all_devices
from core.people.keys.actions import end_keys_of
from core.people.models import LockReason, User


@transaction.atomic
def change_password(*, user: User, new_password: str) -> None:
    """A new password, already validated; all sessions made with the old one end."""
    user.set_password(new_password)
    user.save(update_fields=["password"])
    UserSession.objects.filter(user=user).delete()
    record("password.changed", actor_id=user.pk, object_label=f"user:{user.pk}")


def note_session(*, request: HttpRequest) -> None:
    """This browser's session, which goes on under a new key, stands among the open ones again."""
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_all_sessions(*, user: User, by_id: int | None, with_devices: bool = False) -> None:
    """Signed out everywhere at once, also where we know of no session; with `with_devices` PINs and API keys end too.

    The epoch every session is signed with moves on; `user` carries the new one, so that the caller may keep its own
    session with `update_session_auth_hash`.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    UserSession.objects.filter(user=user).delete()
    if with_devices:
        remove_all_devices(user=user, by_id=by_id)
        end_keys_of(user=user, by_id=by_id)
    record("sessions.ended", actor_id=by_id, object_label=f"user:{user.pk}")


def end_oldest_sessions(*, user: User, but: int) -> None:
    """End all but the newest sessions of a person."""
    for session in UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[but:]:
        session.end()


@transaction.atomic
def end_session(*, session: UserSession) -> None:
    """One browser is signed out."""
    user_id = session.user_id
    session.end()
    record("sessions.ended", actor_id=user_id, object_label=f"user:{user_id}")


@transaction.atomic
def lock_person(*, user: User, reason: str, by_id: int | None, words: str = "") -> None:
    """This person may not sign in, and their keys open nothing, until somebody opens the account. Twice is harmless."""
    changed = User.objects.filter(pk=user.pk, is_active=True).update(
        is_active=False, lock_reason=reason, locked_by_id=by_id
    )
    if changed:
        end_all_sessions(user=user, by_id=by_id)
        end_keys_of(user=user, by_id=by_id)
        why = ": ".join(filter(None, (str(LockReason(reason).label), words)))
        record("person.locked", actor_id=by_id, object_label=f"user:{user.pk}", changes={"lý do khóa": ("", why)})


@transaction.atomic
def open_person(*, user: User, now: datetime, by_id: int | None) -> None:
    """The account is open again; the idle days count from now."""
    locked = User.objects.filter(pk=user.pk).exclude(lock_reason="")
    changed = locked.update(is_active=True, lock_reason="", locked_by=None, last_login=now)
    if changed:
        record("person.opened", actor_id=by_id, object_label=f"user:{user.pk}")


def lock_idle(users: list[User]) -> int:
    """Lock these people for not having signed in for long; a periodic job. Returns how many."""
    for user in users:
        lock_person(user=user, reason=LockReason.IDLE, by_id=None)
    return len(users)


@transaction.atomic
def clear_old_sessions() -> int:
    """Delete sessions that are over, and what is known of them; a periodic job. Returns how many rows."""
    sessions = Session.objects.filter(expire_date__lt=clock.now()).delete()[0]
    known: int = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    return sessions + known
