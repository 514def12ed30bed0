"""What sending events adds to the registries below it, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.jobs.registry import register_periodic
from market.payments.stripe_api.webhooks.jobs import forget_old_events, send_webhooks

_OBJECTS = {"webhook_endpoint": "địa chỉ nhận webhook", "webhook_delivery": "lượt gửi webhook"}
_WORDS = {
    "webhook.endpoint_made": "thêm địa chỉ nhận webhook",
    "webhook.endpoint_changed": "sửa địa chỉ nhận webhook",
    "webhook.endpoint_removed": "xóa địa chỉ nhận webhook",
    "webhook.secret_changed": "đổi khóa ký webhook",
    "webhook.sent_again": "gửi lại webhook",
}


def register() -> None:
    """The words of the trail, sending every second, forgetting at night."""
    register_objects(_OBJECTS)
    register_vocabulary(_WORDS)
    register_periodic("webhooks.send", timedelta(seconds=1), send_webhooks, label="gửi webhook cho ứng dụng kết nối")
    register_periodic(
        "webhooks.forget",
        timedelta(days=1),
        forget_old_events,
        label="xóa sự kiện cũ của ứng dụng kết nối",
        at=time(4, 0),
    )
