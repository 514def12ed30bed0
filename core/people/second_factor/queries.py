"""What a session has proved."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings

from core.kit import clock
from core.people.models import User
from core.people.second_factor.rules import PROOF_LIFE

PERIOD = 30  # seconds that a code stands on the phone, RFC 6238
# Steps that a phone's clock may be off. The demo takes codes from further ahead, so that one may sign in many times
# a minute although every code is good once.
TOLERANCE, AHEAD_IN_DEMO = 1, 20


def has_second_factor(user: User) -> bool:
    """Whether this person has an authenticator app enrolled."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def passed_second_factor(request: Any) -> bool:
    """Whether the person signed in on this request's session has given a second factor in it. Without a session: no."""
    return any(proof["method"] == "mfa" for proof in _proofs(request))


def has_fresh_proof(request: Any, user: User) -> bool:
    """Whether this session proved lately that the person is there: by second factor if they have one, else by
    password or a code sent to the phone. A PIN proves nothing here."""
    wanted = {"mfa"} if has_second_factor(user) else {"password", "phone_code", "paper_code"}
    since = time.time() - PROOF_LIFE.total_seconds()
    return any(proof["method"] in wanted and proof["at"] > since for proof in _proofs(request))


def proved_by(request: Any, method: str) -> bool:
    """Whether this session began with, or has since had, a proof of this method."""
    return any(proof["method"] == method for proof in _proofs(request))


def current_step() -> int:
    """The number of the 30 seconds it is."""
    return int(clock.now().timestamp()) // PERIOD


def acceptable_steps() -> range:
    """The steps whose codes are taken now."""
    now = current_step()
    return range(now - TOLERANCE, now + (AHEAD_IN_DEMO if settings.DEMO else TOLERANCE) + 1)


def code_at(secret: str, step: int) -> str:
    """The six digits of a base32 secret at a step, RFC 6238."""
    return str(format_hotp_value(hotp_value(secret, step)))


def demo_codes() -> dict[str, str]:
    """User name → a code that would be taken now, for the people of the demo world; empty outside the demo."""
    if not settings.DEMO:
        return {}
    found = Authenticator.objects.filter(user__is_demo=True, type=Authenticator.Type.TOTP).select_related("user")
    return {each.user.username: code_at(decrypt(each.data["secret"]), _next_step(each)) for each in found}


def _next_step(authenticator: Authenticator) -> int:
    return max(current_step(), int(authenticator.data.get("last_step", 0)) + 1)


def _proofs(request: Any) -> list[dict[str, Any]]:
    # A request that was refused early (another host's) has no person yet, and its page is made all the same.
    user = getattr(request, "user", None)
    if getattr(request, "session", None) is None or user is None or not user.is_authenticated:
        return []
    return [proof for proof in get_authentication_records(request, user) if "at" in proof]
