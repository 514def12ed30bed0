"""What the editor's menu leaves out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks


@hooks.register("construct_settings_menu")
def without_users_and_groups(request: HttpRequest, menu_items: list[Any]) -> None:
    """Who may do what is decided on our own pages."""
    menu_items[:] = [item for item in menu_items if item.name not in {"users", "groups"}]
