"""The inbox at /hop-thu/: a message is delivered by being written, so there is nothing to send."""

from __future__ import annotations

from core.messages.contract import AdapterFlags, Outcome, SendResult


class InboxAdapter:
    """Local: the engine writes the row as sent and asks no more."""

    flags = AdapterFlags(is_local=True, drops_repeats=True)

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        """Accepted for everybody who has a log-in."""
        if not to.isdecimal():
            return SendResult(Outcome.REFUSED, "Người này chưa có tài khoản.", code="no_account")
        return SendResult(Outcome.ACCEPTED, "Đã vào hộp thư.", provider_id=reference)
