"""What the operator's pages add to the registries below them, called once at start."""

from __future__ import annotations

from core.audit.registry import register_vocabulary
from core.desk.registry import register_todos
from core.jobs.registry import register_job
from market.platforms.running.actions.dead import redrive
from market.platforms.running.queries.dead import REDRIVE
from market.platforms.running.todos import operator_todos

VOCABULARY = {
    "connection.made": "chọn cách nối với sàn",
    "connection.authorised": "nối với sàn",
    "connection.rotated": "thay khóa kết nối",
    "connection.paused": "tạm dừng kết nối",
    "connection.resumed": "cho kết nối chạy tiếp",
    "connection.limits_set": "đặt giới hạn gửi",
    "connection.redriven": "gửi lại các tin bị dừng",
}


def register() -> None:
    """Words of the trail, to-dos of operators, sending again in the background."""
    register_vocabulary(VOCABULARY)
    register_todos(operator_todos)
    register_job(REDRIVE, redrive, label="gửi lại các tin bị dừng")
