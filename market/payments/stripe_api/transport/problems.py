"""What a program is told when a request cannot be done, in Stripe's words.

Source: Stripe's reference of errors: `{"error": {"type", "code", "message", "param", …}}`.
"""

from __future__ import annotations

from typing import Any

INVALID = "invalid_request_error"


class Problem(Exception):
    """A request that was refused: `status` is HTTP's, `message` an English sentence for the developer of the program, `param` the
    field as it was written (`line_items[0][quantity]`). `more` are further members of the error."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "",
        param: str = "",
        kind: str = INVALID,
        is_worth_repeating: bool | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.code, self.param, self.kind = message, status, code, param, kind
        self.is_worth_repeating, self.more = is_worth_repeating, more or {}

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error | self.more}


def missing(name: str, param: str, public_id: str) -> Problem:
    """There is no such object, or it is another application's, or of the other mode: one answer for all of them."""
    return Problem(f"No such {name}: '{public_id[:80]}'", status=404, code="resource_missing", param=param)


def unexpected_state(message: str, intent: dict[str, Any] | None = None) -> Problem:
    """The payment is not in a state in which this can be done; with the payment as it is."""
    return Problem(message, code="payment_intent_unexpected_state", more={"payment_intent": intent} if intent else None)
