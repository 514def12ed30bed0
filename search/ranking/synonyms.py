"""Other words for the same thing, from data: regional names, foreign spellings, abbreviations. Pure.

A file has one group per line: `spellings` between bars mean the same; those listed in `only_marked` only with their marks, typed or in
a document («thơm», not "thom"); none of the group is meant beside a word of `not_beside` («gạo thơm» is no pineapple). What stands in
`narrower` is found for the group, but whoever types it means just that: «hạt điều» finds «điều mật ong», not the other way round.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from search.documents.wording import folded_word, raw_words

DATA = Path(__file__).parent / "data"
FILES = ("synonyms.csv", "abbreviations.csv")


@dataclass(frozen=True)
class Spelling:
    """One way of naming a group: its raw words, and the same without marks."""

    group: str
    words: tuple[str, ...]
    folded: tuple[str, ...]
    only_marked: bool


@dataclass(frozen=True)
class Group:
    """What is called alike: its spellings in the order of the file, and words beside which it means something else (folded where they
    are typed without marks)."""

    code: str
    spellings: tuple[Spelling, ...]
    not_beside: frozenset[str]
    region: str
    narrower: tuple[Spelling, ...] = ()


@dataclass(frozen=True)
class Found:
    """A spelling met in a question: the group, which spelling, and how many words it takes."""

    group: Group
    spelling: Spelling

    @property
    def others(self) -> tuple[Spelling, ...]:
        """The other spellings, and what is one of the thing."""
        return (*(each for each in self.group.spellings if each.words != self.spelling.words), *self.group.narrower)


@cache
def groups() -> tuple[Group, ...]:
    """Every group of the files."""
    found = []
    for name in FILES:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            found += [_group(row) for row in csv.DictReader(file)]
    return tuple(found)


def meant(raws: tuple[str, ...], start: int) -> Found | None:
    """The longest spelling that begins at this word of a question; None where none does or the words beside it tell otherwise."""
    first = folded_word(raws[start])
    for spelling, group in _beginning().get(first, ()):
        end = start + len(spelling.words)
        if end <= len(raws) and all(
            _means(typed, raw, folded, spelling.only_marked)
            for typed, raw, folded in zip(raws[start:end], spelling.words, spelling.folded, strict=True)
        ):
            beside = {raws[start - 1] if start else "", raws[end] if end < len(raws) else ""}
            if beside.isdisjoint(group.not_beside):
                return Found(group, spelling)
    return None


def _means(typed: str, raw: str, folded: str, only_marked: bool) -> bool:
    return typed == raw or (not only_marked and typed == folded)


@cache
def _beginning() -> dict[str, tuple[tuple[Spelling, Group], ...]]:
    """Spellings by their first folded word, the longest first."""
    found: dict[str, list[tuple[Spelling, Group]]] = {}
    for group in groups():
        for spelling in group.spellings:
            found.setdefault(spelling.folded[0], []).append((spelling, group))
    return {first: tuple(sorted(each, key=lambda pair: -len(pair[0].words))) for first, each in found.items()}


def _group(row: dict[str, str]) -> Group:
    strict = set(row["only_marked"].split("|"))
    beside = {word for phrase in row["not_beside"].split("|") if phrase for word in raw_words(phrase)}
    return Group(
        row["group"],
        _spellings(row, "spellings", strict),
        frozenset(beside | {folded_word(word) for word in beside}),
        row["region"],
        _spellings(row, "narrower", strict),
    )


def _spellings(row: dict[str, str], column: str, strict: set[str]) -> tuple[Spelling, ...]:
    found = []
    for written in filter(None, (row.get(column) or "").split("|")):
        words = tuple(raw_words(written))
        folded = tuple(folded_word(word) for word in words)
        found.append(Spelling(row["group"], words, folded, written in strict))
    return tuple(found)
