"""Keeping platforms true: desired (what the seller wants), observed (what was seen), work (what is being done)."""
