"""Gathers the tables of all slices of this storey."""

from ocop.certificates.models import Certificate
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct

__all__ = ["Certificate", "OcopProduct", "PresenceLink"]
