"""The draw of a sample: the same seed and the same frame give the same households, to anybody. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from uuid import UUID


def frame_hash(frame: Iterable[UUID]) -> str:
    """SHA-256 of the record ids, sorted, one a line."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(map(str, frame))).encode()).hexdigest()


def sample_size(frame_size: int, per_mille: int) -> int:
    """So many per thousand of the frame, rounded up."""
    return -(-frame_size * per_mille // 1000)


def draw(frame: Iterable[UUID], *, seed: str, per_mille: int) -> Sequence[UUID]:
    """The households drawn, in the order of HMAC-SHA256(seed, record id)."""
    ordered = sorted(frame, key=lambda each: hmac.new(seed.encode(), str(each).encode(), hashlib.sha256).hexdigest())
    return ordered[: sample_size(len(ordered), per_mille)]


def packed(frame: Iterable[UUID]) -> bytes:
    """A frame for keeping: the ids sorted, 16 bytes each."""
    return b"".join(each.bytes for each in sorted(frame, key=str))


def unpacked(kept: bytes | memoryview[int]) -> list[UUID]:
    """The ids of a kept frame."""
    ids = bytes(kept)
    return [UUID(bytes=ids[start : start + 16]) for start in range(0, len(ids), 16)]
