"""What second looks register once."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.events.registry import subscribe
from core.places.events import MapTurned
from onboarding.checks.actions.moving import follow_map


def register() -> None:
    """The words of the trail, and that samples follow the map."""
    subscribe(MapTurned, follow_map)
    register_objects({"sample": "mẫu kiểm tra lại"})
    register_vocabulary(
        {
            "household.verified": "xác minh hộ",
            "household.verification_taken_back": "bỏ xác minh hộ",
            "sample.drawn": "rút mẫu kiểm tra lại",
            "revisit.recorded": "ghi kết quả kiểm tra lại",
        }
    )
