"""How alike households are, and who decides."""

from onboarding.matching.rules.likeness import STRONG, THRESHOLD, Likeness, reason_words

__all__ = ["STRONG", "THRESHOLD", "Likeness", "reason_words"]
