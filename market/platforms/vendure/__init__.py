"""Shops on Vendure, over its admin API (GraphQL)."""
