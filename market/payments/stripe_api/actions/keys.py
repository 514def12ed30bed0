"""Connected applications and their keys: made, shown once, revoked."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.people.queries import SYSTEM, Viewer, key_hash
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApplicationKey, ConnectedApplication
from market.payments.stripe_api.rules import (
    MOST_APPLICATIONS,
    MOST_KEYS,
    can_close_application,
    can_manage_applications,
    why_no_key,
)
from onboarding.producers.models import Producer

NOTE_EVERY = timedelta(minutes=1)


class ApplicationRefused(ValueError):
    """Nothing was made; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def connect_application(*, producer: Producer, name: str, by: Viewer = SYSTEM) -> ConnectedApplication:
    """A program of this producer's that takes payments.

    Raises PermissionError unless `by` owns the producer (SYSTEM may), ApplicationRefused for too many.
    """
    if not can_manage_applications(by, producer.pk):
        raise PermissionError
    if not by.is_system:
        Producer.objects.select_for_update(no_key=True).only("pk").get(pk=producer.pk)
        if ConnectedApplication.objects.filter(producer=producer, closed_at=None).count() >= MOST_APPLICATIONS:
            raise ApplicationRefused(
                f"Bạn đã có {MOST_APPLICATIONS} ứng dụng. Hãy đóng ứng dụng không còn dùng rồi tạo lại."
            )
    application = ConnectedApplication.objects.create(
        public_id=new_id("acct", 16), producer=producer, name=name, made_at=clock.now(), made_by_id=by.user_id
    )
    record(
        "application.connected",
        actor_id=by.user_id,
        object_label=f"application:{application.pk}",
        changes={"Tên": ("", name)},
    )
    return application


@transaction.atomic
def make_key(
    *, application: ConnectedApplication, is_live: bool, name: str, by: Viewer = SYSTEM, secret: str = ""
) -> str:
    """A new secret key, returned once and kept hashed. `secret` is given only by the demo world.

    Raises PermissionError unless `by` owns the producer (SYSTEM may), ApplicationRefused for a closed application, for too many keys
    and for a mode in which nothing can be paid.
    """
    if not can_manage_applications(by, application.producer_id):
        raise PermissionError
    # Its own row, so that keys made at once are counted and none is made for what is being closed.
    application = ConnectedApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.closed_at is not None:
        raise ApplicationRefused("Ứng dụng này đã đóng. Hãy tạo ứng dụng khác.")
    if not by.is_system:
        if reason := why_no_key(application, is_live=is_live):
            raise ApplicationRefused(reason)
        if ApplicationKey.objects.filter(application=application, revoked_at=None).count() >= MOST_KEYS:
            raise ApplicationRefused(f"Ứng dụng đã có {MOST_KEYS} khóa. Hãy thu hồi khóa không còn dùng rồi tạo lại.")
    secret = secret or f"sk_{'live' if is_live else 'test'}_{secrets.token_hex(24)}"
    ApplicationKey.objects.create(
        application=application,
        is_live=is_live,
        name=name,
        key_hash=key_hash(secret),
        hint=f"{secret[:8]}…{secret[-4:]}",
        made_at=clock.now(),
        made_by_id=by.user_id,
    )
    record(
        "application.key_made",
        actor_id=by.user_id,
        object_label=f"application:{application.pk}",
        changes={"Khóa": ("", f"{name} ({'thật' if is_live else 'thử'})")},
    )
    return secret


@transaction.atomic
def revoke_key(*, key: ApplicationKey, by: Viewer = SYSTEM) -> None:
    """It opens nothing any more; twice is harmless. Raises PermissionError unless `by` owns the producer (SYSTEM may)."""
    if not can_manage_applications(by, key.application.producer_id):
        raise PermissionError
    if ApplicationKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        record(
            "application.key_revoked",
            actor_id=by.user_id,
            object_label=f"application:{key.application_id}",
            changes={"Khóa": (f"{key.name} {key.hint}", "")},
        )


@transaction.atomic
def close_application(*, application: ConnectedApplication, by: Viewer = SYSTEM) -> None:
    """Its keys open nothing and its endpoints hear nothing any more; what it was paid stays, and payers who are at the gateway are
    still taken in. Twice is harmless. Raises PermissionError unless `by` owns the producer or handles money (SYSTEM may)."""
    if not can_close_application(by, application):
        raise PermissionError
    now = clock.now()
    if ConnectedApplication.objects.filter(pk=application.pk, closed_at=None).update(closed_at=now):
        ApplicationKey.objects.filter(application=application, revoked_at=None).update(revoked_at=now)
        record("application.closed", actor_id=by.user_id, object_label=f"application:{application.pk}")


def note_key_use(key: ApplicationKey) -> None:
    """Keep when a key was last used, to the minute: many calls at once write one row."""
    before = clock.now() - NOTE_EVERY
    if key.last_used_at is None or key.last_used_at < before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=before)
        ApplicationKey.objects.filter(stale, pk=key.pk).update(last_used_at=clock.now())
