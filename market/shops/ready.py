"""What this slice tells the registries of others; called once from `ready()`."""

from __future__ import annotations

from core.audit.registry import register_subject_labels, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.events.registry import subscribe
from core.messages.registry import register_message_kind
from core.people.models import Role
from core.people.reveal.registry import Revealable, register_revealable
from market.shops.actions.states import on_consents_recorded
from market.shops.kinds import BANK_CHANGED, MAKER_ANSWERED, MAKER_ASKED
from market.shops.queries import bank_account_of, labels_of_shops, maker_todos, shop_todos
from onboarding.consent.events import ConsentsRecorded


def register() -> None:
    """Words of the trail, to-dos, the bank account that its owner may look at, and what follows from a withdrawn consent."""
    register_vocabulary(
        {
            "shop.started": "lập gian hàng",
            "shop.opened": "mở gian hàng",
            "shop.changed": "sửa gian hàng",
            "shop.photos_changed": "sửa ảnh gian hàng",
            "shop.bank_changed": "đổi tài khoản nhận tiền",
            "shop.paused": "tạm nghỉ bán",
            "shop.closed": "đóng gian hàng",
            "shop.reopened": "mở lại gian hàng",
            "shop.maker_added": "thêm nhà sản xuất vào gian hàng",
            "shop.maker_ended": "thôi bán hàng của nhà sản xuất",
            "shop.maker_confirmed": "nhà sản xuất đồng ý cho gian hàng bán",
            "shop.maker_refused": "nhà sản xuất không cho gian hàng bán",
        }
    )
    register_subject_labels(labels_of_shops)
    for kind in (BANK_CHANGED, MAKER_ASKED, MAKER_ANSWERED):
        register_message_kind(kind)
    register_todos(shop_todos)
    register_todos(maker_todos)
    register_section(
        "Gian hàng của nhà không có điện thoại",
        "commune_shops",
        lambda viewer: viewer.has_role(Role.COMMUNE),
        about="Ghi theo giấy có chữ ký: tài khoản nhận tiền, đồng ý cho gian hàng chung bán hàng.",
        order=47,
        room=Room.COMMUNE,
    )
    register_revealable("shop-bank", Revealable("Tài khoản nhận tiền", bank_account_of, is_phone=False))
    subscribe(ConsentsRecorded, on_consents_recorded)
