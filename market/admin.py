"""Gathers the staff screens of this storey."""

import market.platforms.admin  # noqa: F401
