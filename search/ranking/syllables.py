"""What can be a Vietnamese syllable. Pure.

Whoever writes «bia» wrote a word, whether or not anything here is called so; «mamm» is none, so a finger slipped.
"""

from __future__ import annotations

import re

# Letters without marks, as `wording.folded_word` gives them: several sounds fall together, which only lets more pass.
_ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|[bcdghklmnprstvx])?"
_A, _E, _I = (
    "a(?:ch?|i|m|ng?|nh|o|p|t|u|y)?",
    "e(?:ch?|m|ng?|nh|o|p|t|u)?",
    "i(?:a|ch?|e(?:c|m|ng?|p|t|u)|m|n|nh|p|t|u)?",
)
_O = "o(?:c|i|m|ng?|p|t|o(?:c|ng)|a(?:ch?|i|m|ng?|nh|o|p|t|y)?|e(?:m|n|o|t)?)?"
_U = "u(?:c|i|m|ng?|p|t|u|a(?:ng?|t|y)?|e(?:ch|n|nh|t|u)?|o(?:c|i|m|ng?|p|t|u)?|y(?:a|ch|en|et|n|nh|p|t|u)?)?"
_Y = "y(?:e(?:m|ng?|t|u))?"
_AFTER_QU = f"{_A}|{_E}|i(?:t|nh?|ch)?|o[ci]|y(?:ch|en|et|nh?|t)?"
_SYLLABLE = re.compile(f"{_ONSET}(?:{_A}|{_E}|{_I}|{_O}|{_U}|{_Y})|qu(?:{_AFTER_QU})")


def is_syllable(folded: str) -> bool:
    """Whether a word without marks can be a Vietnamese syllable: «thuoc» can, «thuocc» and «iphone» cannot."""
    return bool(_SYLLABLE.fullmatch(folded))
