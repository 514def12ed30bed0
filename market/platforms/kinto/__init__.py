"""Goods as records in a Kinto store."""
