"""Encrypted text with a blind index.

A key ring (`FIELD_KEYS`) encrypts with AES-256-GCM under its first, newest key; old keys still decrypt until
`manage.py rotate_field_keys` has brought everything under the newest. The blind index is a keyed hash of the normalised
value, so that equal phones can be found without being readable. The token is `v1.<key id>.<base64 nonce+ciphertext>`,
the key id authenticated with it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.lookups import In


class Undecipherable(ValueError):
    """The stored value was made with a key that is not in the ring, or was changed."""


# Derived over and over for every field of every row; a ring has few secrets and a register few purposes.
@functools.lru_cache(maxsize=64)
def _derive(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def _ring() -> Sequence[str]:
    ring: Sequence[str] = settings.FIELD_KEYS
    return ring


@functools.lru_cache(maxsize=16)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(_derive(secret, "encrypt"))


@functools.lru_cache(maxsize=16)
def _key_id(secret: str) -> str:
    return hashlib.sha256(b"lensan-key-id:" + secret.encode()).hexdigest()[:8]


def encrypt(text: str) -> str:
    """The token for `text`, made with the newest key; empty text stays empty."""
    if not text:
        return ""
    secret = _ring()[0]
    key_id = _key_id(secret)
    nonce = os.urandom(12)
    sealed = _cipher(secret).encrypt(nonce, text.encode(), key_id.encode())
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
                return _cipher(secret).decrypt(raw[:12], raw[12:], key_id.encode()).decode()
            except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
                raise Undecipherable("changed token") from error
    raise Undecipherable(f"no key {key_id}")


def is_newest(token: str) -> bool:
    """Whether a token was made with the newest key of the ring."""
    return token.startswith(newest_prefix())


def newest_prefix() -> str:
    """What every token of the newest key begins with."""
    return f"v1.{_key_id(_ring()[0])}."


def reencrypt(token: str) -> str:
    """The same text under the newest key; a token that is there already comes back as it is. Raises Undecipherable."""
    return token if not token or is_newest(token) else encrypt(decrypt(token))


def blind_index(value: str, purpose: str) -> str:
    """A 32-character keyed hash of a normalised value, different for every purpose; "" for "".

    Made with the newest key. To *find* a value use `blind_index_candidates` (or the lookup `phone_index__of`): while
    keys are being changed some rows still carry the hash of an older one.
    """
    return _index_under(_ring()[0], value, purpose) if value else ""


def blind_index_candidates(value: str, purpose: str) -> list[str]:
    """The hashes of a value under every key of the ring, newest first; [""] for ""."""
    return [_index_under(secret, value, purpose) for secret in _ring()] if value else [""]


def _index_under(secret: str, value: str, purpose: str) -> str:
    return hmac.new(_derive(secret, f"index:{purpose}"), value.encode(), hashlib.sha256).hexdigest()[:32]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is a token in the database and plain text in Python; it cannot be filtered on."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return decrypt(value) if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        raise NotImplementedError("encrypted text cannot be searched; use its blind index")


class BlindIndexField(models.CharField):  # type: ignore[type-arg]
    """The blind index of the encrypted field `of` beside it: written whenever its row is saved, rebuilt when keys change.

    Find rows with `phone_index__of="+84912345678"`, never with an index made by hand. A unique constraint on it holds
    under one key only: while keys are being changed the action must look (`__of`) before it writes.
    """

    def __init__(self, *, of: str, purpose: str, **options: Any) -> None:
        self.of, self.purpose = of, purpose
        super().__init__(**{"max_length": 32, "blank": True, "editable": False} | options)

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, options | {"of": self.of, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        index = blind_index(getattr(model_instance, self.of), self.purpose) or (None if self.null else "")
        setattr(model_instance, self.attname, index)
        return index


@BlindIndexField.register_lookup
class IndexOf(In):
    """`…_index__of=value`: rows whose encrypted value is this one, under whichever key their index was made."""

    lookup_name = "of"

    def get_prep_lookup(self) -> list[str]:
        field = self.lhs.output_field
        return blind_index_candidates(str(self.rhs), field.purpose)
