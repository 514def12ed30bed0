"""Making people, giving grants, handing out one-time entry codes and API keys."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.keys.actions import end_keys_of, make_api_token
from core.people.models import EntryCode, User
from core.people.queries import Viewer, person_named

__all__ = ["CodeRefused", "enter_with_code", "give_grant", "issue_entry_code", "make_api_token", "make_person"]

CODE_LIFE = timedelta(days=7)
MAX_TRIES = 20  # of 31^8 codes; few enough to end guessing, too many to burn a slip by mistake
# Letters and digits that cannot be mistaken for each other on paper.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class CodeRefused(Exception):
    """The user name and code do not fit, or the code is used up. Never says which."""


@transaction.atomic
def make_person(*, full_name: str, by: Viewer, username: str = "", phone: str = "", is_demo: bool = False) -> User:
    """A person without a password; they enter with a one-time code and set one.

    `phone` (E.164) must be nobody else's. Without a `username`, which must be free, they get one that says nothing.
    """
    user = User(username=username or f"nguoi-{secrets.token_hex(6)}", full_name=full_name, is_demo=is_demo)
    user.phone = phone
    user.set_unusable_password()
    user.save()
    record("person.made", actor_id=by.user_id, object_label=f"user:{user.pk}")
    return user


@transaction.atomic
def issue_entry_code(*, user: User, by: Viewer) -> str:
    """A fresh one-time code "ABCD-2345", valid for seven days; earlier unused ones end. Shown once, kept hashed."""
    now = clock.now()
    EntryCode.objects.filter(user=user, used_at__isnull=True).update(expires_at=now)
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))
    EntryCode.objects.create(user=user, code_hash=make_password(code), made_at=now, expires_at=now + CODE_LIFE)
    record("entry_code.issued", actor_id=by.user_id, object_label=f"user:{user.pk}")
    return f"{code[:4]}-{code[4:]}"


def enter_with_code(*, username: str, code: str, new_password: str) -> User:
    """Use up a code and set the password; the person may then sign in. `username` may be their phone.

    Raises ValidationError for a weak password, CodeRefused after any mismatch; twenty tries use a code up.
    Every refusal costs one hash, so that the time says neither whether there is such a person nor an open code.
    """
    validate_password(new_password)  # first, so that a weak one costs no try and says nothing about the code
    cleaned = code.replace("-", "").replace(" ", "").upper()
    person = person_named(username)
    entry = (
        EntryCode.objects.filter(
            user_id=person.pk if person else 0, user__is_active=True, used_at__isnull=True, expires_at__gt=clock.now()
        )
        .select_related("user")
        .order_by("-made_at")
        .first()
    )
    # The try is counted on its own, so that a crash or a second request cannot give it back.
    open_codes = EntryCode.objects.filter(pk=entry.pk if entry else 0, tries__lt=MAX_TRIES)
    if not open_codes.update(tries=F("tries") + 1) or entry is None:
        make_password(cleaned)
        raise CodeRefused
    if not check_password(cleaned, entry.code_hash):
        raise CodeRefused
    with transaction.atomic():
        if not EntryCode.objects.filter(pk=entry.pk, used_at__isnull=True).update(used_at=clock.now()):
            raise CodeRefused
        entry.user.set_password(new_password)
        entry.user.save(update_fields=["password"])
        record("entry_code.used", actor_id=entry.user.pk, object_label=f"user:{entry.user.pk}")
        end_keys_of(user=entry.user, by_id=entry.user.pk)  # whoever had the log-in before keeps no way in
    return entry.user
