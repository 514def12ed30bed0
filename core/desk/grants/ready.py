"""What grants register once, when the ground storey gets ready."""

from __future__ import annotations

from core.desk.grants.queries import grant_todos
from core.desk.registry import register_todos


def get_grants_ready() -> None:
    """To-dos of those who give grants."""
    register_todos(grant_todos)
