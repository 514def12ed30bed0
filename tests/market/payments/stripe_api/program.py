"""A program that speaks Stripe's wire, without an SDK: what is sent and what is answered stay plain to see."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from core.people.queries import SYSTEM
from market.payments.stripe_api.actions.keys import connect_application, make_key
from market.payments.stripe_api.models import ApiEvent, ConnectedApplication
from onboarding.producers.models import Producer


def connected(producer: Producer, name: str = "Cửa hàng HTX") -> ConnectedApplication:
    """A program of this producer's."""
    return connect_application(producer=producer, name=name, by=SYSTEM)


@dataclass
class Program:
    """One key of an application; keeps the last answer."""

    application: ConnectedApplication
    key: str
    http: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    last: Any = None

    @classmethod
    def of(cls, application: ConnectedApplication, *, is_live: bool) -> Program:
        """With a new key."""
        return cls(application, make_key(application=application, is_live=is_live, name="thử", by=SYSTEM))

    def post(self, path: str, fields: dict[str, Any] | str | None = None, **headers: str) -> Any:
        """POST of flat, bracketed fields."""
        body = fields if isinstance(fields, str) else urlencode(fields or {})
        return self._answer(
            self.http.post(
                f"/v1/{path}",
                data=body,
                content_type="application/x-www-form-urlencoded",
                headers=self._headers(headers),
            )
        )

    def get(self, path: str, **fields: Any) -> Any:
        """GET."""
        return self._answer(self.http.get(f"/v1/{path}", fields, headers=self._headers({})))

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self._answer(self.http.delete(f"/v1/{path}", headers=self._headers({})))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} | {name.replace("_", "-"): text for name, text in more.items()}

    def _answer(self, response: Any) -> Any:
        self.last = response
        assert response["Content-Type"] == "application/json", response.content[:300]
        return json.loads(response.content)

    def intent(self, amount: int = 150_000, **more: Any) -> Any:
        """A new payment_intent."""
        found = self.post("payment_intents", {"amount": amount, "currency": "vnd"} | more)
        assert self.last.status_code == 200, found
        return found

    def to_be_paid(self, amount: int = 150_000, **more: Any) -> Any:
        """One whose payer is at VNPAY's page."""
        return self.intent(amount, confirm="true", return_url="https://htx.example/xong", **more)

    def session(self, amount: int = 150_000, **more: Any) -> Any:
        """A page for one line."""
        fields = {
            "mode": "payment",
            "success_url": "https://htx.example/xong?phien={CHECKOUT_SESSION_ID}",
            "line_items[0][price_data][currency]": "vnd",
            "line_items[0][price_data][unit_amount]": amount,
            "line_items[0][price_data][product_data][name]": "Cà phê rang",
            "line_items[0][quantity]": 1,
        }
        found = self.post("checkout/sessions", fields | more)
        assert self.last.status_code == 200, found
        return found

    def told(self) -> list[str]:
        """The types of this mode's events, oldest first."""
        is_live = self.key.startswith("sk_live")
        rows = ApiEvent.objects.filter(application=self.application, is_live=is_live).order_by("pk")
        return list(rows.values_list("type", flat=True))


def error(answer: Any) -> tuple[str, str, str]:
    """(type, code, param) of an error."""
    found = answer["error"]
    assert found["message"]
    return found["type"], found.get("code", ""), found.get("param", "")
