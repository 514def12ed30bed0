"""Encrypted text with a blind index.

A key ring (`FIELD_KEYS`, newest first) encrypts with AES-256-GCM; old keys still decrypt. The blind index is
a keyed hash of the normalised value, so that equal phones can be found without being readable. The token is
`v1.<key id>.<base64 nonce+ciphertext>`, the key id authenticated with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


class Undecipherable(ValueError):
    """The stored value was made with a key that is not in the ring, or was changed."""


def _derive(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def _ring() -> Sequence[str]:
    ring: Sequence[str] = settings.FIELD_KEYS
    return ring


def _key_id(secret: str) -> str:
    return hashlib.sha256(b"lensan-key-id:" + secret.encode()).hexdigest()[:8]


def encrypt(text: str) -> str:
    """The token for `text`, made with the newest key; empty text stays empty."""
    if not text:
        return ""
    secret = _ring()[0]
    key_id = _key_id(secret)
    nonce = os.urandom(12)
    sealed = AESGCM(_derive(secret, "encrypt")).encrypt(nonce, text.encode(), key_id.encode())
    return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(token: str) -> str:
    """The text of a token. Raises Undecipherable."""
    if not token:
        return ""
    try:
        version, key_id, body = token.split(".", 2)
        raw = base64.urlsafe_b64decode(body)
    except ValueError as error:
        raise Undecipherable("not a token") from error
    for secret in _ring():
        if version == "v1" and _key_id(secret) == key_id:
            try:
                return AESGCM(_derive(secret, "encrypt")).decrypt(raw[:12], raw[12:], key_id.encode()).decode()
            except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
                raise Undecipherable("changed token") from error
    raise Undecipherable(f"no key {key_id}")


def blind_index(value: str, purpose: str) -> str:
    """A 32-character keyed hash of a normalised value, different for every purpose; "" for "".

    The index key is the oldest key of the ring, so that adding a key does not orphan the indexes.
    """
    if not value:
        return ""
    key = _derive(_ring()[-1], f"index:{purpose}")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is a token in the database and plain text in Python; it cannot be filtered on."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return decrypt(value) if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        raise NotImplementedError("encrypted text cannot be searched; use its blind index")
