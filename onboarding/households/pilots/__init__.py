"""Communes that try something first."""
