"""A call of GraphQL that brings a file along, as the multipart request that Vendure takes. Pure.

Source: the GraphQL multipart request specification, and Apollo's guard against forged forms, which wants a header of its own.
"""

from __future__ import annotations

import json
import secrets

from market.platforms.vendure.operations import Operation

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


def multipart(operation: Operation, file_name: str, content_type: str, content: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body of a call whose variable `file` is this file."""
    boundary = secrets.token_hex(16)
    asked = {"operationName": operation.name, "query": operation.text, "variables": {"file": None}}
    parts = [
        _part("operations", json.dumps(asked).encode()),
        _part("map", json.dumps({"0": ["variables.file"]}).encode()),
        _part("0", content, f'; filename="{file_name}"\r\nContent-Type: {content_type}'),
    ]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part for part in parts) + f"--{boundary}--\r\n".encode()
    return {"Content-Type": f"multipart/form-data; boundary={boundary}", "Apollo-Require-Preflight": "true"}, body


def _part(name: str, content: bytes, more: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
