"""Writes of second looks: verifying households, and samples that are visited again."""
