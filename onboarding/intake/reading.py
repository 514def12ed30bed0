"""Plain values out of outside JSON: each function takes a body and the name of one value. All raise Invalid."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from core.kit import clock
from core.kit.text import squeeze
from onboarding.intake.refusals import Invalid

Body = Mapping[str, Any]
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def text(body: Body, name: str, label: str, *, most: int, least: int = 0) -> str:
    """One line of text; missing or null is ""."""
    value = body.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid(f"Mục «{label}» phải là chữ. Hãy cập nhật ứng dụng.")
    value = squeeze(value)
    if len(value) > most:
        raise Invalid(f"Mục «{label}» dài quá {most} ký tự. Hãy viết ngắn lại.")
    if len(value) < least:
        raise Invalid(f"Thiếu mục «{label}». Hãy ghi thêm.")
    return value


def choice(body: Body, name: str, label: str, allowed: Collection[str], *, empty: bool = False) -> str:
    """One of these codes."""
    value = body.get(name)
    if empty and value in (None, ""):
        return ""
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(f"Mục «{label}» có lựa chọn lạ. Hãy chọn lại.")
    return value


def yes_no(body: Body, name: str, label: str) -> bool | None:
    """True, False, or None when it was not asked."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Invalid(f"Mục «{label}» phải là có hoặc không.")
    return value


def number(body: Body, name: str, label: str, *, least: int, most: int) -> int | None:
    """A whole number between these two, or None."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"Mục «{label}» phải là số từ {least} đến {most}.")
    return value


def needed_number(body: Body, name: str, label: str, *, least: int = 1, most: int = 2**31 - 1) -> int:
    """The same, never None."""
    value = number(body, name, label, least=least, most=most)
    if value is None:
        raise Invalid(f"Thiếu mục «{label}».")
    return value


def identity(value: Any, label: str) -> uuid.UUID:
    """A UUID in its usual writing (small letters, hyphens)."""
    try:
        found = uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != str(value).lower():
        raise Invalid(f"Mục «{label}» không phải một mã nhận dạng.")
    return found


def moment(body: Body, name: str, label: str) -> datetime:
    """A moment as the device's clock said it, in UTC; one without an offset is Vietnam's. It may be far from ours."""
    value = body.get(name)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None:
            found = (found if found.tzinfo else found.replace(tzinfo=clock.VIETNAM)).astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or not _EARLIEST <= found <= _LATEST:
        raise Invalid(f"Mục «{label}» không phải một thời điểm.")
    return found


def list_of(body: Body, name: str, label: str, *, most: int) -> list[Any]:
    """A list; missing or null is an empty one."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(f"Mục «{label}» phải là danh sách không quá {most} dòng.")
    return value


def mapping(body: Body, name: str, label: str) -> dict[str, Any]:
    """An object; missing or null is an empty one."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"Mục «{label}» không đọc được.")
    return value


def sha256_of(value: Any) -> str:
    """64 hexadecimal digits in small letters."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise Invalid("Mã ảnh không đúng. Hãy chụp lại ảnh.")
    return value


def only(body: Body, known: Collection[str]) -> None:
    """Nothing that is not understood may be passed over in silence."""
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise Invalid(f"Mẫu ghi này không có mục «{squeeze(unknown[0])[:40]}». Hãy cập nhật ứng dụng.")
