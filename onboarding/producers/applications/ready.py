"""What applications tell the registries of others; called once from `ready()`."""

from __future__ import annotations

from core.audit.registry import register_objects, register_subject_labels, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.messages.registry import register_message_kind
from core.people.reveal.registry import Revealable, register_revealable
from core.places.registry import register_use
from onboarding.producers.applications.kinds import APPLICATION_ANSWERED
from onboarding.producers.applications.queries import application_todos, labels_of_applicant, phone_of, tax_code_of
from onboarding.producers.applications.rules import DECIDERS
from onboarding.producers.kinds import MEMBER_ADDED


def register() -> None:
    """Words of the trail, the commune's section and to-do, the answer to applicants, masked values."""
    register_objects({"application": "đơn đăng ký bán hàng"})
    register_vocabulary(
        {
            "application.made": "gửi đơn đăng ký bán hàng",
            "application.withdrawn": "rút đơn đăng ký bán hàng",
            "application.confirmed": "xác nhận đơn đăng ký bán hàng",
            "application.refused": "chưa nhận đơn đăng ký bán hàng",
        }
    )
    register_use("onboarding.Application", "đơn đăng ký bán hàng")
    register_subject_labels(labels_of_applicant)
    register_message_kind(APPLICATION_ANSWERED)
    register_message_kind(MEMBER_ADDED)
    register_todos(application_todos)
    register_section(
        "Đơn đăng ký bán hàng",
        "applications",
        lambda viewer: viewer.has_role(*DECIDERS),
        about="Công ty, hợp tác xã, hộ kinh doanh tự đăng ký: xem và xác nhận.",
        order=45,
        room=Room.COMMUNE,
    )
    register_revealable("application-tax", Revealable("Mã số thuế trong đơn", tax_code_of, is_phone=False))
    register_revealable("application-phone", Revealable("Số điện thoại trong đơn", phone_of))
