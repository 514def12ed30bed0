"""Where sheets are brought: the staff's desk, and the rooms that upper storeys open for owners of lists of their own.

A room says who enters, whose imports are shown there and what its pages look like; the steps are the same in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse

from core.imports.models import ImportBatch
from core.imports.queries import batches_of_owner, batches_visible_to
from core.imports.rules import IMPORTERS
from core.people.queries import Viewer
from core.people.views import for_roles
from core.places.models import Unit

View = Callable[..., HttpResponseBase]
_PAGES = ("list", "start", "batch", "mapping", "apply", "undo", "resume", "cancel", "refused")


@dataclass(frozen=True)
class Holder:
    """Whose lists are brought in a room: the value kept with the import ("shop:12") and the commune it belongs to."""

    owner: str
    unit: Unit


@dataclass(frozen=True)
class Room:
    """One place for imports.

    `prefix` begins the names of its addresses ("import" → "import_list"), `address` the addresses themselves, `layout` is
    the template its pages extend. `door` guards every page. With `kind`, sheets of that kind only are brought here, for
    `holder(viewer)`; a room without is the staff's: kinds and places come from the viewer's grants.
    """

    prefix: str
    address: str
    layout: str
    door: Callable[[View], View]
    lead: str
    kind: str = ""
    holder: Callable[[Viewer], Holder | None] | None = None
    shown: Callable[[], dict[str, Any]] = dict

    @property
    def names(self) -> dict[str, str]:
        """What the addresses of its pages are called, by page: for templates."""
        return {page: f"{self.prefix}_{page}" for page in _PAGES}

    def url(self, page: str, *arguments: Any) -> str:
        """The address of one of its pages."""
        return reverse(self.names[page], args=arguments)

    def batches(self, viewer: Viewer) -> QuerySet[ImportBatch]:
        """The imports this person sees here."""
        if self.holder is None:
            return batches_visible_to(viewer)
        holder = self.holder(viewer)
        return batches_of_owner(self.kind, holder.owner if holder else "")


DESK = Room(
    prefix="import",
    address="ban-viec/nhap/",
    layout="parts/space_staff.html",
    door=for_roles(*IMPORTERS),
    lead="Đưa danh sách Excel vào sổ: xem trước từng dòng, rồi mới ghi. Ghi rồi vẫn hoàn tác được.",
)
