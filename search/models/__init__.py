"""Gathers the tables of all slices of this storey."""

from search.documents.models import SearchDocument
from search.engines.elastic.models import Outgoing, Rebuild, Refused
from search.upkeep.models import Check, Miss

__all__ = ["Check", "Miss", "Outgoing", "Rebuild", "Refused", "SearchDocument"]
