"""What «Sàn thử» says of its categories, their rules, and of a dry run. Pure."""

from __future__ import annotations

from market.platforms import foreign_json
from market.platforms.contract import CategoryPage, ContractBroken, Issue, RemoteCategory, RuleSet, Severity, kept_text
from market.platforms.santhu import wire
from market.platforms.santhu.refusals import FIELDS, remote_issue

CODE_LIMIT, NAME_LIMIT, VERSION_LIMIT = 60, 160, 40


def parse_categories(body: bytes, page: int) -> CategoryPage:
    """One page of the tree; the cursor is the next page's number. Raises ContractBroken."""
    value = wire.parse_json(body)
    items = tuple(
        RemoteCategory(
            _code(item, "code"),
            kept_text(foreign_json.text_in(item, "name"), NAME_LIMIT),
            _code(item, "parent") if item.get("parent") else "",
            foreign_json.flag_in(item, "leaf"),
        )
        for item in foreign_json.objects_in(value, "items")
    )
    if value.get("next_page") is None:
        return CategoryPage(items)
    following = foreign_json.number_in(value, "next_page")
    if following <= page:
        raise ContractBroken(f"page {following} after page {page}")
    return CategoryPage(items, str(following))


def parse_rules(body: bytes, category: str) -> RuleSet:
    """What is asked in a category, in the names of our fields. Raises ContractBroken, also for a required field that we do not know:
    nobody could fill it."""
    value = wire.parse_json(body)
    if foreign_json.text_in(value, "category") != category:
        raise ContractBroken("rules of another category")
    required = foreign_json.texts_in(value, "required")
    if strange := [name for name in required if name not in FIELDS]:
        raise ContractBroken(f"unknown required fields {strange[:5]!r}")
    bounds = [None if value.get(name) is None else foreign_json.number_in(value, name) for name in _BOUNDS]
    return RuleSet(
        category=category,
        version=foreign_json.text_in(value, "version")[:VERSION_LIMIT],
        as_of=foreign_json.moment_in(value, "as_of"),
        required=tuple(FIELDS[name] for name in required),
        photo_minimum=foreign_json.number_in(value, "images_minimum"),
        papers=tuple(foreign_json.texts_in(value, "papers")),
        price_minimum=bounds[0],
        price_maximum=bounds[1],
    )


_BOUNDS = ("price_minimum", "price_maximum")


def parse_dry_run(body: bytes) -> tuple[Issue, ...]:
    """What a push would be told. Raises ContractBroken."""
    value = wire.parse_json(body)
    complaints, version = value.get("complaints"), foreign_json.text_in(value, "rule_version")[:VERSION_LIMIT]
    if not isinstance(complaints, dict):
        raise ContractBroken("complaints is no object")
    return tuple(
        remote_issue("refused_by_platform", str(field), str(text), version)
        for field, texts in complaints.items()
        for text in (texts if isinstance(texts, list) else [texts])
    )


def blocks(issues: tuple[Issue, ...]) -> bool:
    """Whether one of these stops a push."""
    return any(issue.severity is Severity.BLOCK for issue in issues)


def _code(item: dict[str, object], name: str) -> str:
    code = foreign_json.text_in(item, name).strip()
    if not 0 < len(code) <= CODE_LIMIT:
        raise ContractBroken(f"{name} {code[:80]!r}")
    return code
