"""HTTP to a Kinto store: the only file here that touches the network."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.kit import outbound
from market.platforms.calling import call
from market.platforms.contract import ConnectionSettings, NotFound, RemotePage, RemoteSnapshot
from market.platforms.kinto import wire

USER_NAME, PASSWORD_NAME, BUCKET_NAME, COLLECTION_NAME = "user", "password", "bucket", "collection"
PAGE_SIZE = 50


@dataclass(frozen=True)
class Client:
    """One collection, for one account; `credentials` have both."""

    connection: ConnectionSettings

    def check(self) -> None:
        """Read the collection. Raises PlatformFailure when calls would not be served."""
        self._call("GET", self._collection)

    def record(self, record_id: str) -> RemoteSnapshot:
        """One record. Raises NotFound."""
        return wire.parse_one(self._call("GET", self._path(record_id)).body)

    def records(self, token: str) -> RemotePage:
        """One page of our records, oldest change first: what is made or changed meanwhile comes at the end."""
        params = {"_limit": str(PAGE_SIZE), "_sort": "last_modified", **({"_token": token} if token else {})}
        answer = self._call("GET", f"{self._collection}/records", params=params)
        return RemotePage(wire.parse_page(answer.body), wire.next_token(answer.headers.get("Next-Page")))

    def create(self, record_id: str, data: dict[str, Any]) -> RemoteSnapshot:
        """A new record. Raises Conflict (DUPLICATE) where one stands already."""
        return wire.parse_one(self._call("PUT", self._path(record_id), data=data, creates=True).body)

    def change(self, record_id: str, data: dict[str, Any]) -> RemoteSnapshot:
        """These fields and no others. Raises NotFound."""
        return wire.parse_one(self._call("PATCH", self._path(record_id), data=data).body)

    def delete(self, record_id: str) -> None:
        """Raises NotFound when it is gone already."""
        self._call("DELETE", self._path(record_id))

    @property
    def _collection(self) -> str:
        bucket, collection = (
            quote(self.connection.credentials.get(name, ""), safe="") for name in (BUCKET_NAME, COLLECTION_NAME)
        )
        return f"/v1/buckets/{bucket}/collections/{collection}"

    def _path(self, record_id: str) -> str:
        if not record_id.startswith("ls-"):
            raise NotFound(f"none of our ids: {record_id[:40]!r}")
        return f"{self._collection}/records/{quote(record_id, safe='')}"

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
        creates: bool = False,
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        credentials, is_safe = self.connection.credentials, method == "GET"
        pair = f"{credentials.get(USER_NAME, '')}:{credentials.get(PASSWORD_NAME, '')}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        if creates:
            headers["If-None-Match"] = "*"
        answer = call(
            self.connection,
            method,
            path,
            is_safe=is_safe,
            headers=headers,
            params=params,
            json=None if data is None else {"data": data},
        )
        failure = wire.failure_in(answer, is_safe=is_safe, creates=creates)
        if failure is not None:
            raise failure
        return answer
