"""What screens tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.places.registry import register_use


def register() -> None:
    """Words of the trail and of the map's previews."""
    register_objects({"screen": "màn hình"})
    register_vocabulary({"screen.made": "tạo đường dẫn màn hình", "screen.revoked": "thu hồi đường dẫn màn hình"})
    register_use("ocop.ScreenLink", "đường dẫn màn hình")
