"""What leans on the map: upper slices say what their rows are called, so that a preview can count them."""

from __future__ import annotations

_words: dict[str, str] = {}


def register_use(model_label: str, words: str) -> None:
    """Say in Vietnamese what rows of a table ("onboarding.Household") are called; "" for rows that nobody has to know of, because
    they are worked out again by themselves. Called from `ready()`.

    Every table that points to a unit or a hamlet is counted; one that is not named here appears under its code name.
    """
    _words[model_label] = words


def words_for(model_label: str) -> str:
    """What rows of this table are called."""
    return _words.get(model_label, model_label)
