"""What production refuses to start with: demo secrets, doubles, debug, missing keys. Run by every command and server."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from config import env
from core.people.models import User
from ocop.reports import signing


def problems() -> list[str]:
    """The sentences, one for each unsafe or missing value; empty outside production."""
    if not env.PRODUCTION:
        return []
    found = []
    if len(env.SECRET_KEY) < 50 or env.SECRET_KEY == env.DEMO_SECRET:
        found.append("SECRET_KEY must be set to at least 50 random characters.")
    if not env.FIELD_KEYS or any(len(key) < 32 or key == env.DEMO_FIELD_KEY for key in env.FIELD_KEYS):
        found.append("FIELD_KEYS must hold at least one key of 32 or more random characters.")
    if len(env.PERSONAL_ID_KEY) < 32 or env.PERSONAL_ID_KEY == env.DEMO_PERSONAL_ID_KEY:
        found.append("PERSONAL_ID_KEY must be set to at least 32 random characters, and never change.")
    if env.DEBUG:
        found.append("DEBUG must be off.")
    if not env.ALLOWED_HOSTS or "*" in env.ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS must name the hosts of this service.")
    if not env.BASE_URL.startswith("https://"):
        found.append("BASE_URL must be the public https address.")
    if env.SELLING not in {"direct", "showcase"}:
        found.append("SELLING must be set to direct or showcase.")
    if env.SELLING == "direct":
        found += _payment_problems()
    found += _message_problems()
    found += _proxy_problems()
    if env.SANDBOX_MARKET_KEY:
        found.append("SANDBOX_MARKET_KEY must be unset: the simulated marketplace is no platform.")
    if env.DATABASE_URL.startswith("sqlite"):
        found.append("DATABASE_URL must name a PostgreSQL database.")
    return found


@register(Tags.database)
def no_demo_people(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Demo people have passwords and second factors that everybody knows. They are turned away in production anyway; a
    database that holds them is one that should not serve."""
    if not env.PRODUCTION or not databases:
        return []
    try:
        found = User.objects.filter(is_demo=True).exists()
    except DatabaseError:  # before the first migration there is nobody
        return []
    if not found:
        return []
    return [Error("The database holds the demo world; production needs one of its own.", id="lensan.E002")]


@register()
def reports_can_be_signed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A certificate for official reports that could not sign is an error in the settings; one that has run out stops nothing else, so
    that only the signing waits for a new one."""
    if not signing.is_wanted():
        return []
    if not signing.HAS_LIBRARY:
        return [
            Error(
                "REPORT_SIGNING_FILE is set, but the library that signs is missing: run python3 config/bootstrap.py tools.",
                id="lensan.E003",
            )
        ]
    if not settings.REPORT_SIGNING["password"]:
        return [Error("REPORT_SIGNING_FILE is set without REPORT_SIGNING_PASSWORD.", id="lensan.E003")]
    try:
        found = signing.certificate()
    except signing.SigningRefused as refusal:
        sentence = f"REPORT_SIGNING_FILE and REPORT_SIGNING_PASSWORD cannot be used: {refusal}"
        return [Error(sentence, id="lensan.E003")]
    if not signing.is_in_force(found):
        days = f"{found.not_valid_before_utc:%Y-%m-%d} to {found.not_valid_after_utc:%Y-%m-%d}"
        return [
            Warning(
                f"The certificate of REPORT_SIGNING_FILE is valid from {days}: reports stay unsigned.", id="lensan.W003"
            )
        ]
    return []


def _payment_problems() -> Iterable[str]:
    if env.VNPAY_TMN_CODE in {"", "DEMO0001"} or env.VNPAY_HASH_SECRET in {"", env.DEMO_HASH_SECRET}:
        yield "VNPAY_TMN_CODE and VNPAY_HASH_SECRET must be those of the real terminal."
    for name, address in (("VNPAY_PAY_URL", env.VNPAY_PAY_URL), ("VNPAY_API_URL", env.VNPAY_API_URL)):
        host = urlsplit(address).hostname or ""
        if not address.startswith("https://") or address.startswith(env.VNPAY_DOUBLE) or host.startswith("sandbox."):
            yield f"{name} must be VNPAY's https address, not its sandbox and not a double."
    if env.VNPAY_TEST_TMN_CODE:
        yield from _trial_problems()
    if not _are_networks(env.VNPAY_IPN_ADDRESSES):
        yield "VNPAY_IPN_ADDRESSES must name VNPAY's addresses or networks (113.52.45.78), or be unset."


def _trial_problems() -> Iterable[str]:
    """Trials of connected applications: a terminal of their own, at VNPAY's. Everybody can pay at a double."""
    if env.VNPAY_TEST_TMN_CODE in {env.VNPAY_TMN_CODE, "DEMO0001"}:
        yield "VNPAY_TEST_TMN_CODE must be another terminal than VNPAY_TMN_CODE, or be unset."
    if env.VNPAY_TEST_HASH_SECRET in {"", env.VNPAY_HASH_SECRET, env.DEMO_HASH_SECRET}:
        yield "VNPAY_TEST_HASH_SECRET must be the secret of the test terminal alone."
    addresses = (("VNPAY_TEST_PAY_URL", env.VNPAY_TEST_PAY_URL), ("VNPAY_TEST_API_URL", env.VNPAY_TEST_API_URL))
    for name, address in addresses:
        if not address.startswith("https://") or address.startswith(env.VNPAY_DOUBLE):
            yield f"{name} must be VNPAY's https address and not a double."


def _are_networks(written: list[str]) -> bool:
    """Whether all of them are addresses or networks, and none of them is everybody."""
    try:
        return all(ipaddress.ip_network(each.strip(), strict=False).prefixlen > 0 for each in written)
    except ValueError:
        return False


def _proxy_problems() -> Iterable[str]:
    """Production stands behind a proxy that ends TLS. Without its address every visitor would be one, and the limits of
    one would be those of all; with too wide a network anybody could write any address."""
    sentence = "TRUSTED_PROXIES must name the addresses or networks of the proxy in front (10.0.0.5, 172.16.0.0/24)."
    if not env.TRUSTED_PROXIES or not _are_networks(env.TRUSTED_PROXIES):
        yield sentence


def _message_problems() -> Iterable[str]:
    if env.SMS_ADAPTER not in {"http", "off"}:
        yield "SMS_ADAPTER must be http, or off where nobody signs in by phone: the log adapter writes codes into the log."
    elif env.SMS_ADAPTER == "http" and not (env.SMS_URL.startswith("https://") and env.SMS_KEY and env.SMS_SENDER):
        yield "SMS_URL must be the provider's https address, SMS_KEY and SMS_SENDER those of the account."
    if env.SMS_INBOUND_KEY and len(env.SMS_INBOUND_KEY) < 32:
        yield "SMS_INBOUND_KEY must be at least 32 random characters, or unset."
    if env.EMAIL_URL.startswith("console"):
        yield "EMAIL_URL must name a mail server, or be unset: mails do not belong into the log."


@register()
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each problem as an error, so that the service does not start."""
    return [Error(sentence, id="lensan.E001") for sentence in problems()]
