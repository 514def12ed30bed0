"""What a result file did."""

from __future__ import annotations

from dataclasses import dataclass, field

COUNTED = ("claimed", "changed", "gone", "rejected", "waiting", "unchanged")


@dataclass
class ImportReport:
    """Counts of lines, and for each line that could not be used a sentence with its number. `answer_id` is where it is kept
    (None: the file said nothing new, nothing is kept); `is_repeat`: this very file was read before."""

    claimed: int = 0
    changed: int = 0
    gone: int = 0
    rejected: int = 0
    waiting: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)
    unknown_headings: tuple[str, ...] = ()
    answer_id: int | None = field(default=None, compare=False)
    is_repeat: bool = field(default=False, compare=False)

    def problem(self, row: int | None, sentence: str) -> None:
        """Note why a line is left; `row` as a person counts."""
        self.problems.append(f"Dòng {row}: {sentence}")

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in COUNTED}

    @property
    def says_nothing(self) -> bool:
        """Whether no line was answered."""
        return not (self.claimed or self.changed or self.gone or self.rejected or self.unchanged or self.problems)
