"""Gathers the staff screens of this storey."""

import core.people.admin  # noqa: F401
