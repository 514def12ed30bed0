"""Finding the heading of a table: in which row it stands, over how many rows it goes, which column is which. Pure."""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.imports.sheet.cells import Cell, text_at, text_of
from core.imports.sheet.columns import Column
from core.imports.sheet.workbook import Sheet
from core.kit.text import fold_words

LOOKED_AT = 60
DEPTH_MAXIMUM = 3
BETWEEN_PARTS = " – "
REASON_HEADING = "Lý do chưa nhận (Lên Sàn ghi)"
LONGEST_HEADING = 80
# Names of fields hold no spaces; a group, or a leading underscore, shows that one was not written by hand.
_FIELD = re.compile(r"_\w+|\w+(?:[/:.\-]\w+)+", re.ASCII)
_DOCUMENT = re.compile(r"\d\s*/\s*[^\W\d]")  # 12/QĐ-UBND
SURE, LIKELY, TYPO = 0.85, 0.5, 0.86


@dataclass(frozen=True)
class Heading:
    """The words over one column, from top to bottom: ("Diện tích", "Lúa"). A column may have none."""

    index: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """ "Diện tích – Lúa"."""
        return BETWEEN_PARTS.join(self.parts)


@dataclass(frozen=True)
class Header:
    """Where the heading is: `row` from 0, `depth` rows high."""

    row: int
    depth: int
    headings: tuple[Heading, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same headings in any order: by it a mapping is remembered."""
        return hashlib.sha256("|".join(sorted(self.keys().values())).encode()).hexdigest()

    def keys(self) -> dict[int, str]:
        """Index → a name for the column that survives another order; a heading met again gets a number."""
        seen: Counter[str] = Counter()
        found = {}
        for heading in self.headings:
            name = fold_words(heading.text)
            if name and not is_reason(heading):
                seen[name] += 1
                found[heading.index] = name if seen[name] == 1 else f"{name} #{seen[name]}"
        return found


@dataclass(frozen=True)
class Match:
    """The column of the sheet that a column of the kind was found in. `is_sure`: the words are the known ones."""

    index: int
    is_sure: bool


def is_reason(heading: Heading) -> bool:
    """Whether this is the column that refused rows come back with."""
    return fold_words(heading.text) == fold_words(REASON_HEADING)


def find_header(sheet: Sheet, columns: Sequence[Column]) -> Header | None:
    """The heading that knows most of the kind's columns, among the first rows of the sheet.

    None when no row has a word that is certain. Of equally good ones the first and lowest wins: a heading repeated further down
    stays a repeated heading.
    """
    rows = [row for row in range(min(len(sheet.rows), LOOKED_AT)) if sheet.rows[row]]
    alone = {row: bool(_matches(header_at(sheet, row).headings, columns)) for row in rows}
    titles = {row for row in rows if _is_title(sheet.rows[row])}
    best: Header | None = None
    best_score = 0.0
    for row in rows:
        for depth in range(1, DEPTH_MAXIMUM + 1):
            # A heading over several rows has known words in at least one of them.
            if not any(alone.get(row + below) for below in range(depth)):
                continue
            if depth > 1 and not titles.isdisjoint(range(row, row + depth)):
                continue
            header = header_at(sheet, row, depth)
            score = _score(header, columns) - 0.05 * (depth - 1)
            if score > best_score + 1e-9:
                best, best_score = header, score
    return best


def lines_above(sheet: Sheet, header: Header) -> list[str]:
    """The filled lines over the heading, each as one text: titles, and what they are annexed to."""
    lines = (" ".join(filter(None, map(text_of, line))) for line in sheet.rows[: min(header.row, LOOKED_AT)])
    return [line for line in lines if line]


def best_sheet(sheets: Sequence[Sheet], columns: Sequence[Column]) -> int:
    """The sheet whose heading knows most of the columns; hidden sheets only when no other does."""

    def known(index: int) -> tuple[int, bool, int]:
        header = find_header(sheets[index], columns)
        return (len(match_columns(header.headings, columns)) if header else 0, not sheets[index].is_hidden, -index)

    return max(range(len(sheets)), key=known) if len(sheets) > 1 else 0


def likely_header(sheet: Sheet, columns: Sequence[Column]) -> Header:
    """The heading, found by itself; or the first row with several filled cells when none is known."""
    filled = [len([cell for cell in row if cell != ""]) for row in sheet.rows[:LOOKED_AT]]
    first = next((at for at, count in enumerate(filled) if count >= min(2, max(filled))), 0)
    return find_header(sheet, columns) or header_at(sheet, first)


def header_at(sheet: Sheet, row: int, depth: int = 1) -> Header:
    """The heading of `depth` rows beginning at `row`, merged cells spread over what they cover."""
    depth = max(1, min(depth, len(sheet.rows) - row))
    width = max((len(line) for line in sheet.rows[row : row + depth]), default=0)
    merged = [each for each in sheet.merged if each[0] < row + depth and each[2] >= row]
    width = max([width, *(last + 1 for _, _, _, last in merged if last < 400)])
    lines = [[_heading_text(sheet.rows[at], index) for index in range(width)] for at in range(row, row + depth)]
    for first_row, first, last_row, last in merged:
        if first_row < row:
            continue
        for index in range(first, min(last + 1, width)):
            lines[first_row - row][index] = lines[first_row - row][first]
            for below in range(first_row + 1, min(last_row + 1, row + depth)):
                lines[below - row][index] = ""
    for at in range(depth - 1):
        _spread(lines[at], lines[at + 1])
    return Header(row, depth, tuple(_heading(index, [line[index] for line in lines]) for index in range(width)))


def _spread(line: list[str], below: list[str]) -> None:
    """A group heading reaches over the sub-headings to its right; csv and ods files do not say that cells are merged."""
    for index in range(1, len(line)):
        if not line[index] and below[index] and line[index - 1] and below[index - 1]:
            line[index] = line[index - 1]


def _is_title(line: list[Cell]) -> bool:
    """Whether a sentence or the number of a document stands alone in the row: then it is over the table, no part of its heading."""
    filled = [text for cell in line if (text := text_of(cell))]
    return len(filled) == 1 and (len(fold_words(filled[0]).split()) > 8 or bool(_DOCUMENT.search(filled[0])))


def _heading_text(line: list[Cell], index: int) -> str:
    return text_at(line, index)[:120]


def _heading(index: int, parts: Sequence[str]) -> Heading:
    # The sheet of refused rows has one row of headings: "Diện tích – Lúa" is read back as two parts.
    split = [piece.strip() for part in parts for piece in part.split(BETWEEN_PARTS)]
    kept: list[str] = []
    for part in split:
        if part and part not in kept:
            kept.append(part)
    return Heading(index, tuple(kept))


def match_columns(headings: Sequence[Heading], columns: Sequence[Column]) -> dict[str, Match]:
    """Which column of the sheet each of the kind's columns is, by name; each used once, the best fit first."""
    found = _matches(headings, columns)
    return {columns[at].name: Match(index, score >= SURE) for (at, index), score in found.items()}


def remembered_mapping(header: Header, remembered: Mapping[str, str]) -> dict[str, int]:
    """A mapping made for a sheet with these headings (column name → heading key), brought to this sheet's order."""
    where = {key: index for index, key in header.keys().items()}
    return {name: where[key] for name, key in remembered.items() if key in where}


def _score(header: Header, columns: Sequence[Column]) -> float:
    """How much of what is wanted this heading knows; 0 without one certain word: a name in the data («Thôn 5») may
    look like a heading too."""
    scores = _matches(header.headings, columns).values()
    return sum(scores) if any(score >= SURE for score in scores) else 0.0


def _matches(headings: Sequence[Heading], columns: Sequence[Column]) -> dict[tuple[int, int], float]:
    """(Number of the column of the kind, index in the sheet) → how well they fit; each is used once."""
    scores = {}
    for at, column in enumerate(columns):
        known = _known_words(column)
        for heading in headings:
            if heading.parts and not is_reason(heading) and (score := _fit(heading.parts, known)) >= LIKELY:
                scores[at, heading.index] = score
    taken: dict[tuple[int, int], float] = {}
    used: tuple[set[int], set[int]] = (set(), set())
    for at, index in sorted(scores, key=lambda place: (-scores[place], place)):
        if at not in used[0] and index not in used[1]:
            taken[at, index] = scores[at, index]
            used[0].add(at)
            used[1].add(index)
    return taken


@functools.lru_cache(maxsize=1000)
def _known_words(column: Column) -> frozenset[str]:
    return frozenset(fold_words(name) for name in (column.name, column.label, *column.aliases)) - {""}


@functools.lru_cache(maxsize=1000)
def _tokens(known: frozenset[str]) -> frozenset[str]:
    return frozenset(word for name in known for word in name.split())


@functools.lru_cache(maxsize=20_000)
def _forms(parts: tuple[str, ...]) -> tuple[str, str, str]:
    """A heading folded: as written, without brackets, and its last part alone."""
    text = BETWEEN_PARTS.join(parts)
    whole = fold_words(text)
    return whole, fold_words(_without_brackets(text)) or whole, fold_words(_without_brackets(parts[-1]))


def _fit(parts: tuple[str, ...], known: frozenset[str]) -> float:
    """How well a heading fits a column, 0 to 1: the words known, known words among others, or one typed wrongly."""
    whole, words, last = _forms(parts)
    if whole in known:
        return 1.0
    if words in known:
        return 0.98
    if path := _fields(parts):
        # The longest end of group/group/field that is known; what a survey program notes by itself is never guessed at.
        ends = (" ".join(path[at:]) for at in range(1, len(path)))
        return next((0.97 - 0.01 * at for at, end in enumerate(ends) if end in known), 0.0)
    if last in known:
        return 0.9
    if not words or len(words) > LONGEST_HEADING:
        return 0.0
    inside = [] if _tokens(known).isdisjoint(words.split()) else [name for name in known if f" {name} " in f" {words} "]
    if inside:
        return 0.45 + 0.35 * max(map(len, inside)) / len(words)
    # Comparing letter by letter is slow: only with what begins or ends alike and is about as long.
    near = [
        name
        for name in known
        if len(words) >= 5 and abs(len(name) - len(words)) <= 2 and (name[:2] == words[:2] or name[-2:] == words[-2:])
    ]
    close = max((difflib.SequenceMatcher(None, words, name).ratio() for name in near), default=0.0)
    return 0.75 * close if close >= TYPO else 0.0


@functools.lru_cache(maxsize=20_000)
def _fields(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The names of groups and field, folded, of a column as a survey program exports it («group_a/ho_ten», «nhom-ten_ho»,
    «_submission_time»); () for a heading that people wrote."""
    text = parts[-1]
    if len(parts) > 1 or not _FIELD.fullmatch(text):
        return ()
    return tuple(filter(None, (fold_words(name) for name in re.split(r"[/:.]|(?<=\w)-(?=\w)", text))))


def _without_brackets(text: str) -> str:
    return re.sub(r"\([^)]*\)|\[[^\]]*\]|[*:]", " ", text)
