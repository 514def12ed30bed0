"""What one may look for among the households of a desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.kit.text import sort_key, squeeze
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit
from core.places.queries import hamlets_of
from onboarding.desk.queries.households import GAPS, Asked
from onboarding.households.models import Household, Source
from onboarding.households.rules import DESK_ROLES, desk_area

ALL = ("", _("Tất cả"))


class HouseholdFilter(forms.Form):
    """Filters in the address; all may stay empty, and what cannot be read narrows nothing."""

    q = forms.CharField(
        label=_("Họ tên hoặc số điện thoại"), required=False, max_length=100, help_text=_("Gõ tên không cần dấu.")
    )
    xa = forms.ChoiceField(label=_("Xã, phường"), required=False)
    thon = forms.ChoiceField(label=_("Thôn, ấp, khu phố"), required=False)
    xac_minh = forms.ChoiceField(
        label=_("Xác minh"), required=False, choices=[ALL, ("yes", _("Đã xác minh")), ("no", _("Chưa xác minh"))]
    )
    nguon = forms.ChoiceField(
        label=_("Ghi từ đâu"), required=False, choices=[ALL, *((key, capfirst(label)) for key, label in Source.choices)]
    )
    thieu = forms.ChoiceField(
        label=_("Còn thiếu gì"), required=False, choices=[ALL, *((key, label) for key, (label, _q) in GAPS.items())]
    )
    chua_san = forms.BooleanField(label=_("Chưa khai gian hàng trên sàn"), required=False)
    thoi_tinh = forms.BooleanField(label=_("Hộ đã thôi tính"), required=False)

    def __init__(self, data: Mapping[str, Any], *, viewer: Viewer) -> None:
        super().__init__(data)
        communes = communes_at_desk(viewer)
        if len(communes) > 1:
            self._choose("xa", [(each.code, each.name) for each in communes])
        else:
            del self.fields["xa"]
        chosen = [each for each in communes if len(communes) == 1 or each.code == data.get("xa")]
        hamlets = hamlets_at_desk(viewer, chosen[0]) if chosen else []
        if hamlets:
            self._choose("thon", [(str(each.pk), each.name) for each in hamlets])
        else:
            del self.fields["thon"]
        self._commune = chosen[0] if chosen and len(communes) > 1 else None

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ALL, *choices]

    def asked(self) -> Asked:
        """What was understood."""
        self.is_valid()
        data = self.cleaned_data
        return Asked(
            words=squeeze(data.get("q", "")),
            commune_id=self._commune.pk if self._commune else None,
            hamlet_id=int(data["thon"]) if data.get("thon") else None,
            verified=data.get("xac_minh", ""),
            source=data.get("nguon", ""),
            gap=data.get("thieu", ""),
            without_shop=data.get("chua_san", False),
            ended=data.get("thoi_tinh", False),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for."""
        return any(self.data.get(name) for name in self.fields)


def communes_at_desk(viewer: Viewer) -> list[Unit]:
    """The communes of this desk in which there are households, by name; one query."""
    ids = Household.objects.filter(desk_area(viewer)).order_by().values("commune").distinct()
    return sorted(Unit.objects.filter(pk__in=ids), key=lambda unit: sort_key(unit.name))


def hamlets_at_desk(viewer: Viewer, commune: Unit) -> list[Hamlet]:
    """The hamlets of a commune in this person's desk, "Thôn 2" before "Thôn 10"."""
    own = Hamlet.objects.filter(viewer.area(*DESK_ROLES, unit_field="commune", hamlet_field="pk"), commune=commune)
    mine = set(own.values_list("pk", flat=True))
    return [hamlet for hamlet in hamlets_of(commune) if hamlet.pk in mine]
