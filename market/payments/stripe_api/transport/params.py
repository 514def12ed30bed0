"""What parameters may be: Stripe's kinds of values, and how a refusal is said.

Everything comes as text; "" means "unset" where unsetting is possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from market.payments.stripe_api.transport.form import Fields
from market.payments.stripe_api.transport.problems import Problem

SMALLEST_AMOUNT, LARGEST_AMOUNT = 5_000, 999_999_999
_WHOLE = re.compile(r"[0-9]{1,18}")
P = TypeVar("P", bound="Params")


def _refuse(code: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(code, message.replace("{", "(").replace("}", ")"))


def _text(most: int) -> Any:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise _refuse("parameter_invalid_type", "Invalid string.")
        if len(value) > most:
            raise _refuse("parameter_invalid_length", f"Too long: at most {most} characters.")
        return value

    return BeforeValidator(check)


def _whole(value: Any) -> int:
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        raise _refuse("parameter_invalid_integer", f"Invalid integer: {str(value)[:40]}")
    return int(value)


def _truth(value: Any) -> bool:
    found = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise _refuse("parameter_invalid_boolean", f"Invalid boolean: {str(value)[:40]}")
    return found


def _moment(value: Any) -> datetime:
    seconds = _whole(value)
    if seconds > 32_503_680_000:  # the year 3000
        raise _refuse("parameter_invalid_integer", "Invalid time: Unix seconds are expected.")
    return datetime.fromtimestamp(seconds, UTC)


def _items(value: Any) -> list[Any]:
    """{"0": a, "1": b} and {"": [a, b]} are [a, b]."""
    if value == "":
        return []
    if not isinstance(value, dict):
        raise _refuse("parameter_invalid_type", "Invalid array.")
    if "" in value:
        return list(value[""])
    if not all(re.fullmatch("[0-9]{1,4}", each) for each in value):
        raise _refuse("parameter_invalid_type", "Invalid array.")
    places = sorted(value, key=int)
    if [int(each) for each in places] != list(range(len(places))):
        raise _refuse("parameter_invalid_type", "Invalid array: its indexes must count up from 0.")
    return [value[each] for each in places]


def _pairs(value: Any) -> dict[str, str]:
    """Metadata: "" alone unsets all of it, an empty value one name."""
    if value == "":
        return {"": ""}
    if not isinstance(value, dict) or "" in value:
        raise _refuse("parameter_invalid_type", "Invalid object: metadata is a set of key-value pairs.")
    if len(value) > 50:
        raise _refuse("parameter_invalid_length", "Metadata can have up to 50 keys.")
    for name, text in value.items():
        if not isinstance(text, str):
            raise _refuse("parameter_invalid_type", "Metadata values must be strings.")
        if len(name) > 40 or len(text) > 500:
            raise _refuse("parameter_invalid_length", "Metadata keys can have 40 characters, values 500.")
    return value


def _amount(value: int) -> int:
    if value < SMALLEST_AMOUNT:
        raise _refuse("amount_too_small", f"Amount must be at least {SMALLEST_AMOUNT} vnd.")
    if value > LARGEST_AMOUNT:
        raise _refuse("amount_too_large", f"Amount must be no more than {LARGEST_AMOUNT} vnd.")
    return value


def _address(value: str) -> str:
    """An address a browser can be sent to."""
    if value == "":
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or len(value) > 2000 or re.search(r"[\s\\\x00-\x20\x7f]", value):
        raise _refuse("url_invalid", "Not a valid URL: an http or https address is expected.")
    return value


def _filled(value: str) -> str:
    if not value:
        raise _refuse("parameter_invalid_empty", "You passed an empty string. An actual value is expected.")
    return value


def _mail(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise _refuse("email_invalid", "Invalid email address.")
    return value


def _dong(value: str) -> str:
    if value.lower() != "vnd":
        raise _refuse("parameter_invalid_currency", "Invalid currency: only vnd is supported.")
    return "vnd"


Text = Annotated[str, _text(5000)]
Short = Annotated[str, _text(200)]
Name = Annotated[str, _text(200), AfterValidator(_filled)]
Whole = Annotated[int, BeforeValidator(_whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Amount = Annotated[int, BeforeValidator(_whole), AfterValidator(_amount)]
Currency = Annotated[str, _text(10), AfterValidator(_filled), AfterValidator(_dong)]
Address = Annotated[str, _text(2000), AfterValidator(_address)]
RequiredAddress = Annotated[str, _text(2000), AfterValidator(_filled), AfterValidator(_address)]
Mail = Annotated[str, _text(512), AfterValidator(_mail)]
Metadata = Annotated[dict[str, str], BeforeValidator(_pairs)]
Items = BeforeValidator(_items)
Names = Annotated[list[Name], Items]


class Params(BaseModel):
    """Base of every request's parameters: what is not named is refused. `ignored` are those of Stripe's that change nothing here;
    `refused` those that VNPAY cannot do, with the sentence that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ignored: ClassVar[frozenset[str]] = frozenset()
    refused: ClassVar[Mapping[str, str]] = {}

    expand: Names = []

    def has(self, name: str) -> bool:
        """Whether the request named it."""
        return name in self.model_fields_set


class Part(BaseModel):
    """A nested object of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Between(Part):
    """A range of times."""

    gt: Moment | None = None
    gte: Moment | None = None
    lt: Moment | None = None
    lte: Moment | None = None


def _when(value: Any) -> Any:
    return value if isinstance(value, dict) else {"gte": value, "lte": value}


class Page(Params):
    """What every list takes."""

    limit: Whole = 10
    starting_after: Name | None = None
    ending_before: Name | None = None
    created: Annotated[Between, BeforeValidator(_when)] | None = None


class Nothing(Params):
    """Nothing but `expand`."""


class PostalAddress(Part):
    """As Stripe writes one."""

    city: Short | None = None
    country: Short | None = None
    line1: Short | None = None
    line2: Short | None = None
    postal_code: Short | None = None
    state: Short | None = None


class Shipping(Part):
    """Where goods go."""

    address: PostalAddress
    name: Name
    carrier: Short | None = None
    phone: Short | None = None
    tracking_number: Short | None = None


# What pydantic adds to a place where one of several types may stand.
_BRANCHES = {"Shipping", "PostalAddress", "literal['']"}


def parse(kind: type[P], fields: Fields) -> P:
    """The request's parameters. Raises Problem with Stripe's code for the first that is wrong."""
    given = {name: value for name, value in fields.items() if name not in kind.ignored}
    for name, sentence in kind.refused.items():
        if name in given and not _is_off(given[name]):
            raise Problem(sentence, param=name, code="parameter_unsupported")
        given.pop(name, None)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise _problem(error.errors(include_url=False, include_context=True)[0]) from None


def _is_off(value: Any) -> bool:
    """ "", false, or {"enabled": false}: what cannot be done is not asked for."""
    if isinstance(value, dict):
        return value == {"enabled": value.get("enabled")} and _is_off(value["enabled"])
    return isinstance(value, str) and value.lower() in {"", "false"}


def _problem(detail: ErrorDetails) -> Problem:
    where = [str(part) for part in detail["loc"] if part not in _BRANCHES]
    param = (where[0] + "".join(f"[{part}]" for part in where[1:]))[:200] if where else ""
    kind = detail["type"]
    if kind == "missing":
        return Problem(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if kind == "extra_forbidden":
        return Problem(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)
    if kind == "literal_error":
        expected = detail.get("ctx", {}).get("expected", "")
        if detail["input"] == "":
            return Problem(f"You passed an empty string for '{param}'.", code="parameter_invalid_empty", param=param)
        return Problem(f"Invalid {param}: must be one of {expected}", param=param, code="parameter_invalid_value")
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return Problem(f"Invalid object: {param}", code="parameter_invalid_type", param=param)
    return Problem(detail["msg"], code=kind, param=param)


def merged(old: dict[str, str], change: dict[str, str]) -> dict[str, str]:
    """Metadata after a change: an empty value takes a name away, "" everything. Raises Problem above fifty names."""
    if change == {"": ""}:
        return {}
    found = {name: text for name, text in (old | change).items() if text != ""}
    if len(found) > 50:
        raise Problem("Metadata can have up to 50 keys.", param="metadata", code="parameter_invalid_length")
    return found
