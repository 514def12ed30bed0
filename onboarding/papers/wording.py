"""How a paper's state is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from onboarding.papers.models import Paper
from onboarding.papers.rules import State, state_of


@dataclass(frozen=True)
class Status:
    """A status sentence: `kind` is one of the design system (good, warn, bad, info)."""

    kind: str
    text: str


def status_of(paper: Paper, on: date) -> Status:
    """The sentence about a paper on a day."""
    last = f"{paper.valid_until:%d/%m/%Y}" if paper.valid_until else ""
    left = (paper.valid_until - on).days if paper.valid_until else 0
    return {
        State.NOT_YET: Status("info", f"Có giá trị từ {paper.issued_on:%d/%m/%Y}."),
        State.IN_FORCE: Status("good", f"Còn hạn đến hết {last}."),
        State.ENDING: Status("warn", f"Sắp hết hạn: còn {left} ngày, đến hết {last}." if left else "Hết hạn hôm nay."),
        State.ENDED: Status("bad", f"Đã hết hạn ngày {last}. Người mua không còn thấy giấy này."),
        State.UNDATED: Status("info", "Giấy không ghi hạn."),
    }[state_of(paper, on)]
