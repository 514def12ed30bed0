"""Why an order is to be looked at, and how reading goes, in the operator's words."""

from __future__ import annotations

from core.templatetags.vietnamese import moment
from market.platforms.models import PlatformFeed, PlatformOrder
from market.platforms.orders.rules import Reason

REASONS = {
    Reason.STATUS: "Sàn ghi trạng thái lạ «%(raw)s». Hãy mở đơn trên sàn để xem.",
    Reason.GOODS: "Có món không khớp mã hàng nào ở đây. Hãy xem món đó là của ai.",
    Reason.CANCELLED_LATE: "Đơn bị hủy sau khi đã gửi hàng. Hãy hỏi người bán xem hàng đang ở đâu.",
    Reason.SHORT: "Sàn đã bán nhiều hơn số còn trong kho. Hãy báo người bán nhập thêm hoặc hủy đơn trên sàn.",
    Reason.WENT_BACK: "Sàn vừa lùi trạng thái của đơn. Ở đây giữ trạng thái cũ, hãy hỏi lại sàn.",
}


def reason_words(order: PlatformOrder) -> list[str]:
    """One sentence for each reason; a reason of another version of ours is passed over."""
    known = {reason.value: words for reason, words in REASONS.items()}
    return [known[reason] % {"raw": order.raw_status} for reason in order.reasons if reason in known]


def feed_words(feed: PlatformFeed) -> tuple[str, str]:
    """(kind of notice, sentence)."""
    if feed.last_failure:
        return "warn", "Lần đọc đơn gần nhất chưa xong. Máy đang thử lại, đơn đã đọc vẫn còn."
    if feed.pulled_at is None:
        return "info", "Chưa đọc đơn lần nào."
    if feed.unreadable:
        number = feed.unreadable
        return "warn", f"Đọc đơn lúc {moment(feed.pulled_at)}. Có {number} đơn sàn ghi sai mẫu, hãy mở sàn để xem."
    return "success", f"Đã đọc đơn {moment(feed.pulled_at)}."
