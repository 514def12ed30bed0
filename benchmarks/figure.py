"""One measured number."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

_TARGET = re.compile(r"(<=|>=|<|>|=) ?(\d+(?:\.\d+)?)(x?)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


@dataclass(frozen=True)
class Figure:
    """`peer` says in words what it stands beside ("Pillow alone: 210 ms"), `ratio` is value ÷ peer's value.

    `target` is a comparison with the value in its unit ("< 1500", ">= 98", "= 0"), or with the ratio when it ends in x
    ("< 3x"); empty when there is none.
    """

    name: str
    value: float
    unit: str
    peer: str = ""
    ratio: float | None = None
    target: str = ""

    def __post_init__(self) -> None:
        match = _TARGET.fullmatch(self.target)
        if self.target and not match:
            raise ValueError(f"{self.name}: a target looks like '< 5' or '< 3x', not {self.target!r}")
        if match and match[3] and self.ratio is None:
            raise ValueError(f"{self.name}: the target {self.target} needs a ratio")

    def holds(self) -> bool | None:
        """Whether the target is met; None without one."""
        match = _TARGET.fullmatch(self.target)
        if not match:
            return None
        measured = self.ratio if match[3] else self.value
        assert measured is not None
        return bool(_COMPARE[match[1]](measured, float(match[2])))
