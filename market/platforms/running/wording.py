"""How a connection does and what goes wrong, in the operator's words."""

from __future__ import annotations

from core.kit import clock
from core.templatetags.vietnamese import moment
from market.platforms.contract import HealthState
from market.platforms.engine.flow import Source
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.running.rules import may_be_chosen_anew

STOPPED = {
    Connection.Stopped.KEY: (
        "Sàn không nhận khóa nữa, nên không gửi gì. Hãy lấy khóa mới ở trang của sàn rồi bấm «Nhập khóa»: "
        "hàng đợi chạy tiếp ngay."
    ),
    Connection.Stopped.SHOP: (
        "Sàn đã khóa gian hàng, nên không gửi gì. Hãy hỏi sàn để mở lại, rồi bấm «Nhập khóa» để hàng đợi chạy tiếp."
    ),
}
HEALTH = {
    HealthState.OK: ("success", "Sàn trả lời bình thường."),
    HealthState.DEGRADED: ("warning", "Sàn có trả lời, nhưng chưa như mong đợi."),
    HealthState.WRONG_KEY: ("error", "Sàn có trả lời, nhưng không nhận khóa."),
    HealthState.DOWN: ("error", "Sàn không trả lời."),
}
SOURCES = {
    Source.SET: "nhân viên sàn đã đặt",
    Source.LEARNED: "sàn vừa báo trong giờ qua",
    Source.DOCUMENTED: "theo tài liệu của sàn",
    Source.USUAL: "mức thường dùng, sàn không nói gì",
}
# Of the classes of failure, in the words of somebody who has to decide what to do.
CAUSES = {
    "Retryable": "Sàn lỗi hoặc không trả lời, đã thử đủ số lần",
    "OutcomeUnknown": "Không rõ sàn đã nhận chưa, đã xem đủ số lần",
    "RateLimited": "Sàn yêu cầu gửi chậm lại",
    "AuthExpired": "Phiên kết nối hết hạn",
    "AuthRevoked": "Sàn không nhận khóa",
    "ShopSuspended": "Sàn khóa gian hàng",
    "ValidationFailed": "Tin chưa đủ điều kiện của sàn",
    "RejectedByReview": "Người kiểm duyệt của sàn từ chối",
    "Conflict": "Trên sàn đã có tin trùng mã",
    "Conflict:two_objects": "Trên sàn có hai tin cùng mã của ta",
    "Conflict:version": "Trên sàn vừa có người sửa cùng lúc",
    "Conflict:locked": "Sàn đang khóa tin này",
    "NotFound": "Tin đã bị gỡ trên sàn",
    "Unsupported": "Sàn không hỗ trợ việc này",
    "ContractBroken": "Sàn trả lời khác tài liệu",
    "Permanent": "Sàn không nhận, không nói rõ hơn",
    "": "Chưa ghi nguyên nhân",
}

# Whatever code stands behind these, it tells an operator nothing more.
CAUSES_SAY_ALL = frozenset({"Conflict", "NotFound"})


def cause_words(cause: str) -> str:
    """What groups failures, in words; a platform's own code is told where we have no words for it."""
    name, _, code = cause.partition(":")
    if cause in CAUSES or name in CAUSES_SAY_ALL:
        return CAUSES.get(cause) or CAUSES[name]
    said = CAUSES.get(name, CAUSES["Permanent"])
    return f"{said} ({code})" if code else said


def breaker_words(flow: Flow | None) -> tuple[str, str]:
    """(kind of the design system, words) for the breaker."""
    if flow is None or flow.breaker == Flow.Breaker.CLOSED:
        return "good", "Sàn đang nhận tin."
    if flow.breaker == Flow.Breaker.HALF_OPEN:
        return "wait", "Đang gửi thử một tin xem sàn đã trả lời lại chưa."
    if flow.open_until is None or flow.open_until <= clock.now():
        return "warn", "Tạm ngừng vì sàn không trả lời. Tin kế tiếp sẽ được gửi thử ngay."
    return "warn", f"Tạm ngừng vì sàn không trả lời. Gửi thử lại lúc {moment(flow.open_until)}."


def way_words(connection: Connection, flow: Flow | None) -> tuple[str, str]:
    """(kind, one sentence) for how a connection does, worst news first."""
    today = clock.today()
    platform = connection.platform
    if platform.valid_to and platform.valid_to <= today:
        return "info", f"Sàn đã ngừng từ ngày {platform.valid_to:%d/%m/%Y}, nên không gửi gì."
    if platform.valid_from and platform.valid_from > today:
        return "info", f"Sàn mở từ ngày {platform.valid_from:%d/%m/%Y}, nên chưa gửi gì."
    if connection.stopped and may_be_chosen_anew(connection):
        return "wait", "Chưa nhập khóa của sàn, nên chưa gửi gì."
    if connection.stopped:
        return "bad", STOPPED[Connection.Stopped(connection.stopped)]
    if not connection.is_enabled:
        return "warn", "Đang tạm dừng. Tin mới vẫn được ghi lại và sẽ gửi khi chạy tiếp."
    if flow is not None and flow.paused_until and flow.paused_until > clock.now():
        return "wait", f"Sàn yêu cầu gửi chậm lại. Gửi tiếp lúc {moment(flow.paused_until)}."
    return breaker_words(flow)


LANES = {"content": "Nội dung", "offer": "Giá và số lượng"}
WORK = {
    PlatformListing.Work.QUEUED: "Chờ gửi",
    PlatformListing.Work.IN_FLIGHT: "Đang gửi",
    PlatformListing.Work.OUTCOME_UNKNOWN: "Đang kiểm tra lại trên sàn",
    PlatformListing.Work.AWAITING_OPERATOR: "Chờ nhân viên sàn làm",
    PlatformListing.Work.BLOCKED: "Chờ người bán sửa",
    PlatformListing.Work.DEAD: "Dừng lại, cần người xem",
}
