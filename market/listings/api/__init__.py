"""Goods and stock for programs."""
