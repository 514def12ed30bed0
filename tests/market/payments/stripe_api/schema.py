"""Whether an answer is what Stripe publishes: its schema, where it lies beside the checkout, and what section 3.4 of our
specification of the interface requires beyond it (fields that are null and not missing).

The schema belongs to Stripe and is no part of this project: STRIPE_SCHEMA names the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

FILE = Path(os.environ.get("STRIPE_SCHEMA") or Path(__file__).resolve().parents[5] / "shared/data/stripe-schema.json")
WHY_NOT = f"no schema of Stripe's objects at {FILE.name}: STRIPE_SCHEMA names the file"

# Our objects → definitions of the schema. Those that are in lists too.
OBJECTS = {
    "payment_intent": "payment_intent",
    "checkout.session": "checkout.session",
    "refund": "refund",
    "charge": "charge",
    "event": "event",
    "webhook_endpoint": "webhook_endpoint",
    "customer": "customer",
    "item": "item",
}
DELETED = {"customer": "deleted_customer", "webhook_endpoint": "deleted_webhook_endpoint"}

# What programs read by attribute: there, and null where there is nothing.
NULL_NOT_MISSING = {
    "payment_intent": {
        "amount_received", "canceled_at", "cancellation_reason", "client_secret", "customer", "description", "last_payment_error",
        "latest_charge", "metadata", "next_action", "payment_method", "receipt_email", "shipping", "statement_descriptor",
    },
    "checkout.session": {
        "amount_subtotal", "amount_total", "cancel_url", "client_reference_id", "currency", "customer", "customer_details",
        "customer_email", "metadata", "payment_intent", "status", "success_url", "url",
    },
    "refund": {"charge", "metadata", "payment_intent", "reason", "status"},
    "charge": {
        "balance_transaction", "customer", "description", "failure_code", "failure_message", "payment_intent",
        "payment_method_details", "receipt_email", "shipping",
    },
    "event": {"api_version", "request"},
    "webhook_endpoint": {"api_version", "description"},
    "customer": {"address", "description", "email", "metadata", "name", "phone", "shipping"},
    "item": {"price", "quantity"},
}  # fmt: skip
# In the schema of 2023 there is no word yet for a payment whose time is over.
NEWER = {("payment_intent", "cancellation_reason"): {"expired"}}


class Schema:
    """The published one, ready to judge."""

    def __init__(self, file: Path = FILE) -> None:
        self.document: dict[str, Any] = json.loads(file.read_text())
        for (name, field), words in NEWER.items():
            self._widen(self.document["$defs"][name]["properties"][field], words)
        self._judges: dict[str, jsonschema.Draft202012Validator] = {}
        self._known: dict[str, list[str]] = {}

    def _widen(self, node: Any, words: set[str]) -> None:
        if isinstance(node, dict):
            if "enum" in node:
                node["enum"] = sorted({*node["enum"], *words}, key=str)
            for each in node.values():
                self._widen(each, words)
        elif isinstance(node, list):
            for each in node:
                self._widen(each, words)

    def judge(self, definition: str) -> jsonschema.Draft202012Validator:
        if definition not in self._judges:
            whole = {"$ref": f"#/$defs/{definition}", "$defs": self.document["$defs"]}
            self._judges[definition] = jsonschema.Draft202012Validator(whole)
        return self._judges[definition]

    def faults(self, answer: Any) -> list[str]:
        """What is wrong with an answer's JSON and with every object in it; [] when it fits."""
        return list(self._faults(answer, "answer"))

    def _faults(self, thing: Any, where: str) -> Iterator[str]:
        if not isinstance(thing, dict):
            yield f"{where}: not an object"
            return
        if "error" in thing and "object" not in thing:
            yield from self._against("error", thing, where)
            if not isinstance(thing["error"], dict) or not thing["error"].get("message"):
                yield f"{where}: an error without a sentence"
            return
        kind = thing.get("object")
        if kind == "list":
            missing = {"data", "has_more", "url"} - thing.keys()
            if missing:
                yield f"{where}: a list without {sorted(missing)}"
                return
            if not isinstance(thing["has_more"], bool) or not str(thing["url"]).startswith("/v1/"):
                yield f"{where}: has_more or url"
            for number, each in enumerate(thing["data"]):
                yield from (f"{where}.data[{number}]{fault}" for fault in self._of_an_item(each))
            return
        if not isinstance(kind, str) or kind not in OBJECTS:
            yield f"{where}: object {kind!r} is not published"
            return
        if thing.get("deleted") is True:
            yield from self._against(DELETED[kind], thing, where)
            if thing.keys() != {"id", "object", "deleted"}:
                yield f"{where}: a deleted object tells more than its end"
            return
        yield from self._against(OBJECTS[kind], thing, where)
        for field in sorted(NULL_NOT_MISSING[kind] - thing.keys()):
            yield f"{where}: {kind}.{field} is missing and not null"
        if not str(thing.get("id", "")).isascii():
            yield f"{where}: id"
        if kind == "event":
            yield from self._faults(thing["data"]["object"], f"{where}.data.object")
        for name, inner in thing.items():
            # What was expanded is an object of its own, with everything that is required of one.
            if isinstance(inner, dict) and str(inner.get("object")) in {*OBJECTS, "list"}:
                yield from self._faults(inner, f"{where}.{name}")

    def _of_an_item(self, thing: Any) -> list[str]:
        """The same object stands in many lists; it is judged once."""
        text = json.dumps(thing, sort_keys=True)
        if text not in self._known:
            self._known[text] = list(self._faults(thing, ""))
        return self._known[text]

    def _against(self, definition: str, thing: Any, where: str) -> Iterator[str]:
        for error in self.judge(definition).iter_errors(thing):
            deepest = jsonschema.exceptions.best_match([error])
            path = ".".join(str(part) for part in error.absolute_path)
            yield f"{where}: {definition}.{path}: {deepest.message[:200] if deepest else error.message[:200]}"
