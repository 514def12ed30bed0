"""Making, ending and noting the use of API keys. A key never has more rights than its
person had when it was made, nor more than they have now; none when locked."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.people.keys.rules import MOST_KEYS, NOTE_EVERY, can_have_keys
from core.people.models import ApiToken, User
from core.people.queries import Viewer, key_hash, open_keys


class KeyRefused(ValueError):
    """No key was made; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def make_api_token(
    *, user: User, name: str, by: Viewer, key: str | None = None, expires_at: datetime | None = None
) -> str:
    """A new API key of this person; returned once, kept hashed. `key` is given only by the demo world.

    Raises PermissionError unless it is one's own and one's role allows it (SYSTEM may), KeyRefused for too many and
    for an operator without a role.
    """
    if not by.is_system:
        if by.user_id == user.pk and by.is_operator and not can_have_keys(by):
            raise KeyRefused("Quyền vận hành không dùng qua khóa API. Hãy nhờ cấp một vai trò cán bộ rồi tạo khóa.")
        if by.user_id != user.pk or not can_have_keys(by):
            raise PermissionError
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if open_keys().filter(user=user).count() >= MOST_KEYS:
            raise KeyRefused(f"Bạn đã có {MOST_KEYS} khóa. Hãy kết thúc khóa không còn dùng rồi tạo lại.")
    key = key or f"ls_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, key_hash=key_hash(key), made_at=clock.now(), expires_at=expires_at)
    record("api_token.made", actor_id=by.user_id, object_label=f"user:{user.pk}", changes={"khóa API": ("", name)})
    return key


@transaction.atomic
def end_api_token(*, token: ApiToken, by: Viewer) -> None:
    """The key opens nothing any more; twice is harmless. Raises PermissionError unless it is one's own."""
    if token.user_id != by.user_id and not by.is_system:
        raise PermissionError
    if ApiToken.objects.filter(pk=token.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        record(
            "api_token.ended",
            actor_id=by.user_id,
            object_label=f"user:{token.user_id}",
            changes={"khóa API": (token.name, "")},
        )


@transaction.atomic
def end_keys_of(*, user: User, by_id: int | None) -> None:
    """All keys of a person end, for good: opening a locked account does not bring them back."""
    if ApiToken.objects.filter(user=user, ended_at__isnull=True).update(ended_at=clock.now()):
        record("api_token.ended", actor_id=by_id, object_label=f"user:{user.pk}")


def note_key_use(*, token: ApiToken) -> None:
    """Keep when a key was last used, to the minute: many calls at once write one row."""
    before = clock.now() - NOTE_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=clock.now())
