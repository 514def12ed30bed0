"""The design system keeps its promises: readable colours, nothing inline, every part shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TEMPLATES = ROOT / "templates"


def colours(scheme: str) -> dict[str, str]:
    """Token name to #rrggbb; the dark block replaces what it names."""
    light, dark = (CSS / "tokens.css").read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    pairs = re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", light)
    if scheme == "dark":
        pairs += re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", dark)
    return dict(pairs)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


READ_ON = [
    (
        "ink",
        ["paper", "surface", "leaf-mist", "wait-mist", "good-mist", "warn-mist", "bad-mist", "info-mist"],
    ),
    (
        "ink-soft",
        ["paper", "surface", "leaf-mist", "wait-mist", "good-mist", "warn-mist", "bad-mist", "photo-ground"],
    ),
    ("leaf", ["paper", "surface", "leaf-mist", "warn-mist", "bad-mist", "info-mist", "wait-mist"]),
    ("leaf-deep", ["paper", "surface", "leaf-mist"]),
    ("on-leaf", ["leaf", "leaf-deep"]),
    ("on-bad", ["bad"]),
    ("rice", ["paper", "surface"]),
    *[(kind, ["paper", "surface", f"{kind}-mist"]) for kind in ("good", "warn", "bad", "info", "wait")],
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_text_and_ground_can_be_read(scheme: str) -> None:
    palette = colours(scheme)
    weak = [
        f"{text} on {ground}: {contrast(palette[text], palette[ground]):.2f}"
        for text, grounds in READ_ON
        for ground in grounds
        if contrast(palette[text], palette[ground]) < (7 if text == "ink" else 4.5)
    ]
    assert weak == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_controls_can_be_seen(scheme: str) -> None:
    palette = colours(scheme)
    assert min(contrast(palette["line-strong"], palette[ground]) for ground in ("paper", "surface")) >= 3


def test_no_template_needs_inline_style_or_script() -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    found = [
        f"{path.relative_to(TEMPLATES)}: {hit.group()}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for hit in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'(?:icon\.html" with name|icon)="([a-z]+)"', path.read_text(encoding="utf-8"))
    }
    assert named, "the pattern no longer finds any icon"
    assert named - drawn == set()


def test_the_style_sheets_use_only_tokens_that_exist() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CSS.glob("*.css"))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", text)) - set(re.findall(r"--([a-z0-9-]+):", text)) == set()


def test_every_part_is_shown_on_the_design_page() -> None:
    """Reached from the page by includes, layouts and the form renderer, however deep."""
    seen: set[str] = set()
    waiting = ["design/page.html", "base.html", "parts/space_producer.html"]
    waiting += ["parts/space_staff.html", "django/forms/div.html", "django/forms/field.html", "500.html"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            waiting += re.findall(r'(?:include|extends) "([^"]+)"', text)
    parts = {f"parts/{path.name}" for path in (TEMPLATES / "parts").glob("*.html")}
    assert parts - seen == set()
