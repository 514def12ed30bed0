"""When a slip may be printed. A slip opens a log-in, so it never opens one that somebody is already using."""

from __future__ import annotations

from onboarding.fieldwork.slips.queries import Owner
from onboarding.producers.models import Producer

NO_PRODUCER = "Hộ này mới có tên trong danh sách. Hãy đến đăng ký hộ trên ứng dụng thực địa trước, rồi in phiếu."
IN_USE = (
    "Chủ hộ đã vào và đặt mật khẩu, nên không in phiếu nữa. Quên mật khẩu thì cán bộ xã giúp ở mục «Giúp đăng nhập»."
)
WORKS_HERE = "Chủ hộ này còn có việc khác trong hệ thống, nên phiếu chỉ do người giao quyền cấp ở mục «Giúp đăng nhập»."
LOCKED = "Tài khoản của chủ hộ đang bị khóa. Hãy hỏi cán bộ xã."


def why_no_slip(producer: Producer | None, owner: Owner | None) -> str:
    """ "" when a slip may be printed; else a Vietnamese sentence with what to do."""
    if producer is None:
        return NO_PRODUCER
    if owner is None:
        return ""
    if not owner.user.is_active:
        return LOCKED
    if owner.user.has_usable_password() or owner.user.last_login is not None:
        return IN_USE
    return WORKS_HERE if owner.has_grant else ""
