"""The tree of goods as its file gives it, in memory: who stands above whom, and what people call a thing. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from core.kit.text import fold_words

DATA = Path(__file__).parent / "data"


class Level(StrEnum):
    """How deep a node stands: those of Decision 26/2026/QĐ-TTg, and below its sets what sellers choose."""

    SECTOR = "sector"
    GROUP = "group"
    SET = "set"
    LEAF = "leaf"


@dataclass(frozen=True)
class Node:
    """One line of the file. `path` are the names from the sector down to this one."""

    code: str
    name: str
    parent: str
    level: Level
    ocop_set: str
    words: tuple[str, ...]
    path: tuple[str, ...]

    @property
    def sector(self) -> str:
        """The name of the sector it belongs to."""
        return self.path[0]


@lru_cache(maxsize=1)
def nodes() -> dict[str, Node]:
    """Every node by its code, parents before children."""
    found: dict[str, Node] = {}
    with (DATA / "categories.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            above = found[row["parent"]].path if row["parent"] else ()
            words = tuple(word for word in row["words"].split("|") if word)
            found[row["code"]] = Node(
                row["code"], row["name"], row["parent"], Level(row["level"]), row["ocop_set"], words,
                (*above, row["name"]),
            )  # fmt: skip
    return found


def branch_of(code: str) -> frozenset[str]:
    """This code and everything above it; a code the file does not know stands alone."""
    return frozenset(_upwards(code))


def under(*codes: str) -> frozenset[str]:
    """These codes and everything below them."""
    wanted = set(codes)
    return frozenset(code for code in nodes() if not wanted.isdisjoint(branch_of(code))) | frozenset(codes)


def find_category(words: str, limit: int = 8) -> list[Node]:
    """What somebody may mean by these words, the likeliest first: by name and other names, without regard to marks. Only
    nodes a seller may choose. A whole name stands before one that begins so, that before one that holds the words."""
    wanted = fold_words(words)
    if not wanted:
        return []
    scored = ((_score(wanted, words.casefold().strip(), terms), node) for node, terms in _terms())
    found = sorted(((score, node) for score, node in scored if score), key=lambda pair: (-pair[0], len(pair[1].name)))
    return [node for _, node in found[:limit]]


def category_named(words: str) -> Node | None:
    """The one node these words name in full (a sheet's cell, a code too); None when there is none, or several."""
    text = words.strip()
    if text in nodes():
        return nodes()[text] if nodes()[text].level in _CHOSEN else None
    for place, wanted in ((1, text.casefold()), (0, fold_words(text))):
        found = [node for node, terms in _terms() if any(term[place] == wanted for term in terms)]
        names = [node for node in found if fold_words(node.name) == fold_words(text)]
        if len(names) == 1 or len(found) == 1:
            return (names if len(names) == 1 else found)[0]
    return None


_CHOSEN = (Level.SET, Level.LEAF)
_Term = tuple[str, str]


@lru_cache(maxsize=1)
def _terms() -> list[tuple[Node, tuple[_Term, ...]]]:
    """Each node a seller may choose with its names, folded and as written."""
    return [
        (node, tuple((fold_words(term), term.casefold()) for term in (node.name, *node.words)))
        for node in nodes().values()
        if node.level in _CHOSEN
    ]


def _score(wanted: str, written: str, terms: tuple[_Term, ...]) -> int:
    best = 0
    padded = f" {wanted} "
    for place, (term, exact) in enumerate(terms):
        if term == wanted:
            score = 80
        elif term.startswith(wanted + " "):
            score = 60
        elif padded in f" {term} ":
            score = 50
        elif f" {term} " in padded:  # "bán sầu riêng chín" names its goods too; a longer name says more
            score = 30 + min(len(term), 15)
        elif len(wanted) > 2 and any(word.startswith(wanted) for word in term.split()):
            score = 20
        elif all(word in term.split() for word in wanted.split()):
            score = 10
        else:
            continue
        # What was written with its marks means that word: «vải» is no «vai».
        score += 3 * (exact == written or f" {exact} " in f" {written} ") + (place == 0)
        best = max(best, score)
    return best


def _upwards(code: str) -> Iterator[str]:
    while code:
        yield code
        node = nodes().get(code)
        code = node.parent if node else ""
