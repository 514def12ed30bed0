"""What the operator's pages add to the registries below them, called once at start."""

from __future__ import annotations

from core.audit.registry import register_vocabulary
from core.desk.registry import register_todos
from market.platforms.running.todos import operator_todos

VOCABULARY = {
    "connection.authorised": "nối với sàn",
    "connection.rotated": "thay khóa kết nối",
    "connection.paused": "tạm dừng kết nối",
    "connection.resumed": "cho kết nối chạy tiếp",
    "connection.limits_set": "đặt giới hạn gửi",
}


def register() -> None:
    """Words of the trail, to-dos of operators."""
    register_vocabulary(VOCABULARY)
    register_todos(operator_todos)
