"""What the audit trail brings along: its words, the sealing, its page under my account."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_objects, register_subject_labels, register_vocabulary
from core.audit.sealing import seal_due, seal_late
from core.desk.registry import register_section
from core.desk.trail.queries import own_labels
from core.desk.trail.rules import can_read
from core.jobs.registry import register_periodic
from core.people.account.registry import AccountPage, register_account_page

WORDS = {
    "audit.details_erased": "xóa nội dung đã ghi kèm nhật ký",
    "audit.detail_read": "đọc nội dung đã ghi kèm nhật ký",
    "audit.exported": "tải nhật ký về",
    "field.revealed": "xem đầy đủ số đã che",
}
MY_DATA = AccountPage(
    _("Chuyện gì đã xảy ra với dữ liệu của tôi"), _("Ai đã ghi, sửa hay xem."), "/tai-khoan/du-lieu-cua-toi/", 55
)


def get_trail_ready() -> None:
    """Called once from `ready()`."""
    register_vocabulary(WORDS)
    register_objects({"user": "tài khoản", "grant": "quyền", "rows": "danh sách"})
    register_subject_labels(own_labels)
    register_periodic("audit.seal", timedelta(seconds=20), seal_due, label="Niêm phong nhật ký")
    register_periodic("audit.seal_late", timedelta(hours=1), seal_late, label="Niêm phong dòng nhật ký đến muộn")
    register_account_page(MY_DATA)
    register_section(_("Nhật ký"), "trail", can_read, about=_("Ai đã làm gì, lúc nào."), order=80)
