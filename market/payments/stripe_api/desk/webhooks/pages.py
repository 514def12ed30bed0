"""What an owner reads of endpoints and deliveries, in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.kit import clock
from market.payments.stripe_api.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from market.payments.stripe_api.webhooks.client import Trouble
from market.payments.stripe_api.webhooks.rules import GIVE_UP_AFTER

State = WebhookDelivery.State
TABS = (("", "Tất cả"), (State.WAITING, "Chờ gửi"), (State.DELIVERED, "Đã nhận"), (State.GIVEN_UP, "Thôi gửi"))


def what_came(status: int | None, problem: str) -> str:
    """The outcome of a call: "HTTP 200", or why there was none."""
    if status is not None:
        return f"HTTP {status}"
    words = {
        Trouble.ADDRESS: _("Không gửi: địa chỉ này ở mạng riêng."),
        Trouble.REDIRECT: _("Bị chuyển sang địa chỉ khác, nên không gửi tiếp."),
        Trouble.CERTIFICATE: _("Chứng chỉ của máy nhận không hợp lệ."),
        Trouble.UNREACHABLE: _("Không kết nối được."),
        Trouble.NO_ANSWER: _("Không trả lời trong 10 giây."),
        Trouble.OURS: _("Lên Sàn chưa gửi được. Sẽ thử lại."),
    }
    return words.get(Trouble(problem), "") if problem else ""


@dataclass(frozen=True)
class Health:
    """How an endpoint is doing: a status kind and a sentence."""

    kind: str
    sentence: str

    @property
    def word(self) -> str:
        """Where all is well the kind's own word would say that something was done."""
        return "-" if self.kind == "good" else ""


def health_of(endpoint: WebhookEndpoint, *, is_closed: bool) -> Health:
    """Closed and switched off before failing: then nothing is tried."""
    if is_closed:
        return Health("info", _("Ứng dụng đã đóng, nên không gửi gì tới đây nữa."))
    if endpoint.status != WebhookEndpoint.Status.ENABLED:
        return Health("info", _("Đang tắt. Tin mới không được gửi tới đây."))
    if endpoint.failing_since is None:
        return Health("good", _("Đang bật. Tin mới được gửi tới đây."))
    since = f"{clock.day_of(endpoint.failing_since):%d/%m/%Y}"
    if clock.now() - endpoint.failing_since >= GIVE_UP_AFTER:
        sentence = _("Không nhận được tin nào từ %(day)s. Hãy xem máy nhận, rồi gửi lại những tin đã thôi gửi.")
        return Health("bad", sentence % {"day": since})
    return Health("warn", _("Lần gửi gần nhất không được (từ %(day)s). Lên Sàn tự gửi lại.") % {"day": since})


@dataclass(frozen=True)
class DeliveryRow:
    """A line of the log."""

    delivery: Any
    outcome: str

    @property
    def is_being_sent(self) -> bool:
        """Somebody holds it now."""
        return self.delivery.lease_until is not None and self.delivery.lease_until > clock.now()


def row_of(delivery: Any) -> DeliveryRow:
    """Of `deliveries_of`."""
    return DeliveryRow(delivery, what_came(delivery.last_status, delivery.last_problem or ""))


@dataclass(frozen=True)
class TryRow:
    """One call."""

    at: Any
    outcome: str
    milliseconds: int
    answer: str


def try_of(row: WebhookTry) -> TryRow:
    """Of the log."""
    return TryRow(row.at, what_came(row.status, row.problem), row.milliseconds, row.answer)


def readable(body: str) -> str:
    """An event's text as people read it; as it is where it is no JSON."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body
