"""Which commune, platform and hamlet a page is about; choosing another commune by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer, viewer_of
from core.places.models import Hamlet, Unit, in_force
from onboarding.accounts.models import Platform
from onboarding.opening.queries.progress import communes_for, communes_named, platforms_to_open


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `platform` None when no platform is in force, `has_choice` when the person reads more
    than one commune."""

    has_choice: bool
    commune: Unit
    platforms: list[Platform]
    platform: Platform | None
    hamlet: Hamlet | None


def asked(request: HttpRequest) -> Asked:
    """`xa` (code), `san` (code) and `thon` (number) of a request, or of its form; the first of each by default. Raises
    Http404 for what the person may not see."""
    given = request.POST if request.method == "POST" else request.GET
    communes = communes_for(viewer_of(request))
    first = list(communes[:2])
    code = given.get("xa", "")
    commune = next((each for each in first if code in {"", each.code}), None) or communes.filter(code=code).first()
    platforms = list(platforms_to_open())
    platform = _chosen(platforms, given.get("san", ""))
    if commune is None or (platforms and platform is None):
        raise Http404
    hamlet = None
    if number := given.get("thon", ""):
        hamlets = Hamlet.objects.filter(in_force(clock.today()), commune=commune)
        hamlet = hamlets.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
        if hamlet is None:
            raise Http404
    return Asked(len(first) > 1, commune, platforms, platform, hamlet)


class CommuneForm(forms.Form):
    """Another commune, by its name. `commune` once it is sure, else the `candidates`."""

    ten = forms.CharField(
        label=_("Xem xã, phường khác"),
        max_length=100,
        help_text=_("Tên xã, có thể kèm tên tỉnh."),
        error_messages={"required": _("Hãy ghi tên xã.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._viewer = viewer
        self.commune: Unit | None = None
        self.candidates: list[Unit] = []

    def clean_ten(self) -> str:
        written = squeeze(self.cleaned_data["ten"])
        found = communes_named(self._viewer, written)
        if len(found) == 1:
            self.commune = found[0]
            return written
        self.candidates = found
        raise forms.ValidationError(
            _("Có mấy xã tên gần như vậy. Hãy chọn một xã dưới đây.")
            if found
            else _("Không có xã nào tên như vậy trong địa bàn của bạn. Hãy xem lại tên.")
        )


def _chosen(rows: list[Platform], code: str) -> Platform | None:
    if not code:
        return rows[0] if rows else None
    return next((row for row in rows if row.code == code), None)
