"""Writes of the re-check: drawing, and what became of what was drawn."""
