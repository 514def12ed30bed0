"""What frames tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.places.registry import register_use
from ocop.frames.todos import frame_todos


def register() -> None:
    """Words of the trail and of the map's previews, and what waits for a signature."""
    register_objects({"frame": "mẫu số hộ"})
    register_vocabulary(
        {
            "frame.made": "lập mẫu số hộ",
            "frame.signed": "ký mẫu số hộ",
            "frame.replaced": "ký mẫu số hộ thay thế",
            "frame.cancelled": "rút mẫu số hộ chờ ký",
        }
    )
    register_use("ocop.Frame", "mẫu số hộ")
    register_todos(frame_todos)
