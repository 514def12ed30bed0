"""What slips tell the rest of the house."""

from __future__ import annotations

from core.audit.registry import register_vocabulary


def register() -> None:
    """The audit words of slips."""
    register_vocabulary({"entry_slip.printed": "in phiếu vào lần đầu cho hộ"})
