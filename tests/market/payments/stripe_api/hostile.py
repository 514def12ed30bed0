"""Requests that nobody means well with, from a seed: the same ones every time.

Each is a `Request`; `hostile(seed, count, known)` makes them out of ids that exist, ids that do not, good forms made bad and bad
forms made worse.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

# Every address of the interface; {…} is an id of that kind.
COLLECTIONS = (
    "payment_intents", "checkout/sessions", "refunds", "events", "webhook_endpoints", "customers", "charges",
)  # fmt: skip
PLACES = (
    *COLLECTIONS,
    "payment_intents/{pi}", "payment_intents/{pi}/confirm", "payment_intents/{pi}/cancel", "payment_intents/{pi}/capture",
    "checkout/sessions/{cs}", "checkout/sessions/{cs}/line_items", "checkout/sessions/{cs}/expire", "refunds/{re}",
    "refunds/{re}/cancel", "events/{evt}", "webhook_endpoints/{we}", "customers/{cus}", "charges/{ch}",
)  # fmt: skip
METHODS = ("GET", "POST", "DELETE")
ODD_METHODS = ("PUT", "PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "get", "LOCK", "A" * 30)
NAMES = (
    "amount", "currency", "confirm", "payment_method", "payment_method_types", "payment_method_data", "metadata", "customer",
    "automatic_payment_methods", "return_url", "description", "receipt_email", "shipping", "statement_descriptor", "expand",
    "capture_method", "client_secret", "cancellation_reason", "amount_to_capture", "limit", "starting_after", "ending_before",
    "created", "mode", "success_url", "cancel_url", "line_items", "client_reference_id", "customer_email", "expires_at", "locale",
    "payment_intent_data", "payment_intent", "charge", "reason", "type", "types", "delivery_success", "url", "enabled_events",
    "api_version", "disabled", "email", "name", "phone", "address", "setup_future_usage", "off_session", "payment_method_options",
)  # fmt: skip
GOOD = {
    "payment_intents": {"amount": "20000", "currency": "vnd"},
    "customers": {"email": "an@example.vn", "name": "An"},
    "checkout/sessions": {
        "mode": "payment", "success_url": "https://shop.example/ok", "line_items[0][price_data][currency]": "vnd",
        "line_items[0][price_data][unit_amount]": "10000", "line_items[0][price_data][product_data][name]": "Mít",
        "line_items[0][quantity]": "1",
    },
    "refunds": {"payment_intent": "{pi}"},
    "webhook_endpoints": {"url": "https://shop.example/hook", "enabled_events[]": "*"},
    "payment_intents/{pi}/confirm": {"return_url": "https://shop.example/b"},
}  # fmt: skip
NUMBERS = (
    "0", "-1", "-0", "+5000", "5000.0", "5e3", "1e400", "0x1388", "٥٠٠٠", "５０００", "5 000", "5,000", " 5000 ", "4999", "5000",
    "999999999", "1000000000", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5000, "NaN", "Infinity",
    "true", "null", "None", "[]", "{}", "", "1_000", "²", "00005000",
)  # fmt: skip
WORDS = (
    "", " ", "\x00", "a\x00b", "\n", "\r\nX-Evil: 1", "\U0001f600", "đ" * 300,
    "e\u0301" * 50, "\u202eabc", "'; DROP TABLE x; --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "%s%n%d",
    "../../../etc/passwd", "\\", "a" * 501, "a" * 5001, "a" * 20000, "[", "]", "[]", "null", "true", "javascript:alert(1)",
    "http://", "http://[::1", "https://user:pass@shop.example/", "//evil.example", "data:text/html,x", "http://shop.example:99999/",
    "http://127.0.0.1:1/", "http://169.254.169.254/", "\ufffe", "\u2028", "=HYPERLINK(1)", "vnd", "VND", "usd", "payment", "vnpay",
    "card", "https://shop.example/x", "requested_by_customer", "{CHECKOUT_SESSION_ID}",
)  # fmt: skip
BAD_BYTES = ("%FF", "%C3%28", "%ED%A0%80", "%", "%2", "%zz", "%00", "%F5%80%80%80", "%u0041", "+%ff+")
MISSING = (
    "pi_nothing",
    "re_x",
    "",
    "pi_" + "a" * 300,
    "0",
    "null",
    "pi_%00",
    "..",
    "%2e%2e",
    "a/b",
    "pi_đ",
    "pi_1 OR 1=1",
    "\u0000",
)
TYPES = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "application/json", "text/plain",
    "multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded;charset=nonsense", "",
    "application/octet-stream", "a" * 500, "text/html; charset=\"", "multipart/form-data; boundary=" + "b" * 300,
)  # fmt: skip
FORM = TYPES[0]
NOT_DONE = (
    ("payment_intents", "capture_method=manual"), ("payment_intents", "setup_future_usage=off_session"),
    ("payment_intents", "off_session=true"), ("payment_intents", "confirm=true"), ("payment_intents", "customer=cus_nothing"),
    ("payment_intents", "payment_method_types[]=sepa_debit"), ("payment_intents", "payment_method=pm_card_visa&confirm=true"),
    ("checkout/sessions", "mode=subscription"), ("checkout/sessions", "expires_at=1"), ("checkout/sessions", "customer=cus_x"),
    ("webhook_endpoints", "enabled_events[]=nothing.at_all"), ("webhook_endpoints", "url=ftp://x"),
    ("payment_intents", "amount=4999"), ("payment_intents", "expand[]=nonsense"), ("refunds", "amount=0"),
)  # fmt: skip
ODD_IDS = ("same", "k" * 255, "k" * 256, "khóa", " ", "a\tb", "k%00", "x" * 3000)
BASES = (*NAMES, *NAMES, "colour", "", "đ", "a" * 600, "__proto__", "constructor", "%5B", "[amount]")
BRACKETS = (
    "[]", "[0]", "[1]", "[00]", "[-1]", "[999999999999]", "[a]", "[metadata]", "[", "]", "[[0]]", "[]]", "[ ]", "[%00]",
    "[price_data]", "[currency]", "[gte]", "[enabled]", "[address]", "[line1]", "[type]", "[vnpay]", "[bank_code]",
)  # fmt: skip
FILTERS = (
    "limit", "starting_after", "ending_before", "created[gte]", "created", "created[lt]", "customer", "expand[]", "expand[0]",
    "type", "types[]", "email", "payment_intent", "charge", "delivery_success",
)  # fmt: skip
LISTED = ("metadata", "expand", "line_items", "shipping", "payment_method_types", "address", "enabled_events", "amount")
CHANGED = (*GOOD, "payment_intents/{pi}", "customers/{cus}", "refunds/{re}", "webhook_endpoints/{we}")
TAILS = (
    "", "/", "//", "/confirm", "/x", "/../", "/%2e%2e/", "/%00", "/" + "a" * 2000, "?", "?%00", ";x", "/đ", "%ff"
)  # fmt: skip
NO_PLACES = (
    "/v1", "/v1/", "/v1/accounts", "/v1/tokens", "/v1/payment_methods", "/v1/v1/customers", "/v1//customers"
)  # fmt: skip
READ_ONLY = (
    "events", "charges", "events/{evt}", "charges/{ch}", "refunds", "refunds/{re}", "payment_intents/{pi}/confirm",
    "checkout/sessions/{cs}/line_items",
)  # fmt: skip
NOT_POSTED = ("events", "events/{evt}", "charges", "checkout/sessions/{cs}/line_items", "payment_intents/{pi}/nothing")
ODD_HEADERS = (
    "Stripe-Version", "Stripe-Account", "Stripe-Context", "X-Stripe-Client-Telemetry", "X-Stripe-Client-User-Agent", "Accept",
    "Accept-Language", "Cookie", "Origin", "Referer", "X-Forwarded-For", "X-HTTP-Method-Override", "Range",
)  # fmt: skip
ODD_VALUES = (
    "", "x" * 4000, "\xff\xfe", "{", "acct_1", "0", "../..", "a,b;c", "\x7f", "'\"<", "DELETE", "2099-01-01", "bytes=0-1"
)  # fmt: skip
BODIES = (
    json.dumps({"amount": 20_000, "currency": "vnd"}).encode(), b"{", b"[]", b"null", b"\xff\xfe\x00", b"amount", b"=", b"&&&",
    b"=&=&=", b"amount=20000;currency=vnd", b'--x\r\nContent-Disposition: form-data; name="amount"\r\n\r\n20000\r\n--x--\r\n',
    b"--x\r\n", "amount=20000&currency=vnd".encode("utf-16"), b"<xml/>", b"\x1f\x8b\x08" + b"\x00" * 40, b"amount=1&" * 3000,
    b"amount=\xc3\x28&currency=vnd", b"a" * 3000, b"", b"%", b"%%%=%%%",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """`target` is as it goes over the wire, already escaped; header values are latin-1."""

    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.target[:300]} {self.headers} {self.body[:300]!r}"


@dataclass(frozen=True)
class Known:
    """What there is: a key, and ids by prefix (pi, cs, re, evt, we, cus, ch)."""

    key: str
    foreign_key: str
    ids: dict[str, list[str]]


def hostile(seed: int, count: int, known: Known) -> Iterator[Request]:
    """That many requests, no two alike; the n-th does not depend on how many are asked for."""
    seen: set[tuple[str, str, bytes, str]] = set()
    number = 0
    while len(seen) < count:
        number += 1
        request = _Maker(random.Random(f"{seed}-{number}"), known).request()
        same = (request.method, request.target, request.body, repr(request.headers))
        if same not in seen:
            seen.add(same)
            yield request


class _Maker:
    def __init__(self, chance: random.Random, known: Known) -> None:
        self.chance, self.known = chance, known

    def request(self) -> Request:
        twice = (self.bad_field, self.bad_shape)
        once = (
            self.bad_query, self.bad_place, self.bad_method, self.bad_credentials, self.bad_headers, self.bad_content, self.noise,
            self.big, self.refused_by_rule,
        )  # fmt: skip
        return self.chance.choice([*twice, *twice, *once])()

    # Parts.

    def one(self, choices: Iterable[str]) -> str:
        return self.chance.choice(list(choices))

    def identifier(self, prefix: str) -> str:
        there = self.known.ids.get(prefix, [])
        others = [each for ids in self.known.ids.values() for each in ids]
        kind = self.chance.random()
        if kind < 0.6 and there:
            return self.one(there)
        if kind < 0.75 and others:
            return self.one(others)
        return self.one(MISSING)

    def place(self, where: str | None = None) -> str:
        path = where or self.one(PLACES)
        for prefix in ("pi", "cs", "re", "evt", "we", "cus", "ch"):
            path = path.replace(f"{{{prefix}}}", quote(self.identifier(prefix), safe="%"))
        return f"/v1/{path}"

    def headers(self, kind: str = FORM) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.known.key}"}
        if kind:
            found["Content-Type"] = kind
        if self.chance.random() < 0.3:
            found["Idempotency-Key"] = self.one(ODD_IDS)
        return found

    def value(self) -> str:
        kind = self.chance.random()
        if kind < 0.45:
            return quote_plus(self.one(NUMBERS))
        if kind < 0.9:
            return quote_plus(self.one(WORDS))
        return self.one(BAD_BYTES)

    def good(self, where: str) -> list[tuple[str, str]]:
        found = []
        for name, value in GOOD.get(where, {}).items():
            meant = self.identifier("pi") if value == "{pi}" else value
            found.append((name, quote_plus(meant)))
        return found

    def name(self) -> str:
        """A field's name: brackets of every kind."""
        deep = self.chance.choice([0, 0, 0, 1, 1, 2, 3, 8, 60])
        return self.one(BASES) + "".join(self.one(BRACKETS) for _ in range(deep))

    def form(self, fields: list[tuple[str, str]]) -> bytes:
        return "&".join(f"{name}={value}" for name, value in fields).encode()

    # Kinds of malice.

    def bad_field(self) -> Request:
        """A form that would do, with one or some fields that do not."""
        where = self.one(CHANGED)
        fields = self.good(where)
        for _ in range(self.chance.choice([1, 1, 2, 5])):
            if fields and self.chance.random() < 0.5:
                number = self.chance.randrange(len(fields))
                fields[number] = (fields[number][0], self.value())
            else:
                fields.append((self.name(), self.value()))
        self.chance.shuffle(fields)
        return Request("POST", self.place(where), self.form(fields), self.headers())

    def bad_shape(self) -> Request:
        """The same name as text, as a list and as an object; lists with gaps, with two kinds of indexes, without an end."""
        where = self.one([*GOOD, "payment_intents/{pi}"])
        base = self.one(LISTED)
        many = self.chance.choice([20, 49, 51, 101, 300, 1200])
        shapes = (
            ["", "[a]"], ["[a]", ""], ["[]", "[0]"], ["[0]", "[]"], ["[0]", "[2]"], ["[0]", "[0]"], ["[][a]", "[][b]"],
            ["[][a]", "[]"], ["[]", "[][a]"], ["[1]", "[01]"], ["[a][b]", "[a]"], ["[][]"], ["[0][]"], ["", ""], ["[0][a]", "[0]"],
            ["[a]" * 200], [f"[{'9' * 50}]"], [f"[{number}]" for number in range(many)], [f"[k{number}]" for number in range(many)],
        )  # fmt: skip
        fields = [*self.good(where), *((base + shape, "1") for shape in self.chance.choice(shapes))]
        return Request("POST", self.place(where), self.form(fields), self.headers())

    def bad_query(self) -> Request:
        """Lists and objects with filters that mean nothing."""
        fields = []
        for _ in range(self.chance.choice([1, 1, 2, 4])):
            meant = [
                self.value(),
                quote(self.identifier("pi"), safe="%"),
                "data.customer",
                "data." * 30,
                "customer.x.y",
            ]
            fields.append((self.one([*FILTERS, self.name()]), self.one(meant)))
        query = quote(self.form(fields), safe="=&%[]+")
        return Request("GET", f"{self.place()}?{query}", b"", self.headers(""))

    def bad_place(self) -> Request:
        """Addresses that are not there, or nearly."""
        path = self.one([self.place(), *NO_PLACES])
        tail = self.one(TAILS) if self.chance.random() < 0.8 else ""
        if path != "/v1" or tail[:1] in ("", "/", "?"):  # "/v1x" is somebody else's
            path += tail
        return Request(self.one(METHODS), quote(path, safe="/%?;=&"), b"", self.headers())

    def bad_method(self) -> Request:
        """Methods that an address does not have."""
        method, where = self.one([*METHODS, *ODD_METHODS, *ODD_METHODS]), self.one([*READ_ONLY, *PLACES])
        if method == "POST" or (method == "DELETE" and where.endswith("}")):
            where = self.one(NOT_POSTED)
        return Request(method, self.place(where), b"", self.headers())

    def bad_credentials(self) -> Request:
        """No key, somebody else's, half of one, in the wrong words."""
        key = self.known.key
        value = self.one([
            "", "Bearer", "Bearer ", f"bearer  {key}x", f"Bearer {key[:-1]}", f"Basic {key}", "Basic !!!", "Basic Og==", "Digest x",
            f"Bearer {key} {key}", "Bearer sk_live_" + "0" * 24, "Bearer pk_test_x", "Bearer " + "a" * 5000, "Basic " + "A" * 9000,
            "Bearer \xff\xfe", "Token x", f"Bearer_{key}", "Basic /////w==", f"Bearer {self.known.foreign_key[:-2]}",
        ])  # fmt: skip
        headers = {"Content-Type": FORM} | ({"Authorization": value} if value else {})
        where = self.one(PLACES)
        return Request(self.one(METHODS), self.place(where), self.form(self.good(where)), headers)

    def bad_headers(self) -> Request:
        """A form that is wrong, with headers that are odd."""
        headers = self.headers() | {self.one(ODD_HEADERS): self.one(ODD_VALUES)}
        return Request("POST", self.place("payment_intents"), b"amount=1&currency=vnd", headers)

    def bad_content(self) -> Request:
        """A form that calls itself something else, or something else that calls itself a form."""
        return Request(
            "POST", self.place(self.one(COLLECTIONS)), self.chance.choice(BODIES), self.headers(self.one(TYPES))
        )

    def noise(self) -> Request:
        """Bytes by chance."""
        body = self.chance.randbytes(self.chance.choice([1, 10, 100, 1000]))
        return Request("POST", self.place(self.one(COLLECTIONS)), body, self.headers(self.one([FORM, *TYPES])))

    def big(self) -> Request:
        """Longer than anybody needs; now and then above what any request may have."""
        size = self.chance.choice([30_000] * 6 + [200_000, 300_000, 1_200_000])
        body = self.chance.choice(
            [b"description=" + b"a" * size, b"a=1&" * (size // 4), b"metadata[" + b"k" * size + b"]=1"]
        )
        if self.chance.random() < 0.01:
            body = b"description=" + b"a" * 6_000_000
        return Request("POST", self.place(self.one(GOOD)), body, self.headers())

    def refused_by_rule(self) -> Request:
        """Well-formed, and not allowed: VNPAY cannot do it, or the object is not in the state."""
        where, extra = self.chance.choice(NOT_DONE)
        kept = [pair for pair in self.good(where) if pair[0] not in extra]
        return Request("POST", self.place(where), self.form(kept) + b"&" + extra.encode(), self.headers())
