"""What markets tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.events.registry import subscribe
from core.people.reveal.registry import Revealable, register_revealable
from core.places.events import MapTurned
from core.places.registry import register_use
from onboarding.markets.actions import follow_map
from onboarding.markets.queries.lists import phone_of_holder
from onboarding.markets.rules import READERS
from onboarding.markets.todos import market_todos


def register() -> None:
    """Called once, from the app's `ready()`."""
    subscribe(MapTurned, follow_map)
    register_use("onboarding.Market", "chợ")
    register_todos(market_todos)
    register_revealable("stallholder-phone", Revealable("Số điện thoại của chủ sạp", phone_of_holder))
    register_section(
        "Chợ 4.0",
        "markets",
        lambda viewer: viewer.has_role(*READERS),
        about="Chợ nào có sạp nào, mã nhận tiền của sạp có đúng chủ sạp không, và tháng này sạp có dùng mã không.",
        order=42,
        room=Room.COMMUNE,
    )
    register_objects({"digital_market": "chợ", "stall": "sạp"})
    register_vocabulary(
        {
            "digital_market.added": "thêm chợ",
            "digital_market.changed": "sửa thông tin chợ",
            "digital_market.closed": "ghi ngày chợ thôi hoạt động",
            "digital_market.reopened": "mở lại chợ",
            "stall.added": "thêm sạp",
            "stall.holder_set": "ghi chủ sạp",
            "stall.closed": "ghi ngày sạp thôi hoạt động",
            "stall.reopened": "mở lại sạp",
            "stall.checked": "kiểm tra mã nhận tiền của sạp",
            "stall.name_decided": "quyết định tên gần giống chủ sạp",
            "stall.use_told": "ghi sạp khai dùng mã trong tháng",
        }
    )
