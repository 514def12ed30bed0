"""Gathers the tables of all slices of this storey."""

from search.documents.models import SearchDocument

__all__ = ["SearchDocument"]
