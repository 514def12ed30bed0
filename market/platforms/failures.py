"""Everything that can go wrong with a platform, sorted by what the engine may do next.

Each failure says `permanent`: trying the same thing again cannot help. `message_vi` is a sentence for
the person who waits; `detail` is what the other side said, cut short and free of secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from market.platforms.documents import RemoteIds
from market.platforms.remote import Issue

DETAIL_LIMIT = 500
LONGEST_PAUSE_SECONDS = 3600.0
USUAL_PAUSE_SECONDS = 30.0


class PlatformFailure(Exception):
    """A platform operation that did not end as wished."""

    permanent = False
    message_vi = "Sàn chưa nhận được. Hệ thống sẽ tự gửi lại."

    def __init__(self, detail: str = "", *, message_vi: str = "") -> None:
        self.detail = detail[:DETAIL_LIMIT]
        if message_vi:
            self.message_vi = message_vi
        super().__init__(self.detail or self.message_vi)


class Retryable(PlatformFailure):
    """Nothing was written and the cause may pass: back off, then try again."""


class OutcomeUnknown(PlatformFailure):
    """A write left and no whole answer came: call `find` before anything else, never repeat blindly."""

    message_vi = "Chưa rõ sàn đã nhận hay chưa. Hệ thống đang kiểm tra lại trên sàn."


class RateLimited(PlatformFailure):
    """The platform asks to wait `retry_after` seconds; `scope` says what pauses (connection or platform)."""

    message_vi = "Sàn yêu cầu gửi chậm lại. Hệ thống sẽ gửi tiếp sau ít phút."

    def __init__(self, retry_after: float, *, scope: str = "connection", detail: str = "") -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.scope = scope


class AuthExpired(PlatformFailure):
    """The token is out of date: refresh once, replay once."""

    message_vi = "Phiên kết nối với sàn đã hết hạn. Hệ thống đang kết nối lại."


class AuthRevoked(PlatformFailure):
    """The key is refused: stop the connection and tell the seller."""

    permanent = True
    message_vi = "Sàn không còn nhận khóa kết nối này. Hãy kết nối lại gian hàng với sàn."


class ShopSuspended(PlatformFailure):
    """The platform stopped the shop: stop the connection and tell the seller."""

    permanent = True
    message_vi = "Sàn đang tạm khóa gian hàng. Hãy liên hệ sàn để mở lại."


class ValidationFailed(PlatformFailure):
    """Fields were refused, by our checks or by theirs: to the form, not retried at this revision."""

    permanent = True
    message_vi = "Tin chưa đủ điều kiện của sàn. Hãy sửa các mục được nêu rồi gửi lại."

    def __init__(self, issues: Sequence[Issue], detail: str = "") -> None:
        super().__init__(detail or "; ".join(f"{issue.field}: {issue.code}" for issue in issues))
        self.issues = tuple(issues)


class RejectedByReview(ValidationFailed):
    """A moderator refused: `issues` carry the moderator's words."""

    message_vi = "Người kiểm duyệt của sàn chưa đồng ý. Hãy sửa theo lý do rồi gửi lại."


class ConflictKind(StrEnum):
    """What a write collided with."""

    DUPLICATE = "duplicate"
    TWO_OBJECTS = "two_objects"
    VERSION = "version"
    LOCKED = "locked"


LOCKED_THERE = "Sàn đang giữ tin này, thường vì còn đơn chưa giao. Hệ thống sẽ thử lại."


class Conflict(PlatformFailure):
    """The remote side holds something else. `holders` are the objects in question.

    DUPLICATE: `find` and adopt. TWO_OBJECTS: alarm, choose by stored id, never delete by itself.
    LOCKED: it passes, try later. VERSION: what was read before no longer holds (an order cursor): read anew.
    """

    message_vi = "Trên sàn đã có tin trùng mã. Hãy chọn tin đúng để tiếp tục."

    def __init__(self, kind: ConflictKind, *, holders: Sequence[RemoteIds] = (), detail: str = "") -> None:
        super().__init__(detail or kind.value, message_vi=LOCKED_THERE if kind is ConflictKind.LOCKED else "")
        self.kind = kind
        self.holders = tuple(holders)
        self.permanent = kind is ConflictKind.TWO_OBJECTS


class NotFound(PlatformFailure):
    """The remote object is gone: removed there. Ask, do not silently make it again."""

    permanent = True
    message_vi = "Tin không còn trên sàn. Hãy chọn đăng lại hoặc ngừng bán ở sàn này."


class Unsupported(PlatformFailure):
    """The platform cannot do this at all (see its capabilities)."""

    permanent = True
    message_vi = "Sàn này không hỗ trợ thao tác đó."


class ContractBroken(PlatformFailure):
    """The answer is not as documented: keep it, raise an alarm, change nothing."""

    permanent = True
    message_vi = "Sàn trả lời khác tài liệu. Người vận hành đã được báo, tin của bạn giữ nguyên."


class ResultFileRefused(PlatformFailure):
    """A result file could not be understood as a whole; nothing from it may be used."""

    permanent = True
    message_vi = "Tệp này không đọc được. Hãy chọn tệp khác."


class PushRefused(PlatformFailure):
    """A message that came to us and is not proved to be the platform's: nothing in it may be used."""

    permanent = True
    message_vi = "Tin báo không đúng chữ ký của sàn nên không được dùng."


class Permanent(PlatformFailure):
    """Refused for any other reason; a person has to look."""

    permanent = True
    message_vi = "Sàn không nhận tin này. Người vận hành sẽ xem lại."


def pause_seconds(header: str | None, *, now: datetime | None = None) -> float:
    """How long a Retry-After header asks to wait, in seconds, between 0 and LONGEST_PAUSE_SECONDS.

    The header may hold seconds or an HTTP date (RFC 9110, 10.2.3); nothing or nonsense gives the usual pause.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return USUAL_PAUSE_SECONDS
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    waiting = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(waiting, 0.0), LONGEST_PAUSE_SECONDS)
