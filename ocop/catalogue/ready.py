"""What the catalogue tells the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.places.registry import register_use


def register() -> None:
    """Words of the trail and of the map's previews."""
    register_objects({"hand_indicator": "chỉ số nhập tay"})
    register_vocabulary(
        {
            "hand_indicator.added": "thêm chỉ số nhập tay",
            "hand_indicator.terms_written": "ghi cơ quan và cách tính của chỉ số nhập tay",
            "hand_indicator.target_set": "ghi mục tiêu của chỉ số nhập tay",
            "hand_indicator.target_removed": "bỏ mục tiêu của chỉ số nhập tay",
            "hand_indicator.figure_entered": "nhập số liệu bằng tay",
            "hand_indicator.figure_corrected": "sửa số liệu nhập tay",
            "hand_indicator.figure_withdrawn": "rút số liệu nhập tay",
        }
    )
    for table, words in (
        ("HandIndicator", "chỉ số nhập tay của tỉnh"),
        ("HandTerms", "cách tính của chỉ số nhập tay"),
        ("HandTarget", "mục tiêu của chỉ số nhập tay"),
        ("HandFigure", "số liệu nhập tay"),
    ):
        register_use(f"ocop.{table}", words)
