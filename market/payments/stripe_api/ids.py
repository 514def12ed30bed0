"""Numbers that cannot be guessed, in Stripe's shapes."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """ "pi_3f…": the prefix and so many letters and digits; 24 of them hold 142 bits."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"
