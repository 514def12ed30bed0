"""Which small figures stay hidden in public, so that nobody can work them out from the others. Pure.

A cell is one unit's (numerator, denominator). It is small when the numerator, or what lacks to the denominator, is 1 to 4: so few that
neighbours know who is meant. Hiding it alone is no use where a total is published: total minus the others gives it. So of every sum
(a total and the parts it is made of) either nothing is hidden, or so much that what follows from the rest is again a sum of several
cells and not small itself.

Hiding it in its own month alone is no use either where the others hardly change: a commune that is hidden in May only to protect
another one, and shown in June, gives May's small figure to whoever takes it that nothing happened there in a month. So what is
hidden in a month is hidden in the months near it too, and what is hidden in two near ones together protects itself in both
(`over_time`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SMALL = range(1, 5)
Key = str
Cell = tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """`total` is the sum of `parts`, but for rows that belong to no part; all are keys of cells."""

    total: Key
    parts: tuple[Key, ...]


def is_small(cell: Cell) -> bool:
    """Whether so few are in, or out, that they could be known."""
    numerator, denominator = cell
    return numerator in SMALL or denominator - numerator in SMALL


def hidden(tables: Sequence[Mapping[Key, Cell]], sums: Iterable[Sum], *, start: Iterable[Key] = ()) -> set[Key]:
    """The keys to hide in all of these tables, which have the same keys and sums and are tied to each other (the products on either
    platform follow from those on each and on both): a key that is small in one is hidden in all.

    Parts are preferred to totals and smaller ones to larger ones; ties go by key. A part without anything hides nothing. `start` are keys that
    are hidden anyway.
    """
    found = set(start) | {key for table in tables for key, cell in table.items() if is_small(cell)}
    sums = list(sums)
    while True:
        more = {key for each in sums if (key := _next(each, tables, found)) is not None}
        if not more:
            return found
        found |= more


def over_time(
    months: Sequence[Sequence[Mapping[Key, Cell]]],
    sums: Iterable[Sum],
    near: Iterable[tuple[int, int]],
    *,
    start: Sequence[Iterable[Key]] = (),
) -> list[set[Key]]:
    """The keys that each month hides for its own sake: its small ones and what protects them. `months` are as the tables of `hidden`, with
    the same keys and sums in all; `near` are pairs of their places. Of two near ones both hide what either hides (`spread`), and that
    is safe in each of them, also against somebody who puts the figures of the one into the other. `start` is hidden anyway, by month.
    """
    sums, near = list(sums), list(near)
    given = [set(each) for each in start] or [set() for _ in months]
    found = [hidden(tables, sums, start=keys) for tables, keys in zip(months, given, strict=True)]
    while True:
        more: list[tuple[int, set[Key]]] = []
        for pair in near:
            together = found[pair[0]] | found[pair[1]]
            more += [(place, hidden(months[place], sums, start=together) - together) for place in pair]
        if not any(keys for _, keys in more):
            return found
        for place, keys in more:
            found[place] |= keys


def spread(found: Sequence[set[Key]], near: Iterable[tuple[int, int]]) -> list[set[Key]]:
    """What is hidden in each month: its own keys of `over_time` and those of the months near it."""
    everywhere = [set(keys) for keys in found]
    for first, second in near:
        everywhere[first] |= found[second]
        everywhere[second] |= found[first]
    return everywhere


def _next(each: Sum, tables: Sequence[Mapping[Key, Cell]], found: set[Key]) -> Key | None:
    """What to hide next so that this sum gives nothing away; None when it gives nothing away."""
    filled = [part for part in each.parts if any(table[part][1] for table in tables)]
    unseen = [part for part in filled if part in found]
    if each.total in found:
        is_safe = bool(unseen) or not filled
    else:
        is_safe = not unseen or (len(unseen) > 1 and not any(is_small(_together(table, unseen)) for table in tables))
    if is_safe:
        return None
    rest = sorted((part for part in filled if part not in found), key=lambda part: (_size(part, tables), str(part)))
    return rest[0] if rest else each.total


def _together(table: Mapping[Key, Cell], parts: Iterable[Key]) -> Cell:
    cells = [table[part] for part in parts]
    return sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)


def _size(part: Key, tables: Sequence[Mapping[Key, Cell]]) -> int:
    return max(table[part][1] for table in tables)
