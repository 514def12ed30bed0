"""The default for SMS: it writes to the log, and nobody gets anything.

The log then holds sign-in codes, on purpose: it is how a demo and a developer read them. Production refuses this adapter.
"""

from __future__ import annotations

import logging

from core.kit import phones
from core.kit.text import squeeze
from core.messages.contract import AdapterFlags, Outcome, SendResult

log = logging.getLogger(__name__)


class LogAdapter:
    """Accepts every phone number."""

    flags = AdapterFlags(drops_repeats=False)

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        """One line in the log, the number masked."""
        try:
            shown = phones.masked(phones.normalise(to))
        except phones.NotAPhone:
            return SendResult(Outcome.REFUSED, "Số điện thoại không đúng.", code="not_a_phone")
        log.info("SMS (only written here) to %s: %s", shown, squeeze(text))
        return SendResult(Outcome.ACCEPTED, "Chỉ ghi vào nhật ký máy chủ, không gửi ra ngoài.", provider_id="log")
