"""What these pages add to the registries below them, called once at start."""

from __future__ import annotations

from core.desk.registry import register_todos
from market.payments.stripe_api.desk.webhooks.queries import webhook_todos


def register() -> None:
    """Owners hear of endpoints that hear nothing."""
    register_todos(webhook_todos)
