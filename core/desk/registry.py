"""To-dos and sections: any slice may say what somebody has to do today and which part of the staff home is its own; the
home pages only gather and sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from core.people.queries import Viewer


@dataclass(frozen=True)
class Todo:
    """One thing to do: a sentence, where to do it, and how urgent (1 first). `kind` is a status kind of the
    design system (bad, warn, info, wait)."""

    sentence: str
    url: str
    label: str
    urgency: int = 5
    kind: str = "info"


TodoSource = Callable[[Viewer], Iterable[Todo]]
_sources: list[TodoSource] = []


def register_todos(source: TodoSource) -> None:
    """Add a source; called from `ready()`. It costs a fixed number of queries and returns a bounded list."""
    if source not in _sources:
        _sources.append(source)


def todos_for(viewer: Viewer) -> list[Todo]:
    """Everything this person has to do, most urgent first."""
    found = [todo for source in _sources for todo in source(viewer)]
    return sorted(found, key=lambda todo: todo.urgency)


class Room(StrEnum):
    """The workrooms whose parts are registered here. The value is the address they stand under."""

    STAFF = "/ban-viec/"
    COMMUNE = "/xa/"
    MONEY = "/ke-toan/"


_HOMES = {
    Room.STAFF: (gettext_lazy("Việc hôm nay"), "staff_home"),
    Room.COMMUNE: (gettext_lazy("Hôm nay"), "commune_home"),
    Room.MONEY: (gettext_lazy("Hôm nay"), "money_home"),
}


@dataclass(frozen=True)
class Section:
    """A part of a workroom. `rule` says who may open it; `about` is one sentence under its name; lower `order`
    stands first."""

    label: str | Promise
    url_name: str
    rule: Callable[[Viewer], bool]
    about: str | Promise = ""
    order: int = 50
    room: Room = Room.STAFF


_sections: dict[str, Section] = {}


def register_section(
    label: str | Promise,
    url_name: str,
    rule: Callable[[Viewer], bool],
    *,
    about: str | Promise = "",
    order: int = 50,
    room: Room = Room.STAFF,
) -> None:
    """Add a section; called from `ready()`. `rule` reads the viewer only: it costs no query."""
    _sections[url_name] = Section(label, url_name, rule, about, order, room)


def sections_for(viewer: Viewer, room: Room = Room.STAFF) -> list[Section]:
    """The sections of a room that this person may open, in their order."""
    found = [section for section in _sections.values() if section.room == room and section.rule(viewer)]
    return sorted(found, key=lambda section: (section.order, str(section.label)))


def section_tabs(viewer: Viewer, path: str) -> list[dict[str, object]]:
    """The tabs on top of every page of a workroom: its home, then its sections. `path` is the page's own address; the
    section it belongs to is the current one. Empty elsewhere, and for people without a section."""
    room = next((room for room in Room if path.startswith(room.value)), None)
    sections = sections_for(viewer, room) if room else []
    if not room or not sections:
        return []
    home, home_name = _HOMES[room]
    names = [(str(home), home_name), *((str(each.label), each.url_name) for each in sections)]
    tabs = [{"label": label, "url": reverse(name)} for label, name in names]
    fitting = [str(tab["url"]) for tab in tabs if path.startswith(str(tab["url"]))]
    return [tab | {"current": tab["url"] == max(fitting, key=len, default="")} for tab in tabs]
