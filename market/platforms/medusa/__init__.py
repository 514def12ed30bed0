"""Shops on Medusa, over its admin API."""
