"""Enrolling, using and ending the second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare

from core.audit.actions import record
from core.people.actions import CodeRefused
from core.people.keys.actions import end_keys_of
from core.people.models import User
from core.people.second_factor.queries import acceptable_steps, code_at

TYPES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


@transaction.atomic
def enrol_second_factor(*, user: User, secret: str, code: str) -> Authenticator:
    """Keep the secret of an authenticator app once it has shown a right code, and make recovery codes.

    `secret` is base32. Raises CodeRefused for a wrong code, and for a person who has a second factor already.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two tabs enrol one after the other
    step = _matching_step(secret, code, after=0)
    if step is None or Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise CodeRefused
    authenticator = TOTP.activate(user, secret).instance
    authenticator.data["last_step"] = step
    authenticator.save(update_fields=["data"])
    RecoveryCodes.activate(user)
    record("second_factor.enrolled", actor_id=user.pk, object_label=f"user:{user.pk}")
    return authenticator


def use_second_factor(*, user: User, code: str) -> Authenticator:
    """Use up a code of the app or a recovery code. Every code is good once, and none older than the last one used.

    Raises CodeRefused. The row is locked while the code is looked at: of two requests with one code, one passes.
    """
    typed = "".join(sign for sign in code if sign.isalnum())
    with transaction.atomic():
        held = {each.type: each for each in _locked(user)}
        app = held.get(Authenticator.Type.TOTP)
        if app is None:
            raise CodeRefused
        step = _matching_step(decrypt(app.data["secret"]), typed, after=app.data.get("last_step", 0))
        if step is not None:
            app.data["last_step"] = step
            app.save(update_fields=["data"])
            return app
        recovery = held.get(Authenticator.Type.RECOVERY_CODES)
        if recovery is None or not RecoveryCodes(recovery).validate_code(typed):
            raise CodeRefused
        record("second_factor.recovery_used", actor_id=user.pk, object_label=f"user:{user.pk}")
        return recovery


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes; the old ones end."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    record("second_factor.codes_renewed", actor_id=user.pk, object_label=f"user:{user.pk}")
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


@transaction.atomic
def end_second_factor(*, user: User, by_id: int | None) -> None:
    """Take app and recovery codes away; keys made with them end. Who may, is asked before: oneself, or who helps with
    a lost phone."""
    Authenticator.objects.filter(user=user).delete()
    end_keys_of(user=user, by_id=by_id)
    record("second_factor.ended", actor_id=by_id, object_label=f"user:{user.pk}")


def unused_recovery_codes(user: User) -> list[str]:
    """What is left of the recovery codes."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(held).get_unused_codes()) if held else []


def _locked(user: User) -> list[Authenticator]:
    return list(Authenticator.objects.select_for_update().filter(user=user, type__in=TYPES).order_by("pk"))


def _matching_step(secret: str, code: str, *, after: int) -> int | None:
    """The step whose code this is, among those taken now and later than `after`."""
    typed = code.strip()
    right = [
        step for step in acceptable_steps() if step > after and constant_time_compare(code_at(secret, step), typed)
    ]
    return right[0] if right else None
