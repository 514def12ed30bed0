"""What certificates register once."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.imports.registry import register_import_kind
from core.jobs.registry import register_periodic
from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind, register_message_kind
from ocop.certificates.actions.deciding import GIVEN_BACK
from ocop.certificates.actions.telling import ENDING
from ocop.certificates.jobs import tell_makers
from ocop.certificates.lists import PaperKind
from ocop.certificates.todos import certificate_todos


def register() -> None:
    """Words of the trail, messages, the job of the day, to-dos."""
    register_objects({"certificate": "giấy chứng nhận", "certificate_entry": "giấy OCOP chờ xác nhận"})
    register_vocabulary(
        {
            "certificate.recorded": "ghi giấy chứng nhận",
            "certificate.changed": "sửa giấy chứng nhận",
            "certificate.revoked": "thu hồi giấy chứng nhận",
            "certificate.entered": "nhập giấy OCOP, chờ người thứ hai",
            "certificate.confirmed": "xác nhận giấy OCOP đã nhập",
            "certificate.given_back": "trả lại giấy OCOP đã nhập",
            "certificate.entry_withdrawn": "rút giấy OCOP đã nhập",
            "renewal.recorded": "ghi hồ sơ đánh giá lại, nâng hạng",
            "renewal.decided": "ghi kết quả hồ sơ đánh giá lại, nâng hạng",
        }
    )
    for code, label, template in (
        (ENDING, "Giấy chứng nhận OCOP sắp hết hạn", "ocop/certificates/messages/ending.txt"),
        (GIVEN_BACK, "Giấy OCOP bị trả lại", "ocop/certificates/messages/given_back.txt"),
    ):
        register_message_kind(
            MessageKind(code=code, label=label, purpose=Purpose.SERVICE, templates={Channel.INBOX: template})
        )
    register_periodic(
        "certificates.ending", timedelta(days=1), tell_makers, label="báo giấy OCOP sắp hết hạn", at=time(0, 5)
    )
    register_todos(certificate_todos)
    register_import_kind(PaperKind())
