"""The marketplace's own tree of goods and what it asks in each category; both change over the control API."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from market.platforms.sandbox.faults import PlanRefused

TREE = (
    ("TP", "Thực phẩm", ""),
    ("TP-GV", "Gia vị, nước chấm", "TP"),
    ("TP-GV-NM", "Nước mắm, mắm", "TP-GV"),
    ("TP-GV-KH", "Gia vị khác", "TP-GV"),
    ("TP-HK", "Hạt và đồ khô", "TP"),
    ("TP-RC", "Rau, củ, quả tươi", "TP"),
    ("DU", "Đồ uống", ""),
    ("DU-CP", "Cà phê", "DU"),
    ("DU-TR", "Trà", "DU"),
    ("TC", "Thủ công mỹ nghệ", ""),
)
_NEEDED = "Mục này là bắt buộc với ngành hàng đã chọn."


@dataclass(frozen=True)
class Rules:
    """What is asked in one category: fields of the seller API that may not be empty, the least number of photos, codes of
    papers, and a price between two bounds (đồng)."""

    required: tuple[str, ...] = ()
    images_minimum: int = 0
    papers: tuple[str, ...] = ()
    price_minimum: int | None = None
    price_maximum: int | None = None


@dataclass
class Catalogue:
    """Shared by all threads. `version` grows with every change of the tree or of the rules."""

    nodes: list[dict[str, str]] = field(default_factory=list)
    rules: dict[str, Rules] = field(default_factory=dict)
    version: int = 1
    changed_at: float = 0.0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """As on the first day."""
        with self._lock:
            self.nodes = [{"code": code, "name": name, "parent": parent} for code, name, parent in TREE]
            self.rules, self.version, self.changed_at = {}, 1, time.time()

    def change(self, given: Any) -> None:
        """Another tree (`nodes`), other rules for some categories (`rules`: {code: {…}}), or both. Raises PlanRefused."""
        try:
            nodes = [
                {name: str(node.get(name, "")) for name in ("code", "name", "parent")}
                for node in given.get("nodes", [])
            ]
            rules = {code: _rules(wanted) for code, wanted in given.get("rules", {}).items()}
        except (AttributeError, TypeError) as error:
            raise PlanRefused(str(error)) from error
        with self._lock:
            self.nodes = nodes or self.nodes
            self.rules = self.rules | rules
            self.version, self.changed_at = self.version + 1, time.time()

    @property
    def rule_version(self) -> str:
        """What the rules in force are called."""
        return f"r{self.version}"

    def has(self, code: str) -> bool:
        """Whether there is such a category."""
        return any(node["code"] == code for node in self.nodes)

    def is_leaf(self, code: str) -> bool:
        """Whether goods may stand here."""
        return self.has(code) and not any(node["parent"] == code for node in self.nodes)

    def complaints(self, content: dict[str, Any], price_vnd: int | None, *, is_strict: bool) -> dict[str, list[str]]:
        """What these goods lack by the rules of their category; `is_strict` asks for a leaf of the tree."""
        code, found = content["category"], dict[str, list[str]]()
        if is_strict and not self.is_leaf(code):
            words = (
                "Ngành hàng này còn chia nhỏ, hãy chọn mục cuối." if self.has(code) else "Sàn không có ngành hàng này."
            )
            return {"category": [words]}
        rules = self.rules.get(code, Rules())
        for name in rules.required:
            if not content.get(name):
                found[name] = [_NEEDED]
        if len(content["images"]) < rules.images_minimum:
            found["images"] = [f"Cần ít nhất {rules.images_minimum} ảnh."]
        held = {paper["code"] for paper in content["papers"]}
        if not held.issuperset(rules.papers):
            found["papers"] = [f"Thiếu giấy tờ: {', '.join(sorted(set(rules.papers) - held))}."]
        return found | ({} if price_vnd is None else self.price_complaints(code, price_vnd))

    def price_complaints(self, code: str, price_vnd: int) -> dict[str, list[str]]:
        """What is wrong with a price in this category."""
        rules = self.rules.get(code, Rules())
        least, most = rules.price_minimum, rules.price_maximum
        if (least is None or price_vnd >= least) and (most is None or price_vnd <= most):
            return {}
        return {"price_vnd": [f"Giá phải từ {least or 1} đến {most or 'không hạn'} đồng."]}


def _rules(wanted: dict[str, Any]) -> Rules:
    values: dict[str, Any] = {}
    for each in fields(Rules):
        if each.name in wanted:
            value = wanted[each.name]
            values[each.name] = tuple(value) if isinstance(value, Sequence) else value
    if unknown := wanted.keys() - values.keys():
        raise PlanRefused(f"unknown rules {', '.join(sorted(unknown))}")
    return Rules(**values)
