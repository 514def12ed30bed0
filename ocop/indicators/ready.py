"""What indicators tell the rest of the house when it starts."""

from __future__ import annotations

from ocop.frames.registry import register_rate
from ocop.indicators.households import verified_of


def register() -> None:
    """The rate of a frame."""
    register_rate("Hộ có gian hàng đã được xác minh", verified_of)
