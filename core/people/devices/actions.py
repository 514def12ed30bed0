"""Setting a PIN on a device, signing in with it, removing it."""

from __future__ import annotations

import secrets
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit.actions import record
from core.kit import clock
from core.people.actions import CodeRefused
from core.people.devices.models import MAX_TRIES, TrustedDevice
from core.people.devices.queries import device_hash, members_of_device, usable_devices
from core.people.models import User

PIN_DIGITS = 6


def new_device_secret() -> str:
    """What a device is recognised by: 256 random bits."""
    return secrets.token_urlsafe(32)


@transaction.atomic
def trust_device(*, user: User, secret: str, pin: str, name: str) -> TrustedDevice:
    """This person's PIN on the device with this secret; an earlier one of theirs there ends. Raises ValidationError."""
    check_pin(pin)
    User.objects.select_for_update().get(pk=user.pk)
    now = clock.now()
    earlier = TrustedDevice.objects.filter(user=user, device_hash=device_hash(secret), ended_at__isnull=True)
    earlier.update(ended_at=now)
    device = TrustedDevice.objects.create(
        user=user,
        device_hash=device_hash(secret),
        name=name[:60],
        pin_hash=make_password(_peppered(secret, pin)),
        made_at=now,
        last_used_at=now,
    )
    record("device.trusted", actor_id=user.pk, object_label=f"user:{user.pk}")
    return device


def use_pin(*, secret: str, device_id: int, pin: str) -> User:
    """The person whose PIN this is, on this device. Five wrong ones lock their PIN here. Raises CodeRefused.

    The try is counted before the PIN is looked at, under a lock on its row: a hundred requests at once are five tries.
    """
    device = members_of_device(secret).filter(pk=device_id).first()
    if device is None or not _count_try(device):
        raise CodeRefused
    if not check_password(_peppered(secret, pin), device.pin_hash):
        raise CodeRefused
    # Only if it has not been removed in the meantime.
    if not usable_devices().filter(pk=device.pk).update(tries=0, last_used_at=clock.now()):
        raise CodeRefused
    return device.user


@transaction.atomic
def remove_device(*, device: TrustedDevice, by_id: int | None) -> None:
    """Nobody signs in with this PIN any more. Removing twice is harmless. Who may, is asked before."""
    if TrustedDevice.objects.filter(pk=device.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        record("device.removed", actor_id=by_id, object_label=f"user:{device.user_id}")


def remove_all_devices(*, user: User, by_id: int | None) -> None:
    """The same for all devices of a person."""
    for device in TrustedDevice.objects.filter(user=user, ended_at__isnull=True):
        remove_device(device=device, by_id=by_id)


def check_pin(pin: str) -> None:
    """Raises ValidationError for anything but six digits that are not the first ones somebody would try."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdecimal()):
        raise ValidationError(_("Mã PIN gồm đúng 6 chữ số."))
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(set(pin)) <= 2 or steps in ({1}, {-1}):
        raise ValidationError(_("Mã PIN này dễ đoán quá. Hãy chọn 6 chữ số khác."))


def _count_try(device: TrustedDevice) -> bool:
    with transaction.atomic():
        row = usable_devices().select_for_update(of=("self",)).filter(pk=device.pk, tries__lt=MAX_TRIES).first()
        if row is None:
            return False
        row.tries += 1
        row.save(update_fields=["tries"])
    return True


def _peppered(secret: str, pin: str) -> str:
    return f"{secret}:{pin}"
