"""Keeping what is known of the platforms themselves: dated data, changed by whoever runs the platform desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.events.registry import emit
from core.people.queries import Viewer
from onboarding.accounts.actions.claiming import normalise_link
from onboarding.accounts.actions.refusals import LinkRefused, PlatformRefused
from onboarding.accounts.events import PlatformChanged
from onboarding.accounts.models import Platform
from onboarding.accounts.queries import RENAMED_AT_MOST
from onboarding.accounts.rules import can_change_platforms

PATTERN_START = "^https://"
# A repeated group that repeats inside itself may take hours on one address.
_REPEATED_TWICE = re.compile(r"[+*}][^()]*\)[+*{]")


@dataclass(frozen=True)
class PlatformFacts:
    """What is known of a platform. `valid_from` is its first day, `valid_to` the first on which it is no more (None: not
    known, open). The patterns are regular expressions on normalised addresses ("": every address will do)."""

    name: str
    aliases: tuple[str, ...] = ()
    operator: str = ""
    link_pattern: str = ""
    shop_link_pattern: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Platform | None = None
    counts_for_target: bool = False
    note: str = ""


_LABELS = {
    "name": "tên", "aliases": "tên khác", "operator": "đơn vị vận hành", "link_pattern": "mẫu liên kết sản phẩm",
    "shop_link_pattern": "mẫu liên kết gian hàng", "valid_from": "hoạt động từ ngày", "valid_to": "ngừng từ ngày",
    "successor": "sàn thay thế", "counts_for_target": "tính vào mục tiêu", "note": "ghi chú",
}  # fmt: skip


@transaction.atomic
def add_platform(*, code: str, facts: PlatformFacts, by: Viewer) -> Platform:
    """A platform that was not known yet, under a code of small letters, digits and hyphens that never changes.
    Raises PermissionError, PlatformRefused."""
    if not can_change_platforms(by):
        raise PermissionError
    _check(None, facts)
    values = {name: _stored(getattr(facts, name)) for name in _LABELS}
    try:
        with transaction.atomic():
            platform = Platform.objects.create(code=code, **values)
    except IntegrityError as error:
        raise PlatformRefused("code", "Mã này đã được dùng cho một sàn khác. Hãy chọn mã khác.") from error
    told = {_LABELS[name]: ("", _words(getattr(platform, name))) for name in _LABELS if getattr(platform, name)}
    _note("platform.added", platform, told, by)
    return platform


@transaction.atomic
def change_platform(*, platform: Platform, facts: PlatformFacts, by: Viewer) -> Platform:
    """Bring what is known of a platform to these facts; the same again changes nothing. With the day on which it closes
    nothing more is sent there; what was seen on it stays. Raises PermissionError, PlatformRefused."""
    if not can_change_platforms(by):
        raise PermissionError
    held = Platform.objects.select_for_update().get(pk=platform.pk)
    _check(held, facts)
    wanted = {name: _stored(getattr(facts, name)) for name in _LABELS}
    told = {
        _LABELS[name]: (_words(getattr(held, name)), _words(value))
        for name, value in wanted.items()
        if getattr(held, name) != value
    }
    if not told:
        return held
    for name, value in wanted.items():
        setattr(held, name, value)
    held.save(update_fields=list(wanted))
    _note("platform.changed", held, told, by)
    return held


def checked_pattern(pattern: str, example: str) -> str:
    """The pattern, if it is one, is bound to a host, and fits the example address. Raises LinkRefused with what to do."""
    if not pattern:
        return ""
    if not pattern.startswith(PATTERN_START):
        raise LinkRefused(
            f"Mẫu phải bắt đầu bằng {PATTERN_START} và tên miền của sàn, để không nhận trang của nơi khác."
        )
    try:
        known = re.compile(pattern)
    except re.error as error:
        raise LinkRefused("Mẫu này viết chưa đúng. Hãy xem lại dấu ngoặc và dấu gạch chéo ngược.") from error
    if _REPEATED_TWICE.search(pattern):
        raise LinkRefused("Mẫu này lặp trong lặp, kiểm tra sẽ rất lâu. Hãy viết đơn giản hơn.")
    if not example:
        raise LinkRefused("Hãy dán một liên kết thật của sàn để thử mẫu này.")
    if not known.search(normalise_link(example)):
        raise LinkRefused("Liên kết ví dụ không khớp mẫu này. Hãy sửa mẫu hoặc dán liên kết khác.")
    return pattern


def _check(held: Platform | None, facts: PlatformFacts) -> None:
    if not facts.name:
        raise PlatformRefused("name", "Hãy ghi tên sàn.")
    if facts.valid_from and facts.valid_to and facts.valid_to <= facts.valid_from:
        raise PlatformRefused("valid_to", "Ngày ngừng phải sau ngày bắt đầu hoạt động. Hãy chọn lại.")
    if held is not None and held.is_simulation and facts.counts_for_target:
        raise PlatformRefused("counts_for_target", "Sàn mô phỏng không bao giờ tính vào mục tiêu.")
    steps, follower = 0, facts.successor
    while follower is not None:
        steps += 1
        if (held is not None and follower.pk == held.pk) or steps > RENAMED_AT_MOST:
            raise PlatformRefused("successor", "Sàn thay thế đi vòng về chính sàn này hoặc quá dài. Hãy chọn sàn khác.")
        follower = follower.successor


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _note(word: str, platform: Platform, told: dict[str, tuple[str, str]], by: Viewer) -> None:
    record(word, actor_id=by.user_id, object_label=f"platform:{platform.code}", changes=told)
    emit(PlatformChanged(platform.pk))
