"""Making and revoking links for screens, and noting that one is in use."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.wall.models import ScreenLink
from ocop.wall.queries import hash_of, open_links
from ocop.wall.rules import LONGEST, MOST_LINKS, NOTE_EVERY, can_make

MAX_NAME = 80


class ScreenRefused(ValueError):
    """No link was made; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def make_screen_link(*, name: str, unit: Unit, expires_at: datetime, by: Viewer) -> tuple[ScreenLink, str]:
    """A link for a screen, and its secret (256 random bits), which is told here once and nowhere kept.

    Raises PermissionError for an area whose figures the person does not sign, ScreenRefused for a time that is too long or past, no
    name, an area that is no more, or too many links.
    """
    if not can_make(by, unit):
        raise PermissionError
    now, called = clock.now(), squeeze(name)[:MAX_NAME]
    if not called:
        raise ScreenRefused("Hãy đặt tên cho màn hình, ví dụ: Màn hình phòng họp tầng 2.")
    if not now < expires_at <= now + LONGEST:
        raise ScreenRefused(f"Đường dẫn dùng được nhiều nhất {LONGEST.days} ngày. Hãy chọn lại thời hạn.")
    # Makers for the same area wait for each other, so that the limit holds.
    area = Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    if area.valid_to is not None and area.valid_to <= clock.today():
        raise ScreenRefused("Địa bàn này không còn trên bản đồ hôm nay. Hãy chọn địa bàn khác.")
    if open_links().filter(unit=area).count() >= MOST_LINKS:
        raise ScreenRefused(
            f"Địa bàn này đã có {MOST_LINKS} màn hình. Hãy thu hồi màn hình không còn dùng rồi tạo lại."
        )
    secret = secrets.token_urlsafe(32)
    link = ScreenLink.objects.create(
        name=called, unit=area, secret_hash=hash_of(secret), made_by_id=by.user_id, made_at=now, expires_at=expires_at
    )
    _note("screen.made", link, by, ("", f"{called}, dùng đến {clock.day_of(expires_at):%d/%m/%Y}"))
    return link, secret


@transaction.atomic
def revoke_screen_link(*, link: ScreenLink, by: Viewer) -> None:
    """The screen shows nothing any more from its next question on; twice is harmless. Raises PermissionError."""
    held = ScreenLink.objects.select_for_update(of=("self",)).select_related("unit").get(pk=link.pk)
    if not can_make(by, held.unit):
        raise PermissionError
    if held.revoked_at is None:
        held.revoked_at, held.revoked_by_id = clock.now(), by.user_id
        held.save(update_fields=["revoked_at", "revoked_by"])
        _note("screen.revoked", held, by, (held.name, ""))


def note_screen_seen(*, link: ScreenLink) -> None:
    """Keep when a screen last asked, to the minute: its questions in between write nothing."""
    before = clock.now() - NOTE_EVERY
    if link.last_seen_at is None or link.last_seen_at <= before:
        stale = Q(last_seen_at__isnull=True) | Q(last_seen_at__lte=before)
        ScreenLink.objects.filter(stale, pk=link.pk).update(last_seen_at=clock.now())


def _note(word: str, link: ScreenLink, by: Viewer, change: tuple[str, str]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"screen:{link.pk}",
        unit_code=link.unit.code,
        changes={"màn hình": change},
    )
