"""No hidden figure can be worked out from the published ones."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ocop.snapshots.suppression import Cell, Sum, hidden, is_small, over_time, spread

WHOLE, UNKNOWN = "68", "?"


def test_what_is_small() -> None:
    cells = [(0, 0), (0, 5), (5, 10), (1, 10), (4, 10), (6, 10), (9, 10), (10, 10), (3, 3), (0, 4)]
    assert [is_small(cell) for cell in cells] == [False, False, False, True, True, True, True, False, True, True]


def test_a_second_commune_hides_with_the_small_one() -> None:
    table = {WHOLE: (52, 110), "a": (2, 10), "b": (20, 40), "c": (30, 60)}
    assert hidden([table], [Sum(WHOLE, ("a", "b", "c"))]) == {"a", "b"}


def test_nothing_small_nothing_hidden() -> None:
    table = {WHOLE: (50, 100), "a": (20, 40), "b": (30, 60)}
    assert hidden([table], [Sum(WHOLE, ("a", "b"))]) == set()


def test_an_empty_commune_hides_nobody() -> None:
    table = {WHOLE: (2, 10), "a": (2, 10), "b": (0, 0)}
    assert hidden([table], [Sum(WHOLE, ("a", "b"))]) == {WHOLE, "a"}


def test_two_small_ones_that_make_a_small_sum_take_a_third_along() -> None:
    table = {WHOLE: (53, 140), "a": (1, 20), "b": (2, 20), "c": (50, 100)}
    assert hidden([table], [Sum(WHOLE, ("a", "b", "c"))]) == {"a", "b", "c"}


def test_tied_tables_hide_together() -> None:
    either = {WHOLE: (50, 100), "a": (20, 40), "b": (30, 60)}
    both = {WHOLE: (33, 100), "a": (3, 40), "b": (30, 60)}
    assert hidden([either, both], [Sum(WHOLE, ("a", "b"))]) == {"a", "b"}


cells = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (min(pair), max(pair)))
communes = st.lists(st.tuples(cells, st.sampled_from(["60", "67", UNKNOWN])), min_size=1, max_size=9)


def table_of(rows: list[tuple[Cell, str]]) -> tuple[dict[str, Cell], list[Sum]]:
    """A province of communes that lay in old provinces, with all sums that are published."""
    table = {f"{number:05}": cell for number, (cell, _) in enumerate(rows)}
    sums = [Sum(WHOLE, tuple(table))]
    for code in sorted({former for _, former in rows}):
        parts = tuple(f"{number:05}" for number, (_, former) in enumerate(rows) if former == code)
        if code != UNKNOWN:
            sums.append(Sum(f"{WHOLE}/{code}", parts))
    for each in sums:
        table[each.total] = (sum(table[part][0] for part in each.parts), sum(table[part][1] for part in each.parts))
    former = tuple(each.total for each in sums[1:])
    loose = tuple(f"{number:05}" for number, (_, code) in enumerate(rows) if code == UNKNOWN)
    if former:
        sums.append(Sum(WHOLE, (*former, *loose)))
    return table, sums


def worked_out(table: dict[str, Cell], sums: list[Sum], unseen: set[str]) -> set[str]:
    """The hidden keys whose numbers follow from the sums, by elimination; empty cells are known to be empty."""
    columns = [key for key in sorted(unseen) if table[key][1]]
    rows = [[Fraction((key in each.parts) - (key == each.total)) for key in columns] for each in sums]
    rank = 0
    for column in range(len(columns)):
        pivot = next((index for index in range(rank, len(rows)) if rows[index][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        rows[rank] = [value / rows[rank][column] for value in rows[rank]]
        for index in range(len(rows)):
            if index != rank and rows[index][column]:
                factor = rows[index][column]
                rows[index] = [value - factor * other for value, other in zip(rows[index], rows[rank], strict=True)]
        rank += 1
    return {columns[next(i for i, v in enumerate(row) if v)] for row in rows if sum(1 for v in row if v) == 1}


@settings(max_examples=400, deadline=None)
@example([((2, 10), "60"), ((8, 12), "67")])
@given(communes)
def test_no_hidden_cell_follows_from_the_published_ones(rows: list[tuple[Cell, str]]) -> None:
    table, sums = table_of(rows)
    unseen = hidden([table], sums)
    assert {key for key, cell in table.items() if is_small(cell)} <= unseen
    assert worked_out(table, sums, unseen) == set()
    for each in sums:
        others = [key for key in (each.total, *each.parts) if key in unseen and table[key][1]]
        assert len(others) != 1
    if not any(is_small(cell) for cell in table.values()):
        assert unseen == set()


def test_the_elimination_finds_a_cell_that_stands_alone() -> None:
    table, sums = table_of([((2, 10), UNKNOWN), ((8, 12), UNKNOWN)])
    assert worked_out(table, sums, {"00000"}) == {"00000"}


# From here on: two months, and somebody who puts the figures of the one into the other.

Table = dict[str, Cell]


def stolen(months: list[Table], sums: list[Sum], unseen: list[set[str]], pair: tuple[int, int]) -> set[tuple[int, str]]:
    """The hidden cells, as (month, key), that somebody gets who takes it that a figure shown in one month of the pair, or worked out
    there, was the same in the other. Whether it was: he has a number that may be true."""
    known = {place: {key for key in months[place] if key not in unseen[place]} for place in pair}
    taken: set[tuple[int, str]] = set()
    while True:
        before = len(taken)
        for place, other in (pair, pair[::-1]):
            shown = {key for key in known[other] if months[other][key][1]}
            open_still = {key for key in unseen[place] if key not in known[place] and months[place][key][1]}
            got = (open_still & shown) | worked_out(months[place], sums, open_still - shown)
            known[place] |= got
            taken |= {(place, key) for key in got}
        if len(taken) == before:
            return taken


def small_of(months: list[Table]) -> set[tuple[int, str]]:
    return {(place, key) for place, table in enumerate(months) for key, cell in table.items() if is_small(cell)}


MAY = {WHOLE: (62, 130), "a": (2, 30), "b": (20, 40), "c": (40, 60)}
JUNE = {WHOLE: (71, 130), "a": (10, 30), "b": (20, 40), "c": (41, 60)}
PARTS = [Sum(WHOLE, ("a", "b", "c"))]


def test_the_attacker_gets_a_small_figure_when_every_month_hides_for_itself() -> None:
    """What the rule is against: May hides a and b, June nothing; b was the same, so a is 62 − 40 − 20 = 2."""
    alone = [hidden([month], PARTS) for month in (MAY, JUNE)]
    assert alone == [{"a", "b"}, set()]
    assert stolen([MAY, JUNE], PARTS, alone, (0, 1)) == {(0, "a"), (0, "b")}


def test_what_protects_a_small_figure_is_hidden_in_the_next_month_too() -> None:
    own = over_time([[MAY], [JUNE]], PARTS, [(0, 1)])
    unseen = spread(own, [(0, 1)])
    assert (own, unseen) == ([{"a", "b"}, set()], [{"a", "b"}, {"a", "b"}])
    assert stolen([MAY, JUNE], PARTS, unseen, (0, 1)) == set()


def test_months_that_are_not_near_hide_for_themselves() -> None:
    assert spread(over_time([[MAY], [JUNE]], PARTS, []), []) == [{"a", "b"}, set()]


def test_what_protected_it_and_became_empty_protects_no_more() -> None:
    """In June b is empty: hiding a and b hides nothing there, c has to help, and then in May as well."""
    june = {WHOLE: (51, 90), "a": (10, 30), "b": (0, 0), "c": (41, 60)}
    own = over_time([[MAY], [june]], PARTS, [(0, 1)])
    unseen = spread(own, [(0, 1)])
    assert unseen == [{"a", "b", "c"}, {"a", "b", "c"}]
    assert stolen([MAY, june], PARTS, unseen, (0, 1)) == set()


moved = st.one_of(st.none(), st.none(), cells)
years = st.lists(st.tuples(cells, moved, moved, st.sampled_from(["60", "67", UNKNOWN])), min_size=1, max_size=7)


@settings(max_examples=300, deadline=None)
@example([((2, 10), (9, 10), None, "60"), ((8, 12), None, None, "67"), ((5, 12), None, None, UNKNOWN)])
@given(years)
def test_no_small_figure_follows_from_two_months(rows: list[tuple[Cell, Cell | None, Cell | None, str]]) -> None:
    """Three months in which most communes stay as they were; months next to each other are near."""
    series: list[list[tuple[Cell, str]]] = [[], [], []]
    for first, second, third, former in rows:
        cell = first
        for month, now in zip(series, (None, second, third), strict=True):
            cell = now or cell
            month.append((cell, former))
    months, sums = [table_of(month)[0] for month in series], table_of(series[0])[1]
    near = [(0, 1), (1, 2)]
    unseen = spread(over_time([[month] for month in months], sums, near), near)
    assert all(key in unseen[place] for place, key in small_of(months))
    for pair in near:
        assert stolen(months, sums, unseen, pair) & small_of(months) == set()
    for place, month in enumerate(months):
        assert worked_out(month, sums, unseen[place]) & {key for at, key in small_of(months) if at == place} == set()
    if not small_of(months):
        assert unseen == [set(), set(), set()]
