"""Figures as text: aligned for a terminal, and as the generated part of docs/performance.md."""

from __future__ import annotations

from benchmarks.figure import Figure

HEAD = ("part", "figure", "value", "unit", "peer", "ratio", "target", "")
BEGIN, END = "<!-- figures: begin (written by `manage.py bench --write`) -->", "<!-- figures: end -->"


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


def marked(table: list[tuple[str, ...]], facts: str) -> str:
    """The generated part of the page: facts of the run, then the table."""
    head = ("part", "figure", "value", "unit", "peer", "ratio", "target", "held")
    lines = [head, ("---",) * len(head), *table]
    body = "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
    return f"{BEGIN}\n{facts}\n\n{body}\n{END}"


def replaced(page: str, generated: str) -> str:
    """The page with its generated part exchanged; what people wrote around it stays. Appended where there was none."""
    if BEGIN not in page or END not in page:
        return f"{page.rstrip()}\n\n{generated}\n".lstrip()
    before, rest = page.split(BEGIN, 1)
    return before + generated + rest.split(END, 1)[1]
