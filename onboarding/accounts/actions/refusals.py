"""Why an account, a link or a look is not taken; the messages are for people."""

from __future__ import annotations


class AccountRefused(Exception):
    """The account cannot be kept so; the message is for people."""


class SellerTaken(AccountRefused):
    """The seller id belongs to another open account."""

    def __init__(self) -> None:
        super().__init__("Mã người bán này đã được ghi cho một gian hàng khác.")


class LinkRefused(Exception):
    """The address cannot be this platform's product page of this producer; the message is for people."""


class OwnClaim(PermissionError):
    """Somebody would confirm a link or an account that they claimed themselves."""


class PlatformRefused(Exception):
    """A platform cannot be kept so; the message is for people, `field` is what it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
