"""Everything that is written here: pairs, decisions, merges, shared phones."""
