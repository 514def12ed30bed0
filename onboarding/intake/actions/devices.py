"""Devices: enrolled by a person, heard from, locked when they are lost."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.people.account.actions import end_all_sessions
from core.people.devices.actions import remove_all_devices
from core.people.models import User
from core.people.queries import Viewer
from onboarding.intake.models import FieldDevice, IntakeKey
from onboarding.intake.queries.devices import device_is_locked, devices_to_lock, devices_to_unlock, people_of_device
from onboarding.intake.refusals import device_locked
from onboarding.intake.rules import can_send

KEY_BITS = 3072


def current_key() -> IntakeKey:
    """The key pair that devices seal their files to, made at first need; two that make it at once get the same one."""
    found = IntakeKey.objects.filter(is_current=True).first()
    if found is not None:
        return found
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with transaction.atomic():
            return IntakeKey.objects.create(
                private_key=pem.decode(), public_key=base64.b64encode(public).decode(), made_at=clock.now()
            )
    except IntegrityError:  # the other one was quicker: one is in use at a time
        return IntakeKey.objects.get(is_current=True)


def enrol_device(*, device_id: uuid.UUID, name: str, by: Viewer) -> FieldDevice:
    """This person's field app on this device; a second time renews the name and keeps the secret, so that files made
    before stay provable. Raises PermissionError, NotTaken (device_locked)."""
    if not can_send(by) or by.user_id is None:
        raise PermissionError
    if device_is_locked(device_id):
        raise device_locked()
    now, name = clock.now(), squeeze(name)[:60]
    with transaction.atomic():
        device, is_new = FieldDevice.objects.get_or_create(
            device_id=device_id,
            user_id=by.user_id,
            defaults={
                "name": name,
                "secret": base64.b64encode(secrets.token_bytes(32)).decode(),
                "enrolled_at": now,
                "last_contact_at": now,
            },
        )
        if not is_new:
            FieldDevice.objects.filter(pk=device.pk).update(
                name=name or device.name, last_contact_at=now, wiped_at=None
            )
        record("device.enrolled", actor_id=by.user_id, object_label=f"device:{device.pk}")
    return device


def note_contact(*, device_id: uuid.UUID, unsent: int, unsent_since: datetime | None, by: Viewer) -> bool:
    """The app says how much it still holds. Returns whether the device is locked. Raises PermissionError."""
    if by.user_id is None:
        raise PermissionError
    mine = FieldDevice.objects.filter(device_id=device_id, user_id=by.user_id)
    said = {"unsent": unsent, "unsent_since": unsent_since if unsent else None}
    mine.update(last_contact_at=clock.now(), **said)
    return device_is_locked(device_id)


@transaction.atomic
def lock_device(*, device: FieldDevice, by: Viewer) -> int:
    """The device is lost: from its next contact on the app shows nothing and sends nothing but its rescue file, for
    everybody who used it. What it says of itself is believed no more than a thief is: everybody who used it is signed out
    everywhere and must give the password again. Returns for how many people. Raises PermissionError."""
    count = _set_lock(device, by, locked=True)
    if count:
        for user in User.objects.filter(pk__in=people_of_device(device.device_id)).order_by("pk"):
            end_all_sessions(user=user, by_id=by.user_id)
            remove_all_devices(user=user, by_id=by.user_id)  # a browser's own PIN would open a new session
    return count


@transaction.atomic
def unlock_device(*, device: FieldDevice, by: Viewer) -> int:
    """It was found again. Raises PermissionError."""
    return _set_lock(device, by, locked=False)


def _set_lock(device: FieldDevice, by: Viewer, *, locked: bool) -> int:
    allowed = devices_to_lock(by) if locked else devices_to_unlock(by)
    if not by.is_signed_in or not allowed.filter(pk=device.pk).exists():
        raise PermissionError
    rows = FieldDevice.objects.filter(device_id=device.device_id, locked_at__isnull=locked)
    if locked:
        count = rows.update(locked_at=clock.now(), locked_by_id=by.user_id)
    else:
        count = rows.update(locked_at=None, locked_by=None)
    if count:
        word = "device.locked" if locked else "device.unlocked"
        record(word, actor_id=by.user_id, object_label=f"device:{device.pk}")
    return count
