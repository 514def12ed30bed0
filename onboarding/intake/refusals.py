"""Why something sent by a device is not taken, as programs and people read it."""

from __future__ import annotations

from typing import Any

TRY_AGAIN_SECONDS = 5


class NotTaken(Exception):
    """The answer to a device: HTTP status, stable code, Vietnamese sentence that says what to do. `extra` is added to
    the answer; `retry_after` in seconds when it helps to wait."""

    def __init__(
        self, status: int, code: str, sentence: str, *, extra: dict[str, Any] | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence
        self.extra, self.retry_after = extra or {}, retry_after


class Invalid(NotTaken):
    """Never becomes right by sending it again."""

    def __init__(self, sentence: str) -> None:
        super().__init__(422, "invalid", sentence)


def signed_out() -> NotTaken:
    """Nobody is signed in."""
    return NotTaken(401, "signed_out", "Bạn đã hết phiên đăng nhập. Hãy đăng nhập lại; các bản ghi vẫn ở trên máy.")


def device_locked() -> NotTaken:
    """The device was reported lost."""
    return NotTaken(403, "device_locked", "Máy này đã bị khóa vì được báo mất. Hãy liên hệ cán bộ xã.")


def device_unknown() -> NotTaken:
    """The call names no device on which this person's app is enrolled."""
    return NotTaken(
        403, "device_unknown", "Máy này chưa được ghi nhận cho bạn. Hãy mở ứng dụng khi có mạng rồi thử lại."
    )


def not_yours() -> NotTaken:
    """What belongs to another person."""
    return NotTaken(403, "not_yours", "Bản ghi này của người khác. Hãy để người đó đăng nhập rồi gửi.")


def not_your_hamlet() -> NotTaken:
    """Outside the person's grants."""
    return NotTaken(
        403,
        "not_your_hamlet",
        "Bạn chưa được giao thôn, ấp này. Hãy nhờ cán bộ xã giao, rồi gửi lại, hoặc nộp bằng tệp.",
    )


def too_large(most: str) -> NotTaken:
    """More bytes than are read; `most` says the limit."""
    return NotTaken(413, "too_large", f"Phần gửi này nặng quá {most}. Hãy gửi phần nhỏ hơn.")


def try_again(seconds: int = TRY_AGAIN_SECONDS, status: int = 503) -> NotTaken:
    """Nothing was taken, and waiting helps."""
    return NotTaken(status, "try_again", "Máy chủ đang bận. Máy của bạn sẽ tự gửi lại.", retry_after=seconds)
