"""Reading form fields with brackets (`line_items[0][price_data][currency]=vnd`) into nested values. Pure.

Lists stay as they were written, {"0": …} or {"": [...]}: only the parameter's type knows whether digits are places or names.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from market.payments.stripe_api.transport.problems import Problem

MOST_FIELDS, DEEPEST, LONGEST_NAME = 1000, 6, 500
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
Fields = dict[str, Any]


def read_form(text: bytes | str) -> Fields:
    """Nested fields of a form body or a query string. Raises Problem."""
    try:
        raw = text if isinstance(text, str) else text.decode("utf-8")
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except UnicodeError as error:
        raise Problem("The request is not valid UTF-8.") from error
    except ValueError as error:
        raise Problem(f"The request has too many parameters: at most {MOST_FIELDS}.") from error
    found: Fields = {}
    for name, value in pairs:
        _put(found, name, value)
    return found


def _put(found: Fields, name: str, value: str) -> None:
    match = _NAME.fullmatch(name) if len(name) <= LONGEST_NAME else None
    if match is None or "\0" in name:
        raise Problem(f"Invalid parameter name: {name[:60]!r}", code="parameter_unknown", param=_shown(name))
    if "\0" in value:
        raise Problem("Parameters cannot contain null characters.", param=_shown(name))
    parts = [match[1], *match[2][1:-1].split("][")] if match[2] else [match[1]]
    if len(parts) > DEEPEST:
        raise Problem("The parameter is nested too deeply.", code="parameter_unknown", param=_shown(name))
    if "" in parts[1:-1]:
        # Which of two fields of `a[][b]` belong to one element nobody can say.
        raise Problem("Invalid array: elements that are objects need indexes (a[0][b]).", param=_shown(name))
    node = found
    for part in parts[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise _mixed(name)
    last = parts[-1]
    if last == "" and len(parts) > 1:
        several = node.setdefault("", [])
        if len(node) > 1:
            raise _mixed(name)
        several.append(value)
    elif last in node or "" in node:
        raise _mixed(name)
    else:
        node[last] = value


def _mixed(name: str) -> Problem:
    return Problem("The parameter was sent twice, or in two shapes.", param=_shown(name))


def _shown(name: str) -> str:
    return name[:100].replace("\0", "")
