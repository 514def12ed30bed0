"""What a robots.txt asks of our robot (pure), by RFC 9309; Crawl-delay, which is no part of it, is obeyed as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

NAME = "LenSan"
LONGEST_TEXT = 500 * 1024  # bytes; what stands behind them is not read (RFC 9309, 2.5)
LONGEST_DELAY = 86_400.0
_ANYBODY = "*"


@dataclass(frozen=True)
class Rule:
    """Paths that match `pattern` ("*" for anything, "$" for the end) are allowed or not."""

    pattern: str
    is_allowed: bool

    def matches(self, path: str) -> bool:
        """Whether this rule speaks of the path (with its query)."""
        ends = self.pattern.endswith("$")
        parts = [re.escape(part) for part in self.pattern.removesuffix("$").split("*")]
        return re.match(".*?".join(parts) + ("$" if ends else ""), path, re.DOTALL) is not None


@dataclass(frozen=True)
class RobotRules:
    """The rules for one robot, and how many seconds it shall wait between two pages."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0

    def allows(self, url: str) -> bool:
        """Whether the robot may fetch this address: the longest rule that matches decides, of two equal ones the
        friendlier. /robots.txt itself may always be fetched."""
        parts = urlsplit(url)
        path = _written_alike((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        found = [rule for rule in self.rules if rule.matches(path)]
        best = max(found, key=lambda rule: (len(rule.pattern), rule.is_allowed), default=None)
        return best is None or best.is_allowed


def rules_for(text: str, name: str = NAME) -> RobotRules:
    """The rules of all groups that name this robot, else of those for anybody; without either everything is allowed."""
    groups = list(_groups(text))
    for wanted in (name.casefold(), _ANYBODY):
        found = [lines for names, lines in groups if wanted in names]
        if found:
            return _rules(line for lines in found for line in lines)
    return RobotRules()


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    names: set[str] = set()
    lines: list[tuple[str, str]] = []
    for line in text[:LONGEST_TEXT].lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().casefold(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if lines:
                yield names, lines
                names, lines = set(), []
            names.add(_ANYBODY if value == _ANYBODY else _token(value))
        elif key in {"allow", "disallow", "crawl-delay"} and names:
            lines.append((key, value))
    if names:
        yield names, lines


def _token(value: str) -> str:
    found = re.match(r"[A-Za-z_-]+", value)
    return found[0].casefold() if found else ""


def _rules(lines: Iterable[tuple[str, str]]) -> RobotRules:
    rules, delay = [], 0.0
    for key, value in lines:
        if key == "crawl-delay":
            delay = max(delay, _seconds(value))
        elif value:  # an empty one says nothing
            rules.append(Rule(_written_alike(value), key == "allow"))
    return RobotRules(tuple(rules), delay)


def _seconds(value: str) -> float:
    return min(float(value), LONGEST_DELAY) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", value) else 0.0


def _written_alike(path: str) -> str:
    """Octets beyond ASCII as %XX in capitals, so that two spellings of one path compare equal."""
    return re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), quote(path, safe="/%*$?=&:;,@!'()+~#[]"))
