"""What the law of a day says about goods and the words about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from market.goods.claims import find_phrases
from market.goods.models import Category, GoodsRule
from market.goods.queries import rules_in_force
from market.goods.tree import branch_of

Kind = GoodsRule.Kind


@dataclass(frozen=True)
class Concern:
    """One thing the law of the day has against a listing: `field` is where to mend it, `sentence` says how. It keeps the
    listing off sale when it `blocks`."""

    code: str
    field: str
    sentence: str
    blocks: bool
    source: str


def concerns(
    *,
    category: Category | None,
    text: Mapping[str, str],
    alcohol: int | None,
    papers: Collection[str],
    filled: Collection[str],
    on: date,
    rules: Sequence[GoodsRule] | None = None,
) -> list[Concern]:
    """What the rules in force on that day have against goods of this category (None: not chosen yet, only what is said of
    all goods counts), what blocks first.

    `text` is what buyers read, by field; `alcohol` tenths of a per cent, None when not said; `papers` kinds of the papers in
    force that the listing shows; `filled` the fields that hold something. Whoever asks for many gives the `rules` of the
    day; else they are read, in one query.
    """
    branch = _branch(category)
    found: list[Concern] = []
    for rule in rules_in_force(on) if rules is None else rules:
        if _is_about(rule, branch, alcohol):
            found += _against(rule, text, papers, filled)
    return sorted(found, key=lambda concern: not concern.blocks)


def may_be_advertised(category: Category | None, alcohol: int | None, rules: Sequence[GoodsRule]) -> bool:
    """Whether these goods may be promoted by us: on the front page, with a share card, at a reduced price. Goods of a kind
    whose degree counts and is not said may not, nor those of no kind yet."""
    return category is not None and not any(_applies(rule, Kind.NO_ADVERTISING, category, alcohol) for rule in rules)


def is_for_adults(category: Category | None, rules: Sequence[GoodsRule]) -> bool:
    """Whether only people of 18 and more may buy this."""
    return any(_applies(rule, Kind.ADULTS, category, None) for rule in rules)


def _applies(rule: GoodsRule, kind: Kind, category: Category | None, alcohol: int | None) -> bool:
    return rule.kind == kind and _is_about(rule, _branch(category), alcohol)


def _branch(category: Category | None) -> frozenset[str]:
    return branch_of(category.code) if category else frozenset()


def _is_about(rule: GoodsRule, branch: frozenset[str], alcohol: int | None) -> bool:
    if rule.categories and branch.isdisjoint(rule.categories):
        return False
    # A degree nobody has told might be above the bound.
    return rule.from_degree is None or alcohol is None or alcohol >= rule.from_degree


def _against(
    rule: GoodsRule, text: Mapping[str, str], papers: Collection[str], filled: Collection[str]
) -> Iterator[Concern]:
    if rule.kind == Kind.CLAIM:
        for field, words in text.items():
            for phrase in find_phrases(words, rule.words, rule.innocent):
                yield Concern(rule.code, field, rule.sentence.replace("{phrase}", phrase), rule.blocks, rule.source)
        return
    lacking = {
        Kind.FIELD: rule.field not in filled,
        Kind.WARNING: rule.field not in filled,
        Kind.PAPER: set(rule.words).isdisjoint(papers),
    }
    if lacking.get(Kind(rule.kind), False):
        yield Concern(rule.code, rule.field, rule.sentence, rule.blocks, rule.source)
