"""What a result page says in words: names with the words asked for marked, papers with their end, how far away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.kit.text import nfc
from search.documents.wording import folded_word, words_in
from search.ranking.understanding import Asked, Phrase, Word

Spoken = tuple[int, int, str, str]  # where a word starts and ends in a text, its raw and its folded spelling


def marked(text: str, asked: Asked) -> SafeString:
    """A text as HTML, the words that were asked for inside <mark>, whatever their spelling."""
    shown = nfc(text)
    words = _places_of(shown) if asked.terms else []
    hit = set[int]()
    for term in asked.terms:
        hit |= {place for place, word in enumerate(words) if any(_fits(word, typed) for typed in term.typed)}
        for phrase in term.others:
            hit |= _runs(words, phrase)
    pieces, end = [], 0
    for start, stop in _stretches(shown, [words[place] for place in sorted(hit)]):
        pieces += [conditional_escape(shown[end:start]), format_html("<mark>{}</mark>", shown[start:stop])]
        end = stop
    return mark_safe("".join([*pieces, conditional_escape(shown[end:])]))  # noqa: S308  (each piece is escaped above)


def paper_words(until: date, today: date) -> str:
    """Whether a certificate still holds, with the day."""
    day = until.strftime("%d/%m/%Y")
    if until >= today:
        return _("Giấy chứng nhận còn hạn đến %(day)s.") % {"day": day}
    return _("Giấy chứng nhận đã hết hạn ngày %(day)s.") % {"day": day}


def distance_words(metres: int | None) -> str:
    """How far away, between middles of communes: no finer than that is known. Empty when nobody asked."""
    if metres is None:
        return ""
    if metres < 1500:
        return _("ngay gần đây")
    return _("cách khoảng %(count)s km") % {"count": round(metres / 1000)}


def _places_of(text: str) -> list[Spoken]:
    """The words of a text with their places; none where small letters are not as many as large ones."""
    lower = nfc(text.lower())
    if len(lower) != len(text):
        return []
    found, end = [], 0
    for word in words_in(text):
        start = lower.find(word.typed, end)
        if start < 0:
            return []
        end = start + len(word.typed)
        found.append((start, end, word.raw, folded_word(word.raw)))
    return found


def _stretches(text: str, words: Iterable[Spoken]) -> list[tuple[int, int]]:
    """Where marked words start and end; words with nothing but spaces between them are one stretch."""
    found: list[tuple[int, int]] = []
    for start, end, *_spelt in words:
        if found and text[found[-1][1] : start].isspace():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _fits(spoken: Spoken, word: Word) -> bool:
    """Whole in any spelling; begun, with marks in just that spelling."""
    _start, _end, raw, folded = spoken
    if raw == word.raw or (word.folded and folded == word.folded):
        return True
    return word.is_beginning and (raw if word.is_marked else folded).startswith(word.raw)


def _runs(words: Sequence[Spoken], phrase: Phrase) -> set[int]:
    """The places where the words of a phrase stand beside each other, in just this spelling or without marks."""
    found, length = set[int](), len(phrase)
    for start in range(len(words) - length + 1):
        beside = words[start : start + length]
        if all(spoken[2] in (word.raw, word.folded) for spoken, word in zip(beside, phrase, strict=True)):
            found |= set(range(start, start + length))
    return found
