"""Figures as text: aligned for a terminal, and as the generated sections of docs/performance.md."""

from __future__ import annotations

from benchmarks.figure import Figure

HEAD = ("part", "figure", "value", "unit", "peer", "ratio", "target", "")


def rows(part: str, figures: list[Figure]) -> list[tuple[str, ...]]:
    """One row of words per figure, in the order of HEAD."""
    verdict = {True: "ok", False: "miss", None: ""}
    return [
        (
            part,
            each.name,
            number(each.value),
            each.unit,
            each.peer,
            f"{number(each.ratio)}x" if each.ratio is not None else "",
            each.target,
            verdict[each.holds()],
        )
        for each in figures
    ]


def number(value: float) -> str:
    """Three significant digits, whole from 100 on: 0.0123, 4.56, 1234."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def plain(table: list[tuple[str, ...]]) -> str:
    """Columns side by side; numbers to the right."""
    lines = [HEAD, *table]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in {2, 5} else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def marked(part: str, table: list[tuple[str, ...]], facts: str) -> str:
    """The generated section of one part: facts of the run, then the table without the part's name."""
    head = ("figure", "value", "unit", "peer", "ratio", "target", "held")
    lines = [head, ("---",) * len(head), *(row[1:] for row in table)]
    body = "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
    begin, end = _marks(part)
    return f"{begin}\n## {part}\n\n{facts}\n\n{body}\n{end}"


def replaced(page: str, part: str, generated: str) -> str:
    """The page with one part's section exchanged; the others and what people wrote stay. Appended where there was none."""
    begin, end = _marks(part)
    if begin not in page or end not in page:
        return f"{page.rstrip()}\n\n{generated}\n".lstrip()
    before, rest = page.split(begin, 1)
    return before + generated + rest.split(end, 1)[1]


def _marks(part: str) -> tuple[str, str]:
    return f"<!-- {part}: begin, written by `manage.py bench --write` -->", f"<!-- {part}: end -->"
