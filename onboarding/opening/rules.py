"""Who may open accounts in batches, and for which households a platform may be asked.

The people of a platform (`/san/`) are not among them: their role is bound to no platform and to no place, so this door
would show them the phones of the whole country. The commune hands them one sheet, with its own households on it.
"""

from __future__ import annotations

from django.db import models

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.producers.models import ProducerKind

OPENERS = (Role.COMMUNE,)
READERS = (Role.COMMUNE, Role.PROVINCE)
# The producers that are the household itself; a company or cooperative opens its account by its own people.
HOUSEHOLD_KINDS = (ProducerKind.FARM_HOUSEHOLD, ProducerKind.BUSINESS_HOUSEHOLD)
CONFIRM_WITHIN_DAYS = (
    30  # a result file older than this needs a look at the pages; its 180 days begin when it is confirmed
)
LINES_AT_MOST = 500  # more is another batch: a person at the platform works through it


class LeftOut(models.TextChoices):
    """Why a household is not put into a batch."""

    HAS_ACCOUNT = "has_account", "đã có gian hàng trên sàn này"
    WAITING = "waiting", "đang chờ sàn trả lời ở một lô khác"
    NO_PRODUCER = "no_producer", "chưa ghi là người bán"
    NO_CONSENT = "no_consent", "chưa đồng ý gửi thông tin cho sàn"
    NO_PHONE = "no_phone", "không có điện thoại riêng của chủ hộ; sàn gửi mã xác nhận vào số này"
    SHARED_PHONE = "shared_phone", "số điện thoại đang ghi cho nhiều hộ; mỗi số chỉ mở được một gian hàng"
    REFUSED = "refused", "sàn đã từ chối, và thông tin của hộ chưa được sửa từ đó"


class TakenBack(models.TextChoices):
    """Why a household left a list that waited. (A batch that was ended has words of its own.)"""

    CONSENT = "consent", "Hộ rút đồng ý gửi thông tin cho sàn."
    ENDED = "ended", "Hộ không còn trong sổ của xã."
    NO_PHONE = "no_phone", "Số điện thoại không còn là số riêng của chủ hộ."
    OTHER_PHONE = "other_phone", "Hộ đã đổi số điện thoại sau khi bảng ra khỏi xã."
    SHARED_PHONE = "shared_phone", "Số điện thoại đang ghi cho nhiều hộ."
    HAS_ACCOUNT = "has_account", "Hộ đã có gian hàng trên sàn này."
    MOVED = "moved", "Hộ đã chuyển sang xã khác."


BATCH_ENDED = "Xã kết thúc lô trước khi sàn trả lời."

WHAT_TO_DO: dict[str, str] = {
    LeftOut.NO_PRODUCER: "Tổ công nghệ số đến nhà, ghi hộ là người bán và hỏi ý kiến đồng ý.",
    LeftOut.NO_CONSENT: "Tổ công nghệ số đến nhà hỏi lại; hộ không muốn thì thôi.",
    LeftOut.NO_PHONE: "Hỏi hộ số riêng của chủ hộ rồi bấm «Sửa» ở trang của hộ.",
    LeftOut.SHARED_PHONE: "Hỏi số này là của hộ nào, rồi sửa số của các hộ kia; hộ ghi hai lần thì gộp lại.",
    LeftOut.REFUSED: "Sửa thông tin của hộ theo lý do sàn nêu, hoặc bấm nút gửi lại khi lý do ở phía sàn.",
    LeftOut.WAITING: "Nhập kết quả khi sàn trả lời, hoặc kết thúc lô kia.",
}


def can_open(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person may make batches for households of the commune, take their sheets and bring results."""
    return viewer.is_system or viewer.covers(commune, *OPENERS)


def can_confirm(viewer: Viewer, commune: Unit, importer_id: int | None) -> bool:
    """Whether this person may be the second one behind a result file: an officer of the commune or the province (a
    commune may have one officer only) who did not import it."""
    return viewer.user_id is not None and viewer.user_id != importer_id and viewer.covers(commune, *READERS)
