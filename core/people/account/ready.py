"""What accounts bring along: their words for the trail, their jobs, their pages."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_vocabulary
from core.jobs.registry import register_periodic
from core.kit.rotation import register_token_store
from core.people.account.jobs import lock_idle_staff, tidy
from core.people.account.registry import AccountPage, register_account_page
from core.people.devices.views import TEAM
from core.people.helping.rules import HELPERS
from core.people.second_factor.rotation import rotate_secrets

WORDS = {
    "phone.set": "đổi số điện thoại đăng nhập",
    "password.changed": "đổi mật khẩu",
    "sessions.ended": "đăng xuất khỏi nơi khác",
    "person.locked": "khóa tài khoản",
    "person.opened": "mở lại tài khoản",
    "device.trusted": "đặt mã PIN trên thiết bị",
    "device.removed": "bỏ mã PIN trên thiết bị",
    "second_factor.enrolled": "đặt bước hai",
    "second_factor.recovery_used": "đăng nhập bằng mã dự phòng",
    "second_factor.codes_renewed": "tạo mã dự phòng mới",
    "second_factor.ended": "bỏ bước hai",
}
PAGES = (
    AccountPage(_("Thiết bị và nơi đang đăng nhập"), _("Xem, đăng xuất từng nơi hoặc mọi nơi."), "/tai-khoan/thiet-bi/", 10),
    AccountPage(_("Mật khẩu"), _("Đổi mật khẩu."), "/tai-khoan/mat-khau/", 20),
    AccountPage(_("Số điện thoại"), _("Số nhận mã đăng nhập."), "/tai-khoan/dien-thoai/", 21),
    AccountPage(_("Bước hai"), _("Mã từ ứng dụng trên điện thoại, sau mật khẩu."), "/tai-khoan/buoc-hai/", 22),
    AccountPage(
        _("Mã PIN trên thiết bị này"), _("Vào nhanh khi đi thực địa."), "/tai-khoan/ma-pin/", 23,
        lambda viewer: viewer.has_role(*TEAM),
    ),
    AccountPage(
        _("Giúp người khác đăng nhập"), _("Mất điện thoại, tài khoản bị khóa."), "/ban-viec/dang-nhap/", 60,
        lambda viewer: viewer.has_role(*HELPERS),
    ),
)  # fmt: skip


def get_accounts_ready() -> None:
    """Called once from `ready()`."""
    register_vocabulary(WORDS)
    register_periodic("people.tidy", timedelta(hours=1), tidy, label="Dọn mã và phiên đã hết hạn")
    register_periodic(
        "people.lock_idle", timedelta(days=1), lock_idle_staff, label="Khóa tài khoản bỏ không 45 ngày", at=time(1, 30)
    )
    register_token_store("mfa.authenticator", rotate_secrets)
    for page in PAGES:
        register_account_page(page)
