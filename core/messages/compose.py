"""From a template and values to the words of one message. Pure but for reading the template.

Values come from people (names of shops, products, persons): they are one line, short, and hold nothing that a phone would
turn into a link, so that nobody can make our sender name say something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from core.kit import text as words
from core.messages import segments
from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

LONGEST_VALUE = {Channel.SMS: 40, Channel.EMAIL: 120, Channel.INBOX: 120}
_LINK = re.compile(r"\w+://\S*|\bwww\.\S*", re.IGNORECASE)
# A dot between letters would make "abc.vn" a link; a number keeps its dots (50.000).
_DOT_IN_WORD = re.compile(r"(?<=[^\W\d])\.(?=[^\W\d])|(?<=\d)\.(?=[^\W\d])")


@dataclass(frozen=True)
class Wording:
    """What one message says. `segments` is the number of SMS that are paid, 0 for other channels."""

    title: str
    text: str
    segments: int = 0


def compose(kind: MessageKind, channel: str, values: Mapping[str, str | int], *, link: str = "") -> Wording:
    """The words of a kind for one channel. Raises KeyError for a channel that the kind does not know.

    An SMS is one line in the GSM alphabet; an advert carries its label and, in an SMS, the way to refuse more.
    """
    way = Channel(channel)
    context = {name: _value(value, LONGEST_VALUE[way]) for name, value in values.items()}
    if way == Channel.EMAIL and link:
        context["address"] = settings.BASE_URL + link
    template = get_template(kind.templates[way])
    rendered = template.template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]
    label = "[QC] " if kind.purpose == Purpose.ADVERT else ""
    if way == Channel.SMS:
        line = label + words.squeeze(rendered)
        if kind.purpose == Purpose.ADVERT:
            line = f"{line.rstrip('.')}. Từ chối: soạn TC gửi {settings.SMS['stop_to']}"
        plain = segments.without_marks(line)
        return Wording("", plain, segments.cost(plain).parts)
    title, _, body = words.plain_text(rendered, 4000).partition("\n")
    return Wording((label + title)[:200], body.strip())


def _value(value: str | int, longest: int) -> str | int:
    if isinstance(value, int):
        return value
    line = _DOT_IN_WORD.sub(" ", _LINK.sub(" ", words.squeeze(str(value))))
    line = " ".join(line.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
