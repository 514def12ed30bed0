"""One plain sentence for every combination of wish, sight and work (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.kit import clock
from market.platforms.models import Connection, PlatformListing

Work, Observed = PlatformListing.Work, PlatformListing.Observed
REMOVED = "NotFound"  # the cause of a listing that is gone there
_UNDERWAY = (Work.QUEUED, Work.IN_FLIGHT)


class Offer(StrEnum):
    """What a seller may do about a listing on a platform."""

    SEND_AGAIN = "send_again"
    POST_AGAIN = "post_again"
    MEND = "mend"
    TURN_OFF = "turn_off"
    TURN_ON = "turn_on"


@dataclass(frozen=True)
class Situation:
    """A listing on a platform as it stands: the columns of its row, and what is known around it.

    `seen_at` is when it was last seen live, `counts` whether that still counts as live today, `is_missed` whether somebody
    looked since and it was gone. `is_late`: the platform's review takes longer than it said. `is_over`: the platform
    itself is no more. `stopped` is the connection's, `is_paused` says that a person holds it. `is_new`: nothing was ever asked for.
    """

    wanted: bool = True
    is_off: bool = False
    observed: str = Observed.ABSENT
    work: str = Work.IDLE
    offer_work: str = Work.IDLE
    is_sent: bool = True
    is_claimed: bool = False
    is_late: bool = False
    seen_at: datetime | None = None
    counts: bool = False
    is_missed: bool = False
    cause: str = ""
    trouble: str = ""
    offer_trouble: str = ""
    stopped: str = Connection.Stopped.NO
    is_paused: bool = False
    is_over: bool = False
    is_new: bool = False

    @property
    def was_removed(self) -> bool:
        """Whether it was taken away there, and a person has to decide."""
        return self.wanted and self.work == Work.DEAD and self.cause == REMOVED

    @property
    def is_refused(self) -> bool:
        """Whether the seller has something to mend; what was mended and is on its way again is no longer refused."""
        mends = Work.BLOCKED in {self.work, self.offer_work}
        return self.wanted and (mends or (self.observed == Observed.REJECTED and self.work == Work.IDLE))

    @property
    def is_stuck(self) -> bool:
        """Whether it goes on only when somebody says so."""
        return Work.DEAD in {self.work, self.offer_work}

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to be sent."""
        return not {self.work, self.offer_work} <= {Work.IDLE}

    @property
    def is_live(self) -> bool:
        """Whether it was seen there lately; nothing older is called live."""
        return self.wanted and self.observed == Observed.LIVE and self.counts


@dataclass(frozen=True)
class Told:
    """`kind` of the design system, the sentence, and what the seller may do, the likeliest first."""

    kind: str
    sentence: str
    offers: tuple[Offer, ...] = ()


def told_of(found: Situation) -> Told:
    """What a seller reads about it."""
    if found.is_new:
        return Told("info", "Chưa gửi lên sàn này.", (Offer.TURN_OFF,))
    if found.is_off or not found.wanted:
        return _unwanted(found)
    if found.is_over:
        return Told("info", "Sàn này đã ngừng hoạt động. Tin không được gửi nữa.")
    if found.was_removed:
        words = "Tin không còn trên sàn. Bạn chọn đăng lại hay thôi bán ở sàn này."
        return Told("bad", words, (Offer.POST_AGAIN, Offer.TURN_OFF))
    if found.work == Work.DEAD:
        words = found.trouble or "Sàn chưa nhận tin này. Hãy gửi lại hoặc hỏi người vận hành."
        return Told("bad", words, (Offer.SEND_AGAIN, Offer.TURN_OFF))
    if found.is_refused:
        return Told(
            "bad", "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại.", (Offer.MEND, Offer.SEND_AGAIN, Offer.TURN_OFF)
        )
    if found.offer_work == Work.DEAD:
        words = f"Sàn chưa nhận giá hoặc số lượng mới. {found.offer_trouble}".strip()
        return Told("bad", words, (Offer.SEND_AGAIN, Offer.TURN_OFF))
    kind, sentence = _held(found) or _there(found) or _on_its_way(found)
    return Told(kind, sentence, (Offer.TURN_OFF,))


def _unwanted(found: Situation) -> Told:
    offers = (Offer.TURN_ON,) if found.is_off else ()
    if found.is_stuck:
        return Told("bad", f"Chưa gỡ được khỏi sàn. {found.trouble}".strip(), (Offer.SEND_AGAIN, *offers))
    if found.work == Work.OUTCOME_UNKNOWN:
        return Told("wait", "Chưa rõ sàn đã gỡ hay chưa. Hệ thống đang kiểm tra lại.", offers)
    if found.work == Work.AWAITING_OPERATOR:
        return Told("wait", "Chờ nhân viên sàn gỡ xuống.", offers)
    if found.work != Work.IDLE:
        return Told("wait", "Đang gỡ khỏi sàn.", offers)
    return Told("info", "Bạn không bán ở sàn này." if found.is_off else "Không còn trên sàn.", offers)


def _held(found: Situation) -> tuple[str, str] | None:
    """Said calmly: the connection stands still, the listing is as good as before."""
    if not found.is_waiting and found.observed != Observed.PENDING:
        return None
    there = "Tin vẫn trên sàn. " if found.is_live else ""
    if found.stopped == Connection.Stopped.SHOP:
        return (
            "wait",
            f"{there}Sàn đang tạm khóa gian hàng, nên chưa gửi được gì thêm. Khi sàn mở lại, tin tự gửi tiếp.",
        )
    if found.stopped:
        return (
            "wait",
            f"{there}Kết nối với sàn đang dừng, người vận hành sẽ nối lại. Tin của bạn giữ nguyên và tự gửi tiếp.",
        )
    if found.is_paused:
        return "wait", f"{there}Người vận hành đang tạm ngừng gửi lên sàn này. Tin của bạn giữ nguyên và tự gửi tiếp."
    return None


def _there(found: Situation) -> tuple[str, str] | None:
    if found.observed != Observed.LIVE:
        return None
    later = " Bản sửa mới đang chờ gửi." if found.is_waiting else ""
    if found.counts:
        return "good", f"Đã lên sàn.{later}"
    if found.seen_at is None:
        return "warn", f"Sàn báo đã đăng, chưa ai thấy trang bán.{later}"
    missed = " Lần xem sau không còn thấy." if found.is_missed else ""
    return "warn", f"Lần cuối thấy trên sàn {ago(found.seen_at)}.{missed}{later}"


def _on_its_way(found: Situation) -> tuple[str, str]:
    if found.work == Work.OUTCOME_UNKNOWN:
        return "wait", "Chưa rõ sàn đã nhận hay chưa. Hệ thống đang kiểm tra lại."
    if found.work in _UNDERWAY:
        return "wait", found.trouble or "Đang gửi lên sàn."
    if found.is_claimed:
        return "wait", "Sàn báo đã đăng. Chờ người mở trang xem và xác nhận."
    if found.work == Work.AWAITING_OPERATOR:
        return "wait", "Chờ nhân viên sàn đăng." if found.is_sent else "Chờ đưa vào tệp gửi cho sàn."
    if found.observed == Observed.SUSPENDED:
        return "warn", "Sàn đang tạm ẩn tin này."
    if found.observed == Observed.UNKNOWN:
        return "wait", "Chưa rõ tin còn trên sàn hay không. Hệ thống đang kiểm tra lại."
    if found.observed == Observed.ABSENT:
        return "info", "Tin chưa có trên sàn."
    if found.is_late:
        return "warn", "Sàn duyệt lâu hơn dự kiến. Bạn không phải làm gì, hệ thống vẫn đang hỏi sàn."
    return "wait", "Sàn đang duyệt."


def sight_of(found: Situation) -> str:
    """When it was seen, in the words of evidence; "" where the sentence says so already, or nobody saw it."""
    if found.seen_at is None or (found.observed == Observed.LIVE and found.wanted and not found.counts):
        return ""
    if found.is_live:
        return f"Đã thấy trên sàn lúc {_moment(found.seen_at)}."
    return f"Lần cuối thấy trên sàn {ago(found.seen_at)}."


def ago(then: datetime) -> str:
    """ "hôm nay", "hôm qua", "12 ngày trước", by the days of Vietnam."""
    days = (clock.today() - clock.day_of(then)).days
    return {0: "hôm nay", 1: "hôm qua"}.get(days, f"{days} ngày trước")


def _moment(then: datetime) -> str:
    local = then.astimezone(clock.VIETNAM)
    return f"{local:%H:%M} hôm nay" if clock.day_of(then) == clock.today() else f"{local:%H:%M, %d/%m/%Y}"
