"""SMS through a brand-name provider's HTTP API (`SMS_URL` …): the contract on top of wire and the guarded door."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from core.kit import outbound, phones
from core.messages.contract import AdapterFlags, Outcome, SendResult
from core.messages.http_sms import wire

# Together well under the lease of a message (rules.LEASE).
CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0


class HttpSmsAdapter:
    """One POST per SMS; settings are read when it is made."""

    def __init__(self) -> None:
        self._settings: dict[str, Any] = settings.SMS
        self._account = wire.Account(self._settings["key"], self._settings["secret"], self._settings["sender"])

    @property
    def flags(self) -> AdapterFlags:
        """`SMS_DROPS_REPEATS` says whether the provider knows a reference again."""
        return AdapterFlags(drops_repeats=self._settings["drops_repeats"])

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        """Hand one SMS to the provider."""
        try:
            phone = phones.normalise(to)
        except phones.NotAPhone:
            return SendResult(Outcome.REFUSED, "Số điện thoại không đúng.", code="not_a_phone")
        try:
            answer = outbound.send(
                "POST",
                self._settings["url"],
                json=wire.request_body(self._account, phone=phone, text=text, reference=reference),
                connect_timeout=CONNECT_SECONDS,
                read_timeout=self._settings.get("read_timeout", READ_SECONDS),
                max_bytes=100_000,
                allow_private=self._settings["allow_private"],
            )
        except outbound.NotSent:
            return SendResult(Outcome.LATER, "Không nối được nhà cung cấp SMS.", code="not_sent")
        except outbound.OutcomeUnknown:
            return SendResult(Outcome.UNKNOWN, "Nhà cung cấp không trả lời.", code="lost_answer")
        except outbound.OutboundRefused:
            return SendResult(Outcome.LATER, "SMS_URL không dùng được. Kiểm tra cài đặt.", code="bad_url", pause=600)
        return wire.meaning_of(answer.status, answer.body, retry_after=answer.headers.get("Retry-After", ""))
