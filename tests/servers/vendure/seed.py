"""The empty shop of the tests, made as its owner would: by the admin API."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

EMAIL, PASSWORD = "lensan@example.com", "mat-khau-1"
FACET = "category"
# What is typed in to connect.
# sql.js keeps amounts in 64 bits.
ANSWERS = {"user": EMAIL, "password": PASSWORD, "facet": FACET, "price_maximum": "1.000.000.000"}
# What our account may do there, and no more.
RIGHTS = ("ReadCatalog", "CreateCatalog", "UpdateCatalog", "DeleteCatalog", "ReadOrder")


class Program:
    """A program that speaks GraphQL to one API of the shop, and keeps the session it was given."""

    def __init__(self, url: str) -> None:
        self.url, self.token = url, ""

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps({"query": query, "variables": variables}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url, body, headers), timeout=60) as answer:
            self.token = answer.headers.get("vendure-auth-token") or self.token
            told: dict[str, Any] = json.load(answer)
        refused = [part for part in (told.get("data") or {}).values() if isinstance(part, dict) and part.get("message")]
        assert "errors" not in told and not refused, json.dumps(told, ensure_ascii=False)[:2000]
        found: dict[str, Any] = told["data"]
        return found

    def log_in(self, name: str, password: str) -> None:
        """Be this person."""
        self.token = ""
        self.ask(
            "mutation ($name: String!, $password: String!) { login(username: $name, password: $password)"
            " { __typename ... on ErrorResult { message } } }",
            name=name, password=password,
        )  # fmt: skip


def seed(keeper: Program) -> None:
    """Vietnam, đồng, a tax, a way to send goods and two to pay for them, one kind of goods, and an account for Lên Sàn."""
    for mutation in _steps():
        keeper.ask(f"mutation {{ {mutation} }}")
    role = keeper.ask(
        f'mutation {{ createRole(input: {{code: "len-san", description: "Lên Sàn", permissions: [{" ".join(RIGHTS)}]}}) {{ id }} }}'
    )
    keeper.ask(
        "mutation ($input: CreateAdministratorInput!) { createAdministrator(input: $input) { id } }",
        input={
            "firstName": "Lên", "lastName": "Sàn", "emailAddress": EMAIL, "password": PASSWORD,
            "roleIds": [role["createRole"]["id"]],
        },
    )  # fmt: skip
    plant(keeper, {"nuoc-mam": "Nước mắm", "che-bien-rau-qua": "Rau quả chế biến", "hat": "Hạt"})


def plant(keeper: Program, values: Mapping[str, str]) -> None:
    """Our kinds of goods are the values of this facet."""
    keeper.ask(
        "mutation ($input: CreateFacetInput!) { createFacet(input: $input) { id } }",
        input={
            "code": FACET,
            "isPrivate": False,
            "translations": [{"languageCode": "vi", "name": "Ngành hàng"}],
            "values": [
                {"code": code, "translations": [{"languageCode": "vi", "name": name}]} for code, name in values.items()
            ],
        },
    )


def _steps() -> Iterator[str]:
    yield 'createZone(input: {name: "Việt Nam"}) { id }'
    yield (
        'createCountry(input: {code: "VN", enabled: true, translations: [{languageCode: vi, name: "Việt Nam"}]}) { id }'
    )
    yield "addMembersToZone(zoneId: 1, memberIds: [1]) { id }"
    yield 'createTaxCategory(input: {name: "Hàng thường", isDefault: true}) { id }'
    yield 'createTaxRate(input: {name: "8 %", enabled: true, value: 8, categoryId: 1, zoneId: 1}) { id }'
    yield (
        "updateChannel(input: {id: 1, defaultCurrencyCode: VND, availableCurrencyCodes: [VND], pricesIncludeTax: true,"
        " defaultTaxZoneId: 1, defaultShippingZoneId: 1}) { __typename ... on ErrorResult { message } }"
    )
    yield (
        'createShippingMethod(input: {code: "giao-hang", fulfillmentHandler: "manual-fulfillment",'
        ' checker: {code: "default-shipping-eligibility-checker", arguments: [{name: "orderMinimum", value: "0"}]},'
        ' calculator: {code: "default-shipping-calculator", arguments: [{name: "rate", value: "1500000"},'
        ' {name: "includesTax", value: "include"}, {name: "taxRate", value: "8"}]},'
        ' translations: [{languageCode: vi, name: "Giao hàng", description: ""}]}) { id }'
    )
    for code, settles in (("tra-ngay", "true"), ("tra-sau", "false")):
        yield (
            f'createPaymentMethod(input: {{code: "{code}", enabled: true, handler: {{code: "dummy-payment-handler",'
            f' arguments: [{{name: "automaticSettle", value: "{settles}"}}]}},'
            f' translations: [{{languageCode: vi, name: "{code}", description: ""}}]}}) {{ id }}'
        )
